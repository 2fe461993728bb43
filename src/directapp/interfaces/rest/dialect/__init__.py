"""The REST dialect: what a query string asks, in the words of Directus, read into the queries of the store."""
