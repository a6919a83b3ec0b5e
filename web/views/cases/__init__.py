"""What answers each address of the pages of the cell and its colleagues."""
