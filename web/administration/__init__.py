"""Shared parts of the administrators' pages."""
