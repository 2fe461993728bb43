"""PostgreSQL that comes with the application: its programs, its cluster, and the supervisor of its server."""
