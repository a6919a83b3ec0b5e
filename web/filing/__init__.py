"""Concern form as pages: its labels, its order, and how a page of it is read and saved."""
