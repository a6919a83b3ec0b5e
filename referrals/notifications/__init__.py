"""Whom a step tells, and what a notice says."""
