"""Telemetry: what any room may count, time and note of outside services while it works; it knows the kernel only."""
