"""Case pages for the cell and its colleagues, and the forms of their steps."""
