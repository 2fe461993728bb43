"""Services: the pipeline every read and write walks. Knows no collection by name."""
