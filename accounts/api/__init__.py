"""The API of accounts: translation in, one call, translation out."""
