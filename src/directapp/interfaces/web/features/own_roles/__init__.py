"""Roles: the product's and the company's own, what each gives, its versions and what they would change."""
