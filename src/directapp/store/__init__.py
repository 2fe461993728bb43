"""PostgreSQL: connections, transactions, compilers and the embedded server."""
