"""The database back end: Django's for PostgreSQL, with fewer questions around each request."""
