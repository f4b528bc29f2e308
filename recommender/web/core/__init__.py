"""What every page and reply needs."""
