"""What answers each address of the pages of administrators."""
