"""Exports of cases with names: two persons, a delay, a sealed file that is taken once (SEC-AZ12, SEC-AZ14, SEC-AZ15)."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership, User
from audit.journal import digest_of
from encryption.models import WrappedKey
from outbox.models import Notice
from referrals.exports import tasks
from referrals.models import CaseExport, Child, Referral
from tests.audit.owner import written
from tests.conftest import see_all
from tests.factories.world import LONG_AGO
from tests.night import some
from tests.referrals.family import Family
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, links, text

pytestmark = pytest.mark.sec("SEC-AZ15")
READY = AT + timedelta(hours=24)
WHY = {"purpose": "meeting", "reason": "Commission de jeudi, salle sans réseau."}


def named(kit, child, **names):
    """Give a child other names."""
    for name, value in names.items():
        field = Child._meta.get_field(name)
        setattr(child, name, kit.fill.keys[field.key].seal(field, child.pk, value))
    child.save()


@shared_fixture
def kit(world) -> Kit:
    made = Kit(world, "triage")
    named(made, made.child, last_name="Marchandeau", first_names="Lison", usual_name="Lili")
    return made


@pytest.fixture
def here(kit, clock):
    return kit


def coordinator(world, clock, name="crip_coordinator"):
    return Visitor(world, name, at=clock.now)


def asked(world, clock, who="crip_coordinator", **said):
    """Ask on the page; return the export."""
    answer = coordinator(world, clock, who).fills("/exports/demande", **WHY | said)
    assert answer.status_code == 303, (answer.status_code, text(answer)[:900])
    return CaseExport.objects.get(pk=answer["Location"].rpartition("/")[2])


def decided(world, clock, row, decision="confirm", who="supervisor"):
    answer = Visitor(world, who, at=clock.now).post(f"/exports/{row.pk}/decision", {"decision": decision})
    row.refresh_from_db()
    return answer


def made(world, clock, **said):
    """Go the whole way to the file; return the export."""
    return confirmed(world, clock, asked(world, clock, **said))


def confirmed(world, clock, row):
    assert decided(world, clock, row).status_code == 303
    clock.now = READY
    tasks.make_due(clock.now)
    see_all()
    return CaseExport.objects.get(pk=row.pk)


class Then:
    """The instant of each request while a state is made."""

    now = AT


def then(act):
    """Do something at the instant that is given to it."""
    told = Then()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("config.pipeline.instant", lambda *_: told.now)
        return act(told)


@shared_fixture
def asked_for(kit):
    """An export that was asked for."""
    return then(lambda told: asked(kit.world, told))


@shared_fixture
def made_whole(kit, asked_for):
    """The same with its file."""
    return then(lambda told: confirmed(kit.world, told, asked_for))


@pytest.fixture
def waits(asked_for, here):
    return asked_for


@pytest.fixture
def whole(made_whole, here, clock):
    clock.now = READY
    return made_whole


def taken(world, clock, row, who="crip_coordinator"):
    return Visitor(world, who, at=clock.now).post(f"/exports/{row.pk}/fichier", {})


def rows_of(answer):
    """Return the lines of a file without its head."""
    assert answer.status_code == 200, (answer.status_code, text(answer)[:600])
    lines = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    return lines[2:]


def bodies(act):
    return [json.loads(bytes(entry.body)) for entry in written(act=act)]


# --- The whole way ------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ12")
def test_two_persons_a_delay_and_a_file_that_is_taken_once(world, here, waits, clock):
    row = waits
    told = {(n.template, n.user_id) for n in Notice.objects.filter(template="export.asked")}
    assert told == {("export.asked", world.user(name).pk) for name in ("supervisor", "supervisor_2", "dpo")}
    second = Visitor(world, "supervisor", at=clock.now)
    page = text(second.get(f"/exports/{row.pk}"))
    assert WHY["reason"] in page
    assert here.case.reference in page
    assert "Marchandeau" not in page

    assert decided(world, clock, row).status_code == 303
    assert row.ready_at == READY
    clock.now = READY - timedelta(seconds=1)
    assert tasks.make_due(clock.now) == 0
    assert taken(world, clock, row).status_code == 409
    clock.now = READY
    assert tasks.make_due(clock.now) == 1
    assert tasks.make_due(clock.now) == 0, "once"
    see_all()

    answer = taken(world, clock, row)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="export.csv"'
    assert answer["Cache-Control"] == "no-store"
    (line,) = rows_of(answer)
    assert line[:4] == [here.case.reference, "Marchandeau", "Lison", "Lili"]
    mark = f"Export {row.pk.hex[:8]} – crip_coordinator 93 – 2026-11-25 09:00 UTC"
    assert line[-1] == mark, "a line that is copied elsewhere says whose it was"
    assert answer.content.decode("utf-8-sig").startswith(f'"{mark}"')
    assert taken(world, clock, row).status_code == 409
    assert "Téléchargé" in text(coordinator(world, clock).get("/exports"))


@pytest.mark.sec("SEC-AZ11", "SEC-AL1")
def test_each_case_is_in_the_journal_and_the_service_acts_in_the_askers_name(world, here, whole, clock):
    row = whole
    taken(world, clock, row)

    subject, thing = str(here.case.pseudonym), digest_of(row.pk.bytes)
    for act in ("export:asked", "export:made", "export:taken"):
        (body,) = bodies(act)
        assert (body["obj"], body["n"], body["pd"], body["why"]) == ([subject], 1, thing, "export"), act
    (body,) = bodies("export:made")
    assert body["role"] == "system"
    assert body["obo"] == bodies("export:taken")[0]["actor"]
    assert body["fields"]["child.last_name"] == 1
    assert len(bodies("export:confirmed")) == 1
    assert not bodies("export:read") or WHY["reason"] not in str(bodies("export:read"))


@pytest.mark.sec("SEC-CR18")
def test_the_file_is_sealed_at_rest_and_nothing_is_left_once_it_was_taken(world, here, whole, clock):
    row = whole
    held = CaseExport.objects.get(pk=row.pk)
    for value in (held.content.ciphertext, held.reason.ciphertext):
        assert b"Marchandeau" not in value
        assert b"Commission" not in value
    key = held.key
    assert WrappedKey.objects.filter(pk=key).exists()

    with transaction.atomic():
        assert rows_of(taken(world, clock, row))

    left = CaseExport.objects.get(pk=row.pk)
    assert (left.key, left.reason, left.content, left.cases) == (None, None, None, [])
    assert left.taken_at == left.ended_at == READY


@pytest.mark.parametrize(
    "name", some(["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")'], "formula", 3)
)
def test_no_cell_is_a_formula(world, here, clock, name):
    named(here, here.child, last_name=name)
    row = made(world, clock)

    for cell in rows_of(taken(world, clock, row))[0]:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), cell


def test_filters_narrow_what_is_asked_for(world, here, clock):
    other = Kit(world, "in_assessment").case

    row = asked(world, clock, state="in_assessment")

    assert row.cases == [str(other.pk)]


def test_the_same_over_the_api(world, here, clock):
    person = coordinator(world, clock).client
    person.defaults["HTTP_ACCEPT"] = "application/json"
    asks = person.post(
        "/api/v1/exports", WHY, content_type="application/json", headers={"idempotency-key": "export-un"}
    )
    again = person.post(
        "/api/v1/exports", WHY, content_type="application/json", headers={"idempotency-key": "export-un"}
    )
    assert asks.status_code == 201, asks.content
    assert again.json()["id"] == asks.json()["id"]
    url = f"/api/v1/exports/{asks.json()['id']}"
    second = Visitor(world, "dpo", at=clock.now).client
    second.defaults["HTTP_ACCEPT"] = "application/json"
    (line,) = second.get("/api/v1/exports").json()["results"]
    assert (line["to_decide"], line["own"], line["cases"]) == (True, False, None)
    assert second.get(url).json()["reason"] == WHY["reason"]
    assert (
        second.post(f"{url}/decide", {"confirmed": True}, content_type="application/json").status_code == 200
    )
    clock.now = READY
    tasks.make_due(clock.now)
    person = coordinator(world, clock).client
    person.defaults["HTTP_ACCEPT"] = "text/csv, application/json"

    answer = person.post(f"{url}/take", {}, content_type="application/json")

    assert rows_of(answer)[0][1] == "Marchandeau"
    assert person.post(f"{url}/take", {}, content_type="application/json").status_code == 409


# --- Who may ------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ12")
def test_nobody_confirms_what_they_asked_for(world, here, clock):
    """Somebody who is coordinator and supervisor at once."""
    Membership.objects.create(
        user=world.user("crip_coordinator"), role="supervisor", authority=world.authorities["93"],
        valid_from=LONG_AGO,
    )  # fmt: skip
    row = asked(world, clock)

    assert decided(world, clock, row, who="crip_coordinator").status_code == 403
    assert row.confirmed is None
    row.decided_by, row.decided_at, row.confirmed = row.asked_by, AT, False
    with pytest.raises(IntegrityError, match="case_export_by_two"), transaction.atomic():
        row.save()


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [("crip_coordinator_2", "93", 404), ("supervisor", "75", 404),
     *some([(who, "93", 403) for who in ("auditor", "assessor", "territory_admin", "filer")], "nobody else")],
)  # fmt: skip
def test_nobody_else_knows_of_it(world, here, whole, clock, who, code, status):
    row = whole
    somebody = Visitor(world, who, code, at=clock.now)

    for answer in (
        somebody.get(f"/exports/{row.pk}"),
        somebody.post(f"/exports/{row.pk}/decision", {"decision": "confirm"}),
        somebody.post(f"/exports/{row.pk}/fichier", {}),
    ):
        assert answer.status_code == status
    assert CaseExport.objects.get(pk=row.pk).taken_at is None


def test_the_second_person_decides_and_takes_nothing(world, here, whole, clock):
    row = whole

    assert taken(world, clock, row, who="supervisor").status_code == 404
    assert Visitor(world, "supervisor", at=clock.now).get("/exports/demande").status_code == 403


def test_a_refusal_leaves_nothing(world, here, waits, clock):
    row = waits

    decided(world, clock, row, "refuse")

    assert (row.confirmed, row.key, row.reason) == (False, None, None)
    clock.now = READY
    assert tasks.make_due(clock.now) == 0
    assert decided(world, clock, row, who="supervisor_2").status_code == 404
    assert len(bodies("export:refused")) == 1


def gone(world, name):
    Membership.objects.filter(user=world.user(name)).update(valid_to=AT + timedelta(minutes=1))


def closed(world, name):
    User.objects.filter(pk=world.user(name).pk).update(is_active=False)


@pytest.mark.sec("SEC-AZ12", "SEC-AZ10")
@pytest.mark.parametrize("lose", [gone, closed])
@pytest.mark.parametrize("who", ["crip_coordinator", "supervisor"])
def test_it_dies_when_either_loses_the_role_before_it_is_made(world, here, waits, clock, who, lose):
    row = waits
    decided(world, clock, row)

    lose(world, who)
    clock.now = READY

    assert tasks.make_due(clock.now) == 0
    assert tasks.end_due(clock.now) == 1
    see_all()
    left = CaseExport.objects.get(pk=row.pk)
    assert (left.key, left.made_at) == (None, None)


@pytest.mark.sec("SEC-AZ12", "SEC-AZ10")
@pytest.mark.parametrize("lose", [gone, closed])
def test_it_dies_when_the_second_loses_the_role_before_it_is_taken(world, here, whole, clock, lose):
    row = whole

    lose(world, "supervisor")

    assert taken(world, clock, row).status_code == 404
    assert CaseExport.objects.get(pk=row.pk).taken_at is None


@pytest.mark.sec("SEC-AZ12")
def test_what_the_asker_may_no_more_ask_for_is_confirmed_by_nobody(world, here, waits, clock):
    row = waits
    gone(world, "crip_coordinator")
    clock.now = AT + timedelta(hours=1)

    assert decided(world, clock, row).status_code == 404
    assert row.confirmed is None


@pytest.mark.sec("SEC-AU6")
def test_each_grave_act_asks_for_a_fresh_proof(world, here, whole, clock):
    row = whole
    old = Visitor(world, "crip_coordinator", at=clock.now - timedelta(minutes=6))

    assert old.get("/exports/demande").status_code == 401
    assert old.post("/exports/demande", WHY).status_code == 401
    assert old.post(f"/exports/{row.pk}/fichier", {}).status_code == 401
    seconds = Visitor(world, "supervisor", at=clock.now - timedelta(minutes=6))
    assert seconds.post(f"/exports/{row.pk}/decision", {"decision": "confirm"}).status_code == 401
    assert CaseExport.objects.get(pk=row.pk).taken_at is None


@pytest.mark.sec("SEC-AZ22")
def test_a_row_that_the_service_didnt_write_lets_nothing_out(world, here, waits, clock):
    """Attack: somebody with the database's login confirms it and sets the delay to now."""
    row = waits
    CaseExport._base_manager.filter(pk=row.pk).update(
        decided_by=world.user("supervisor"), decided_at=AT, confirmed=True, ready_at=AT, ends_at=READY
    )

    assert tasks.make_due(AT) == 0
    assert coordinator(world, clock).get(f"/exports/{row.pk}").status_code == 404


