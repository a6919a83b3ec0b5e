"""The procedure: states, guards, and one file for each of the four machines, in the order of domain.md §2."""
