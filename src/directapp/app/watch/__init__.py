"""Watching: figures, traces and reports of errors for those who run an installation."""