# --- What is left out ---------------------------------------------------------------------------------


def names_in(world, clock, row):
    return [line[1] for line in rows_of(taken(world, clock, row))]


@pytest.mark.sec("SEC-AZ4")
@pytest.mark.parametrize("who", ["crip_coordinator", "supervisor"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_case_from_which_either_is_excluded_isnt_in_it(world, here, clock, who, when):
    """Before the file is made, and after: what is sealed already is looked at again."""
    other = Kit(world, "triage")
    named(other, other.child, last_name="Autre")
    row = asked(world, clock)
    decided(world, clock, row)
    if when == "before":
        here.exclude(who)
    clock.now = READY
    tasks.make_due(clock.now)
    see_all()
    if when == "after":
        here.exclude(who)

    assert names_in(world, clock, row) == ["Autre"]
    (body,) = bodies("export:taken")
    assert body["obj"] == [str(Referral.objects.get(pk=other.case.pk).pseudonym)]


@pytest.mark.sec("SEC-AZ20")
def test_a_restricted_case_is_in_it_only_if_both_are_named(world, here, clock):
    other = Kit(world, "triage")
    named(other, other.child, last_name="Autre")
    here.set_restricted()  # to who asks, and to no one else
    row = asked(world, clock)
    assert len(row.cases) == 2
    page = text(Visitor(world, "supervisor", at=clock.now).get(f"/exports/{row.pk}"))
    assert here.case.reference not in page
    decided(world, clock, row)
    clock.now = READY
    tasks.make_due(clock.now)
    see_all()

    assert names_in(world, clock, row) == ["Autre"]


@pytest.mark.sec("SEC-AZ20", "SEC-AZ13")
def test_an_emergency_opening_lets_nothing_restricted_out(world, here, clock):
    other = Kit(world, "triage")
    named(other, other.child, last_name="Autre")
    here.put(restricted=True)
    for who in ("crip_coordinator", "supervisor"):
        here.let_in(who)

    assert names_in(world, clock, made(world, clock)) == ["Autre"]


@pytest.mark.sec("SEC-AZ20")
def test_a_restricted_case_of_which_both_are_named_is_in_it(world, here, clock):
    here.set_restricted()
    here.name("supervisor")

    assert names_in(world, clock, made(world, clock)) == ["Marchandeau"]


@pytest.mark.sec("SEC-AZ20")
def test_a_child_whom_either_may_not_know_of_isnt_in_it(world, clock):
    family = Family(world)
    row = made(world, clock)

    names = names_in(world, clock, row)

    assert any("MARQUE-open" in name for name in names)
    assert not any("MARQUE-kept" in name for name in names)
    assert Child.objects.get(pk=family.children["kept"].pk).restricted


# --- Limits and ends ----------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ14", "SEC-CF4")
def test_an_export_holds_so_many_cases_and_no_more(world, here, clock, settings):
    Kit(world, "triage")
    settings.EXPORT_CASES = 1
    refused = coordinator(world, clock).fills("/exports/demande", **WHY)
    assert refused.status_code == 409
    assert not CaseExport.objects.exists()

    settings.EXPORT_CASES = 2

    assert len(asked(world, clock).cases) == 2


@pytest.mark.sec("SEC-AZ14", "SEC-CF4")
def test_one_asks_for_so_many_in_a_day_and_no_more(world, here, waits, clock):
    row = waits
    decided(world, clock, row, "refuse")
    clock.now = AT + timedelta(days=1) - timedelta(seconds=1)
    refused = coordinator(world, clock).fills("/exports/demande", **WHY)
    assert refused.status_code == 429
    assert asked(world, clock, who="crip_coordinator_2")

    clock.now = AT + timedelta(days=1)

    assert asked(world, clock)


def test_who_coordinates_for_two_authorities_says_for_which(world, here, clock):
    Membership.objects.create(
        user=world.user("crip_coordinator"), role="crip_coordinator", authority=world.authorities["75"],
        valid_from=LONG_AGO,
    )  # fmt: skip
    assert coordinator(world, clock).fills("/exports/demande", **WHY).status_code == 400

    row = asked(world, clock, authority=str(world.authorities["93"].pk))

    assert row.authority_id == world.authorities["93"].pk
    elsewhere = WHY | {"authority": str(world.authorities["59"].pk)}
    person = coordinator(world, clock, "crip_coordinator_2").client
    person.defaults["HTTP_ACCEPT"] = "application/json"
    assert person.post("/api/v1/exports", elsewhere, content_type="application/json").status_code == 400


def test_what_finds_nothing_is_no_export(world, here, clock):
    answer = coordinator(world, clock).fills("/exports/demande", **WHY | {"state": "protected_admin"})

    assert answer.status_code == 409
    assert not CaseExport.objects.exists()


def test_what_nobody_takes_in_time_is_destroyed(world, here, whole, clock):
    row = whole
    clock.now = READY + timedelta(hours=48) - timedelta(seconds=1)
    assert tasks.end_due(clock.now) == 0
    clock.now = READY + timedelta(hours=48)
    assert taken(world, clock, row).status_code == 409, "even before the pass"

    assert tasks.end_due(clock.now) == 1

    see_all()
    left = CaseExport.objects.get(pk=row.pk)
    assert (left.key, left.content, left.taken_at) == (None, None, None)
    assert len(bodies("export:ended")) == 1
    assert "Détruit" in text(coordinator(world, clock).get(f"/exports/{row.pk}"))


def test_what_nobody_decides_on_within_a_week_lapses(world, here, waits, clock):
    row = waits
    clock.now = AT + timedelta(days=7)

    assert decided(world, clock, row).status_code == 404
    assert tasks.end_due(clock.now) == 1
    see_all()
    assert CaseExport.objects.get(pk=row.pk).key is None
    assert "sans réponse" in text(coordinator(world, clock).get("/exports"))


def test_who_has_to_do_with_exports_finds_them(world, here, clock):
    assert "/exports" in links(coordinator(world, clock).get("/dossiers"))
    assert "/exports" in links(Visitor(world, "supervisor", at=clock.now).get("/dossiers"))
    assert "/exports" in links(Visitor(world, "dpo", at=clock.now).get("/exports"))
    assert "/exports" not in links(Visitor(world, "assessor", at=clock.now).get("/dossiers"))
