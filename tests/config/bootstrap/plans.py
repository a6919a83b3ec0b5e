"""Plans of an installation for tests."""

import copy

SMALL = {
    "state": "/nowhere/state",
    "service": {
        "hosts": ["repere.example"],
        "files_origin": "https://files.example",
        "authorities": ["93"],
        "clock_kept_by_host": True,
    },
    "databases": {
        "cases": {"admin": "postgres:///postgres?host=/nowhere&user=postgres", "name": "repere"},
        "keys": {"admin": "postgres:///postgres?host=/elsewhere&user=postgres", "name": "repere_keys"},
    },
    "keys": {"provider": "file"},
}


def said(**changed):
    """Return a document, changed: ``said(keys__provider="vault")``; None takes a key out."""
    document = copy.deepcopy(SMALL)
    for path, value in changed.items():
        *sections, key = path.split("__")
        place = document
        for section in sections:
            place = place.setdefault(section, {})
        if value is None:
            del place[key]
        else:
            place[key] = value
    return document
