"""REST: the HTTP interface for programs, in a listed part of the Directus dialect."""
