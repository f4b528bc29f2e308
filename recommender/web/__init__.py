"""The site and the API: the only part that knows Flask."""
