"""The conformance kit: sheets with what must come of each, to hold any service against that speaks the API."""
