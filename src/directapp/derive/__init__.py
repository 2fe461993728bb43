"""Derive: what follows from the declaration alone. Knows no domain by name."""
