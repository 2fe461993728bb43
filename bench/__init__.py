"""The benchmark: ratios to pgbench on the same SQL in the same run, never asserted times."""
