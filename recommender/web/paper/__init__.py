"""Pages of the site as PDFs."""
