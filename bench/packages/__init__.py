"""The same endpoints as one would assemble them from packages: Fernet for values, guardian for rights, auditlog."""
