"""Services: the corridor every read and write walks. Knows no collection by name."""
