"""What the pages of the cell and its colleagues show of a case, and the forms of the steps that they do."""
