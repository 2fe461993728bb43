"""The demo: two invented tenants with people, sites and cars, driven through the pipeline by those people."""

from directapp.app.demo.seed import seed_demo

__all__ = ["seed_demo"]
