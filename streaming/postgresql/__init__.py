"""Django's backend for PostgreSQL, with so many connections for requests and no more."""
