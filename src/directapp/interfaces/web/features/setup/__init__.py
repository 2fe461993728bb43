"""Set-up: a guide from an empty company to its first planned car, and what is set up for many at once."""
