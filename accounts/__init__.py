"""Who people and programs are, where they work, in which role; and how they sign in."""
