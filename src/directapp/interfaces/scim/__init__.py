"""SCIM 2.0: directories that provision people and groups."""
