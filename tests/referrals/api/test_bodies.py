"""SEC-IN6: a member that a body doesn't declare changes nothing, whatever inner field it is named after."""

from dataclasses import replace

import pytest
from django.apps import apps

from tests.faults.crash import effects
from tests.security.procedure import play, ready, send, walks

pytestmark = pytest.mark.sec("SEC-IN6")

OURS = ("accounts", "audit", "encryption", "referrals")
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
ERRORS_MAX = 40


def inner_names():
    """Return the names of every field of every model of ours, and their columns."""
    found = set(TRIED)
    for app in OURS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            found |= {field.name for field in model._meta.get_fields()}
            found |= {field.attname for field in model._meta.concrete_fields}
    return found


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


def test_no_inner_name_is_taken_in_any_body_of_a_case(world):
    met, named = set(), set()

    def each(move):
        if move.name not in met and move.expect != 409:
            met.add(move.name)
            rows = effects()
            for path, body, sent in bodies_with(move.body, inner_names()):
                answer = ready(world, replace(move, body=body))()
                assert answer.status_code == 400, (move.name, path, answer.content[:300])
                if path[-1:] == (
                    "extra",
                ):  # answers to an authority's own questions: one sealed value, refused whole
                    continue
                named.update(refused_names(answer) & sent)
                declared = sent - refused_names(answer)
                assert not declared & {"state", "version", "filed_by", "case_key", "authority"}, (
                    move.name,
                    path,
                )
            assert effects() == rows, move.name
        return send(world, move)

    for walk in walks(world):
        play(world, walk, each)

    assert len(met) > 60
    assert inner_names() - named == set()


def test_no_inner_name_is_taken_in_any_body_of_accounts(world):
    authority = str(world.authorities["93"].pk)
    bodies = {
        "organisations": {"name": "Foyer d'essai", "kind": "association", "authority": authority},
        "users": {"email": "nouvelle@test.invalid", "full_name": "Nouvelle Essai", "authority": authority},
        f"authorities/{authority}/units": {"name": "Unité d'essai"},
        "memberships": {"email": world.user("filer").email, "role": "statistician", "authority": authority},
        "session": {"email": world.user("filer").email, "password": "phrase de passe"},
    }
    rows = effects()
    for path, body in bodies.items():
        for _, sent, names in bodies_with(body, inner_names()):
            answer = world.as_("territory_admin").post(path, sent)

            assert answer.status_code == 400, (path, answer.content[:300])
            assert refused_names(answer) >= {"is_superuser", "role", "prefix", "sha256"} & names - set(
                body
            ), path
    assert effects() == rows
