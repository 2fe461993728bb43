"""Fake outside services: they speak the real wire formats over HTTP on a free port of loopback."""
