"""Keys and sealed fields: the key door, at the bottom of the house. It knows none of the other apps."""
