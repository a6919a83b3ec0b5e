"""The API of cases: translation in, one call, translation out."""
