"""The pages of imports: an export or a sheet tried out, its report, taking it in, and what waits for a person."""
