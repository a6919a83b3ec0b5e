"""Shared parts of the API: case views, step views, schema, documents."""
