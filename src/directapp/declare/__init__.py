"""Declare: the language in which a collection is written once. It knows no rows."""
