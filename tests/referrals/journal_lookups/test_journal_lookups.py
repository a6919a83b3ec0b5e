"""Lookups over HTTP: what a complaint names leads to its entries, by two persons in two offices, and in no other way."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.signin import PROVED
from audit import journal, pseudonyms
from outbox.models import Notice
from referrals.models import Exclusion, PseudonymLookup, Referral
from tests.audit.owner import as_owner, written
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import let_in
from tests.web.visiting import Visitor, form_in, links, text

pytestmark = [
    pytest.mark.sec("SEC-AZ12"),
    pytest.mark.both_databases("row-level security of lookups, and of the case that one finds"),
]
AT = datetime.now(UTC)
ABSENT = "R7KD-4M2X-9QPA-W"


@shared_fixture
def case(world):
    answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex)
    see_all()
    return Referral.objects.get(pk=answer.json()["id"])


def ask(world, named, who="auditor", *, kind="case", ground="complaint", code="93"):
    said = {"kind": kind, "named": named, "ground": ground}
    answer = world.as_(who, code).post("audit/lookups", said, key=uuid4().hex)
    see_all()
    return answer


def decide(world, pk, named, who="dpo", *, allowed=True, code="93"):
    said = {"allowed": allowed} | ({} if named is None else {"named": named})
    answer = world.as_(who, code).post(f"audit/lookups/{pk}/decide", said, key=uuid4().hex)
    see_all()
    return answer


def read(world, pk, who="auditor", code="93"):
    answer = world.as_(who, code).get(f"audit/lookups/{pk}")
    see_all()
    return answer


def both(world, named, **said):
    """Ask, and allow it; return its id."""
    pk = ask(world, named, **said).json()["id"]
    assert decide(world, pk, named).status_code == 200
    return pk


# --- The whole way -------------------------------------------------------------------------------------


def test_a_reference_leads_to_who_opened_the_file(world, case):
    assert world.as_("crip_coordinator").get(f"referrals/{case.pk}").status_code == 200
    see_all()
    asked = ask(world, case.reference.lower().replace("-", " "))
    assert (asked.status_code, asked.json()["state"]["code"]) == (201, "asked")
    pk = asked.json()["id"]
    assert read(world, pk).json()["pseudonym"] is None
    assert {one.user_id for one in Notice.objects.filter(template="lookup.asked")} == {world.user("dpo").pk}

    assert decide(world, pk, case.reference).json()["state"]["code"] == "found"

    for who in ("auditor", "dpo"):
        found = read(world, pk, who).json()
        assert found["pseudonym"] == str(journal.subject(case.pk))
    answer = world.as_("auditor").get("audit/questions/file-openings", subject=found["pseudonym"]).json()
    assert [one["actor"] for one in answer["results"]] == [
        str(pseudonyms.actor(world.user("crip_coordinator").pk))
    ]


def test_an_address_leads_to_what_this_person_opened(world):
    user = world.user("crip_coordinator")
    pk = both(world, user.email.upper(), kind="person")

    assert read(world, pk).json()["pseudonym"] == str(pseudonyms.actor(user.pk))


def test_each_act_and_each_reading_is_an_entry_that_names_nothing_typed(world, case):
    pk = both(world, case.reference)
    read(world, pk)
    read(world, pk, "dpo")

    acts = ("lookup:asked", "lookup:decided", "lookup:read")
    entries = {act: [bytes(entry.body).decode() for entry in written(act=act)] for act in acts}
    assert [len(one) for one in entries.values()] == [1, 1, 2]
    assert str(journal.subject(case.pk)) not in entries["lookup:asked"][0], "nothing was looked for yet"
    assert str(journal.subject(case.pk)) in entries["lookup:decided"][0]
    row = PseudonymLookup.objects.get(pk=pk)
    told = f"{entries} {row.__dict__}"
    assert case.reference not in told
    assert str(case.pk) not in told


# --- What is unknown, and what is foreign --------------------------------------------------------------


def test_unknown_and_foreign_are_answered_like_any_other_until_the_second_person_decides(world, case):
    foreign = Referral.objects.exclude(authority=case.authority).values_list("reference", flat=True).first()
    Referral.objects.filter(pk=case.pk).update(authority=world.authorities["75"])
    see_all()
    seen = [case.reference, ABSENT, *([foreign] if foreign else [])]
    asked = [ask(world, named) for named in seen]

    told = [
        {name: value for name, value in one.json().items() if name not in ("id", "asked_at")} for one in asked
    ]
    assert all(one == told[0] for one in told)
    for named, one in zip(seen, asked, strict=True):
        decided = decide(world, one.json()["id"], named)
        assert decided.json()["state"]["code"] == "nothing"
        assert read(world, one.json()["id"]).json()["pseudonym"] is None


@pytest.mark.parametrize("name", ["auditor", "dpo", "filer_2"])
def test_neither_of_the_two_nor_who_works_elsewhere_is_found(world, name):
    code = "75" if name == "filer_2" else "93"
    pk = both(world, world.user(name, code).email, kind="person")

    assert read(world, pk).json()["state"]["code"] == "nothing"


@pytest.mark.parametrize(
    ("kind", "named", "fault"),
    [
        ("case", "R7KD-4M2X-9QPA-X", "not-a-reference"),
        ("case", "Lina Martin", "not-a-reference"),
        ("person", "Lina Martin", "not-an-address"),
    ],
)
def test_what_can_be_no_reference_is_said_beside_the_field(world, kind, named, fault):
    refused = ask(world, named, kind=kind)

    assert refused.status_code == 400
    assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [("named", fault)]
    assert named not in refused.content.decode()


# --- Two persons ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asker", "second"), [("auditor", "dpo"), ("dpo", "auditor")])
def test_either_office_asks_and_the_other_decides(world, case, asker, second):
    pk = ask(world, case.reference, asker).json()["id"]
    refused = decide(world, pk, case.reference, asker)
    assert (refused.status_code, refused.json()["code"]) == (409, "approver-needed")

    assert decide(world, pk, case.reference, second).status_code == 200


def test_whoever_holds_both_offices_doesnt_look_up_alone(world, case):
    Membership.objects.create(
        user=world.user("auditor"), role="dpo", authority=world.authorities["93"],
        valid_from=world.memberships["93", "auditor"].valid_from,
    )  # fmt: skip
    pk = ask(world, case.reference).json()["id"]

    assert decide(world, pk, case.reference, "auditor").json()["code"] == "approver-needed"


def test_another_name_than_the_first_person_typed_closes_it(world, case):
    pk = ask(world, case.reference).json()["id"]

    assert decide(world, pk, ABSENT).json()["state"]["code"] == "different"
    again = decide(world, pk, case.reference)
    assert (again.status_code, again.json()["code"]) == (409, "approval-closed")


def test_what_is_refused_is_looked_for_no_more(world, case):
    pk = ask(world, case.reference).json()["id"]

    assert decide(world, pk, None, allowed=False).json()["state"]["code"] == "refused"
    assert decide(world, pk, case.reference).status_code == 409


def test_it_dies_with_the_office_of_the_asker_and_with_time(world, case):
    pk = ask(world, case.reference).json()["id"]
    held = Membership.objects.filter(pk=world.memberships["93", "auditor"].pk)
    held.update(valid_to=AT)
    assert decide(world, pk, case.reference).status_code == 404
    held.update(valid_to=None)
    PseudonymLookup.objects.filter(pk=pk).update(asked_at=AT - timedelta(days=6))
    assert decide(world, pk, case.reference).json()["code"] == "approval-closed"


def test_the_pseudonym_is_read_by_the_two_in_time_and_in_office(world, case):
    pk = both(world, case.reference)
    other = world.hire("auditor_2", "auditor")
    assert other.pk
    assert read(world, pk, "auditor_2").json()["pseudonym"] is None
    held = Membership.objects.filter(pk=world.memberships["93", "dpo"].pk)
    held.update(valid_to=AT)
    assert read(world, pk).json()["pseudonym"] is None
    held.update(valid_to=None)
    assert read(world, pk).json()["pseudonym"]
    PseudonymLookup.objects.filter(pk=pk).update(until=AT)
    assert (read(world, pk).json()["state"]["code"], read(world, pk).json()["pseudonym"]) == ("ended", None)


@pytest.mark.sec("SEC-AZ4")
def test_who_is_excluded_from_the_case_reads_no_pseudonym_of_it(world, case):
    pk = both(world, case.reference)
    Exclusion(referral=case, user=world.user("auditor"), by=uuid4(), since_at=AT).save(force_insert=True)

    assert read(world, pk).json()["pseudonym"] is None
    assert read(world, pk, "dpo").json()["pseudonym"]


def test_the_database_itself_wants_two_persons_for_a_lookup(world, case):
    pk = ask(world, case.reference).json()["id"]
    auditor = world.user("auditor")

    with pytest.raises(IntegrityError), transaction.atomic():
        PseudonymLookup.objects.filter(pk=pk).update(
            decided_by=auditor, decided_at=AT, outcome="found", subject=uuid4(), until=AT
        )


# --- Who may, and how often ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["crip_coordinator", "supervisor", "territory_admin", "filer", "statistician"]
)
def test_who_reads_no_journal_looks_nothing_up(world, case, name):
    pk = ask(world, case.reference).json()["id"]

    assert ask(world, case.reference, name).status_code == 403
    assert world.as_(name).get("audit/lookups").status_code == 403
    assert read(world, pk, name).status_code == 404
    assert decide(world, pk, case.reference, name).status_code == 404
    assert Visitor(world, name).get("/journal/reclamations").status_code == 403


def test_a_lookup_of_another_authority_is_not_there(world, case):
    pk = ask(world, case.reference).json()["id"]

    assert read(world, pk, code="75").status_code == 404
    assert decide(world, pk, case.reference, code="75").status_code == 404
    assert world.as_("auditor", "75").get("audit/lookups").json()["results"] == []


def test_one_asks_for_so_many_lookups_in_a_day_and_no_more(world, settings):
    settings.LOOKUPS_PER_DAY = 2
    assert [ask(world, ABSENT).status_code for _ in range(2)] == [201, 201]

    refused = ask(world, ABSENT)

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-lookups")
    PseudonymLookup.objects.update(asked_at=AT - timedelta(days=1, minutes=1))
    assert ask(world, ABSENT).status_code == 201


# --- Pages ---------------------------------------------------------------------------------------------


def test_the_pages_lead_from_the_complaint_to_the_entries_of_the_file(world, case):
    auditor, officer = Visitor(world, "auditor"), Visitor(world, "dpo")
    assert "/journal/reclamations" in links(auditor.get("/journal"))
    sent = auditor.fills(
        "/journal/reclamations/nouvelle", kind="case", named=case.reference, ground="complaint"
    )
    assert sent.status_code == 303, text(sent)[:900]
    place = sent["Location"]
    assert "Attend une seconde personne" in text(auditor.get(place))
    assert place in links(officer.get("/journal")), "among what awaits the other office"
    assert place not in links(auditor.get("/journal"))
    assert f"{place}/decision" in links(officer.get(place))
    assert officer.fills(f"{place}/decision", named=case.reference, decision="allow").status_code == 303

    (onwards,) = [one for one in links(auditor.get(place)) if "file-openings" in one]

    assert case.reference not in onwards
    assert auditor.get(onwards).status_code == 200


@pytest.mark.parametrize("page", ["/journal/questions/file-openings", "/journal/entrees"])
def test_the_reference_of_a_complaint_leads_from_the_question_to_the_lookup_of_two(world, case, page):
    """As it was typed, in any spelling; it stands in no address, and what is unknown has the same answer."""
    auditor, officer = Visitor(world, "auditor"), Visitor(world, "dpo")
    asked = auditor.get(page)
    assert "référence" in text(asked)
    see_all()
    before = len(looks())

    shown = {}
    for named in (case.reference, case.reference.lower().replace("-", " "), ABSENT):
        answer = auditor.post(page, form_in(asked) | {"subject": named})
        assert answer.status_code == 200, text(answer)[:900]
        assert "/journal/reclamations/nouvelle" in re.findall('action="([^"]+)"', answer.content.decode())
        form = form_in(answer)
        assert (form["kind"], form["named"]) == ("case", named)
        assert "La personne qui exerce l'autre rôle décide" in text(answer)
        body = answer.content.decode().replace(named, "named")
        shown[named] = re.sub(r'name="(once|csrfmiddlewaretoken)" value="[^"]*"', "", body)
    assert shown[case.reference] == shown[ABSENT], "whether there is such a file isn't told to one alone"
    assert len(looks()) == before, "nothing was looked for"
    assert not PseudonymLookup.objects.exists()

    sent = auditor.post(
        "/journal/reclamations/nouvelle", form | {"named": case.reference, "ground": "complaint"}
    )
    assert sent.status_code == 303, text(sent)[:900]
    done = officer.fills(f"{sent['Location']}/decision", named=case.reference, decision="allow")
    assert done.status_code == 303
    (onwards,) = [one for one in links(auditor.get(sent["Location"])) if "file-openings" in one]
    assert auditor.get(onwards).status_code == 200


def looks():
    with as_owner():
        return [*written(act="audit:queried"), *written(act="lookup:asked")]


def test_an_address_leads_to_the_lookup_of_a_person(world):
    auditor, place = Visitor(world, "auditor"), "/journal/questions/person-openings"

    answer = auditor.post(place, form_in(auditor.get(place)) | {"actor": "personne@example.org"})

    assert (form_in(answer)["kind"], form_in(answer)["named"]) == ("person", "personne@example.org")


def test_what_narrows_a_list_goes_on_as_an_address_and_what_cant_be_read_into_none(world):
    auditor, place = Visitor(world, "auditor"), "/journal/questions/file-openings"
    pseudonym = str(uuid4())
    form = form_in(auditor.get(place))

    onwards = auditor.post(place, form | {"subject": pseudonym, "since": "2026-01-01"})
    refused = auditor.post(place, form | {"subject": "Jean Exemple"})

    assert (onwards.status_code, onwards["Location"]) == (
        303,
        f"{place}?subject={pseudonym}&since=2026-01-01",
    )
    assert auditor.get(onwards["Location"]).status_code == 200
    assert refused.status_code == 400
    assert "telle que la réclamation la donne" in text(refused)
    assert 'value="Jean Exemple"' in refused.content.decode()
    assert auditor.get("/journal/questions/nonsense").status_code == 404
    assert auditor.post("/journal/questions/nonsense", form).status_code == 404


def test_who_proved_it_long_ago_proves_it_before_a_reference_is_taken_on(world, case):
    auditor, place = Visitor(world, "auditor"), "/journal/questions/file-openings"
    let_in(auditor.client, world.user("auditor"), **{PROVED: (AT - timedelta(hours=2)).timestamp()})
    form = form_in(auditor.get(place))

    answer = auditor.post(place, form | {"subject": case.reference})

    assert answer.status_code == 401
    assert case.reference not in answer.content.decode()
    assert "/journal/reclamations/nouvelle" in answer.content.decode(), "where one goes on"


def test_a_wrong_reference_comes_back_with_a_sentence_and_as_it_was_typed(world):
    answer = Visitor(world, "auditor").fills(
        "/journal/reclamations/nouvelle", kind="case", named="R7KD-4M2X", ground="complaint"
    )

    assert answer.status_code == 400
    assert "Ce n'est pas une référence de dossier" in text(answer)
    assert 'value="R7KD-4M2X"' in answer.content.decode()


def test_refusing_on_the_page_needs_nothing_typed(world, case):
    place = f"/journal/reclamations/{ask(world, case.reference).json()['id']}"

    assert Visitor(world, "dpo").fills(f"{place}/decision", decision="refuse").status_code == 303
    assert "Refusée" in text(Visitor(world, "auditor").get(place))
