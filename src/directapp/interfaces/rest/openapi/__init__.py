"""The OpenAPI description of the REST routes, from the Spec."""
