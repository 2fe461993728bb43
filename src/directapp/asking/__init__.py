"""Asking in plain words: a question in Norwegian or English, or both mixed, as the typed filter of a list. No model."""
