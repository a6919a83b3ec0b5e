"""The concern form as pages: its words, its order, and how a page of it is read and saved."""
