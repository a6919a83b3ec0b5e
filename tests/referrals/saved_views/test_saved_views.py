"""Saved views: an account's own, as many as are allowed, and nothing of them to read in a copy of the table."""

import pytest

from referrals.models import SavedView
from referrals.saved_views import actions
from tests.conftest import see_all
from tests.web.visiting import Visitor, links, text

NAME = "Urgences de l'unité"


def saves(
    world, who="crip_coordinator", name=NAME, query="urgency=U3&sort=-received", *, key="save-a-view-1"
):
    return world.as_(who).post("saved-views", {"name": name, "query": query}, key=key)


def views(world, who="crip_coordinator"):
    return world.as_(who).get("saved-views").json()["results"]


def test_a_view_is_kept_for_the_account_that_saved_it_and_for_no_other(world):
    made = saves(world)

    assert made.status_code == 201, made.content
    assert views(world) == [{"id": made.json()["id"], "name": NAME, "query": "urgency=U3&sort=-received"}]
    assert views(world, "crip_coordinator_2") == []
    other = world.as_("crip_coordinator_2").post(f"saved-views/{made.json()['id']}/remove", {})
    assert other.status_code == 404
    assert (
        world.as_("crip_coordinator").post(f"saved-views/{made.json()['id']}/remove", {}).status_code == 200
    )
    assert views(world) == []


def test_what_somebody_typed_is_no_part_of_a_view(world):
    """A reference, a place on the list, names: a view keeps codes, days and ids."""
    saves(world, query="reference=ABCD&state=triage&names=true&limit=25")

    assert views(world)[0]["query"] == "state=triage&limit=25"


@pytest.mark.parametrize("query", ["child=Exemple", "state=nonsense", "sort=name"])
def test_what_is_no_query_of_the_list_is_refused(world, query):
    assert saves(world, query=query).status_code == 400
    assert views(world) == []


def test_a_view_of_the_same_name_is_replaced(world):
    saves(world)
    saves(world, query="state=triage", key="save-it-again")

    assert [one["query"] for one in views(world)] == ["state=triage"]


def test_an_account_keeps_so_many_views_and_no_more(world, monkeypatch):
    monkeypatch.setattr(actions, "VIEWS_MAX", 2)
    answers = [saves(world, name=f"Vue {n}", key=f"save-view-{n}").status_code for n in range(3)]

    assert answers == [201, 201, 400]
    assert saves(world, name="Vue 1", key="view-replaced").status_code == 201


@pytest.mark.sec("SEC-CR20")
def test_a_copy_of_the_table_tells_neither_whose_a_view_is_nor_what_it_holds(world):
    saves(world)
    saves(world, "supervisor", key="another-view")
    see_all()
    rows = list(SavedView.objects.all())

    assert len({bytes(row.person) for row in rows}) == 2
    for row in rows:
        stored = bytes(row.person) + bytes(row.kept)
        assert world.user("crip_coordinator").pk.bytes not in stored
        assert b"U3" not in stored
        assert NAME.encode() not in stored


def test_a_row_moved_to_another_account_opens_no_more(world):
    saves(world)
    saves(world, "supervisor", name="Autre", key="another-view")
    mine, theirs = SavedView.objects.order_by("at")
    SavedView.objects.filter(pk=mine.pk).update(person=theirs.person)

    assert [one["name"] for one in views(world, "supervisor")] == ["Autre"]


@pytest.mark.parametrize("who", ["filer", "statistician", "platform_admin"])
def test_who_works_on_no_case_saves_no_view(world, who):
    assert saves(world, who).status_code == 403


def test_a_view_is_saved_on_the_queue_found_there_and_removed(world):
    coordinator = Visitor(world, "crip_coordinator")
    saved = coordinator.post(
        "/dossiers/vues", {"name": NAME, "query": "urgency=U3&limit=25", "once": "first-form-1"}
    )
    assert (saved.status_code, saved["Location"]) == (303, "/dossiers?urgency=U3&limit=25")

    assert "/dossiers?urgency=U3&limit=25" in links(coordinator.get("/dossiers"))
    assert NAME in text(coordinator.get("/dossiers/vues"))
    (view,) = views(world)
    assert coordinator.post(f"/dossiers/vues/{view['id']}/retrait", {}).status_code == 303
    assert NAME not in text(coordinator.get("/dossiers"))
    empty = coordinator.post("/dossiers/vues", {"name": "", "query": "urgency=U3", "once": "second-form-2"})
    assert empty.status_code == 400
    assert 'value="urgency=U3"' in empty.content.decode()
