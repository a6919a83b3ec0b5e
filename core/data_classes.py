"""Data classes of a model's fields (security.md §2), written by class."""


def by_class(*, P0: str = "", P1: str = "", P2: str = "") -> dict[str, str]:  # noqa: N803 - as the classes are called
    """Return the class of each field, from the names of the fields of each class; a field has one.

    Raises:
        ValueError: a field has two.
    """
    named = [(name, code) for code, names in (("P0", P0), ("P1", P1), ("P2", P2)) for name in names.split()]
    if len(dict(named)) != len(named):
        raise ValueError("A field has two data classes.")
    return dict(named)
