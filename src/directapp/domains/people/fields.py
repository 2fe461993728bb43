"""Public names of people: its collections."""

TENANTS = "tenants"
ROLES = "roles"
DEALERSHIPS = "dealerships"
USERS = "users"
