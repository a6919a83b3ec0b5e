"""API of accounts: translates in, makes one call, translates out."""
