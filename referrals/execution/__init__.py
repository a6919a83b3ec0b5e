"""Execution of a step: lock, check, do, record; second signatures; available actions."""
