"""Interfaces: bytes to intents and answers back. They know no SQL and no rule, and not each other."""
