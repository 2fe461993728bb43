"""Connectors: clients of outside services, a module each."""
