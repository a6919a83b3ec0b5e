"""Search for words in texts."""

import unicodedata


def plain(text: str) -> str:
    """Return a text without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def holds_words(text: str, sought: str) -> bool:
    """Tell whether all the words that were typed stand in a text, be it as parts of longer ones."""
    there = plain(text)
    return all(word in there for word in plain(sought).split())
