"""Members that no body declares: the names of every inner field, put wherever an object lies (SEC-IN6)."""

from functools import cache

from django.apps import apps

OURS = ("accounts", "audit", "directory", "encryption", "referrals")
#: What isn't a field but would be worth a try.
TRIED = {
    "actor",
    "at",
    "is_superuser",
    "is_staff",
    "role",
    "roles",
    "tenant",
    "obo",
    "reads",
    "state",
    "pk",
}


@cache
def inner_names():
    """Return the names of every field of every model of ours, and their columns."""
    found = set(TRIED)
    for app in OURS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            found |= {field.name for field in model._meta.get_fields()}
            found |= {field.attname for field in model._meta.concrete_fields}
    return frozenset(found)


def bodies_with(body, names):
    """Yield the body with undeclared members at each place where an object lies, and the path of the place."""
    for path, inner in objects(body):
        extra = {name: "00000000-0000-4000-8000-000000000000" for name in names if name not in inner}
        yield path, put(body, path, inner | extra), set(extra)


def objects(value, path=()):
    """Yield each object of a body, with its path."""
    if isinstance(value, dict):
        yield path, value
        for name, inner in value.items():
            yield from objects(inner, (*path, name))
    elif isinstance(value, list) and value:
        yield from objects(value[0], (*path, 0))


def put(body, path, inner):
    """Return a copy of the body with another object at a path."""
    if not path:
        return inner
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[path[0]] = put(body[path[0]], path[1:], inner)
    return copy


def refused_names(answer):
    """Return the undeclared members that an answer names."""
    return {
        error["field"].rpartition(".")[2] for error in answer.json()["errors"] if error["code"] == "unknown"
    }
