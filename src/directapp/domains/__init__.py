"""Domains: the business, a folder each. They know no transport, no SQL session and not each other."""
