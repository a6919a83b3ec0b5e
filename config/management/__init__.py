"""Management commands that need every app: the demonstration, and the generated pages."""
