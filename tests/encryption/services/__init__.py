"""Key services to test against, on this machine: strict stand-ins for the APIs that are spoken, and ways to fail."""
