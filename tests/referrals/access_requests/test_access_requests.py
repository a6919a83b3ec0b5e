"""Access requests (RGPD 12, 15; domain.md §2.7, §7.5): the course, wrong requesters, the gate, two persons, the delay."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from rest_framework.exceptions import ValidationError

from accounts.models import Membership, User
from encryption import keys
from encryption.errors import Unreadable
from outbox.models import Notice
from referrals.access_requests import (
    actions,
    collection,
    effects,
    package,
    persons,
    queries,
    readers,
    reviewing,
    tasks,
)
from referrals.access_requests.copies import Readers
from referrals.access_requests.sheet import Sheet
from referrals.errors import (
    ApproverRefused,
    GuardRefused,
    InvalidInput,
    NotAllowed,
    NotVisible,
    WrongState,
)
from referrals.models import (
    AccessFile,
    AccessPart,
    AccessRedaction,
    Concern,
    HolderInformation,
    Joining,
    Referral,
    RowApproval,
    StepRecord,
    ThirdParty,
)
from referrals.vocabulary.access_requests import Withheld
from tests.audit.owner import written
from tests.conftest import see_all
from tests.night import NIGHT
from tests.referrals.access_requests.desk import FATHER, GIRL, SPAN, TEXT, Desk, parts_of
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import forget, shared_fixture

pytestmark = pytest.mark.both_databases(
    "what is copied past row-level security, and the role that reads entries"
)

PARIS = ZoneInfo("Europe/Paris")


@shared_fixture
def laid(world):
    """A desk with nothing on it."""
    return Desk(world)


@shared_fixture
def arrived(laid):
    """A request of the father has come."""
    laid.receives()
    return laid


@shared_fixture
def known(arrived):
    """It is known who he is."""
    arrived.identifies()
    return arrived


@shared_fixture
def bounded(known):
    """It is settled which file it is about."""
    with pytest.MonkeyPatch.context() as patch:
        known.stands_in(patch).scopes()
    return known


@shared_fixture
def held(bounded):
    """A copy is made."""
    with pytest.MonkeyPatch.context() as patch:
        bounded.stands_in(patch).does("collect")
    return bounded


@shared_fixture
def sent(held):
    """It is answered."""
    with pytest.MonkeyPatch.context() as patch:
        held.stands_in(patch).answers()
    return held


@pytest.fixture
def desk(laid, monkeypatch):
    return laid.stands_in(monkeypatch)


@pytest.fixture
def received(arrived, monkeypatch):
    return arrived.stands_in(monkeypatch)


@pytest.fixture
def identified(known, monkeypatch):
    return known.stands_in(monkeypatch)


@pytest.fixture
def scoped(bounded, monkeypatch):
    return bounded.stands_in(monkeypatch)


@pytest.fixture
def copied(held, monkeypatch):
    return held.stands_in(monkeypatch)


@pytest.fixture
def answered(sent, monkeypatch):
    return sent.stands_in(monkeypatch)


def refused(act):
    """Return the rule that refuses an act."""
    with pytest.raises(GuardRefused) as caught:
        act()
    return caught.value.extra["rule"]


def told(template):
    return set(Notice.objects.filter(template=template).values_list("user_id", flat=True))


def on(day):
    return datetime.combine(day, datetime.min.time(), tzinfo=PARIS)


# --- The course -----------------------------------------------------------------------------------------


def test_the_whole_way_to_the_end(desk):
    row = desk.receives()
    assert row.due_at.astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S") == "2026-12-24 23:59:59"
    desk.identifies()
    desk.scopes()
    assert Referral.objects.get(pk=desk.kit.case.pk).legal_hold
    desk.does("collect")
    assert [one.code for one in AccessRedaction.objects.all()] == ["filer"]

    row = desk.answers()
    assert (row.state, row.codes, row.due_at, len(row.package_hash)) == ("partial", ["filer"], None, 64)
    content = desk.built[0]
    assert (content.pieces[0].spans, content.cases) == ((SPAN,), {desk.kit.case.pk: desk.kit.case.reference})
    handed = {"on": AT.date().isoformat(), "handing": "in_person", "to": FATHER, "identity_shown": True}
    row = desk.does("hand_over", handed)
    assert (row.package, bool(row.handed_at), len(row.package_hash)) == (None, True, 64)

    assert refused(lambda: desk.does("close", {})) == "may_be_closed"
    desk.later(days=62)
    assert tasks.close_over(desk.at) == 1
    see_all()
    row = desk.row
    assert (row.state, row.said, row.notes, row.letter, row.key) == ("closed", None, None, None, None)
    assert not AccessPart.objects.exists()
    assert not AccessFile.objects.exists()
    assert not Referral.objects.get(pk=desk.kit.case.pk).legal_hold
    assert (row.codes, len(row.package_hash)) == (["filer"], 64), "what the register needs stays"


def test_no_line_on_the_case_but_a_hold_without_its_reason(copied):
    (record,) = StepRecord.objects.filter(referral=copied.kit.case)
    assert (record.step, record.role) == ("hold", "system")
    for who in ("crip_coordinator", "supervisor", "ase_inspector", "auditor", "assessor", "territory_admin"):
        with pytest.raises(NotVisible):
            copied.does("ask_identity", {}, who=who)
        caller = copied.world.as_(who)
        assert caller.get(f"access-requests/{copied.pk}").status_code == 404
        assert str(copied.pk) not in caller.get("access-requests").content.decode()
        page = (
            caller.get(f"referrals/{copied.kit.case.pk}").content.decode()
            + caller.get(f"referrals/{copied.kit.case.pk}/timeline").content.decode()
        )
        assert str(copied.pk) not in page
        assert copied.row.reference not in page
    assert copied.world.as_("dpo", "75").get(f"access-requests/{copied.pk}").status_code == 404


def test_who_receives_keeps_the_receipt_and_looks_for_no_file(desk):
    desk.receives("intake_agent")

    assert told("access-request.received") == {desk.kit.user("dpo"), desk.kit.user("dpo_2")}
    caller = desk.world.as_("intake_agent")
    body = caller.get(f"access-requests/{desk.pk}").json()
    assert (body["whole"], "said" in body, "state" in body, body["available_steps"]) == (
        False,
        False,
        False,
        [],
    )
    assert caller.get(f"access-requests/{desk.pk}/files").status_code == 403
    assert "Durandal" not in caller.get("access-requests").content.decode()
    with pytest.raises(NotAllowed):
        desk.does("confirm_identity", {}, who="intake_agent")


def test_whoever_is_not_born_yet_has_no_file(desk):
    """At the receipt, and where the paper puts the names right; an adult who was a child here may be of any age."""
    tomorrow = (desk.at.date() + timedelta(days=2)).isoformat()
    with pytest.raises(InvalidInput):
        desk.receives(birth_date=tomorrow)
    desk.receives(birth_date="1961-05-06")
    with pytest.raises(InvalidInput):
        desk.identifies(birth_date=tomorrow)


def test_another_right_goes_the_same_way_without_a_copy(desk):
    desk.copies(right="rectification")
    assert not AccessPart.objects.exists()
    assert refused(lambda: desk.answers()) == "what_was_done_is_said"

    assert desk.answers(done="Adresse corrigée.").state == "answered"
    assert (desk.built, desk.row.package) == ([], None)


def test_nothing_hidden_is_answered_whole(scoped, monkeypatch):
    desk = scoped
    stand_in = effects.collection

    def collect(scope, **said):
        return [replace(part, hidden=()) for part in stand_in.collect(scope, **said)]

    monkeypatch.setattr(effects, "collection", SimpleNamespace(collect=collect))
    desk.does("collect")
    assert AccessPart.objects.count() == 2
    assert desk.answers().state == "answered"


@pytest.mark.parametrize("requester", ["holder", "third_party"])
def test_where_nothing_is_held_the_letter_says_so(desk, requester):
    desk.receives(requester=requester)
    desk.identifies(**({"standing": "self"} if requester == "third_party" else {}))
    unsearched = {"references": [], "searched": False}
    assert refused(lambda: desk.does("set_scope", unsearched)) == "index_was_searched"
    with pytest.raises(ValidationError):
        desk.does("set_scope", {"searched": True})

    desk.does("set_scope", {"references": [], "searched": True})
    desk.does("collect")
    row = desk.answers()

    assert (row.state, row.codes, AccessPart.objects.count()) == ("answered", [], 0)
    letter = queries.letter(row, "answer", actor=desk.actor("dpo"), at=desk.at)
    assert "Nous ne traitons aucune donnée vous concernant." in letter
    assert "Nous traitons des données" not in letter
    (content,) = desk.built
    assert (content.pieces, content.readers.lines, content.cases) == ((), (), {})
    handed = {"on": AT.date().isoformat(), "handing": "in_person", "to": FATHER, "identity_shown": True}
    assert desk.does("hand_over", handed).handed_at


def test_what_is_handed_over_where_nothing_is_held(identified, monkeypatch):
    for name, real in (("collection", collection), ("lists", readers), ("package", package)):
        monkeypatch.setattr(effects, name, real)

    desk = identified
    desk.does("set_scope", {"references": [], "searched": True})
    desk.does("collect")
    desk.answers()

    files = package.files_of(queries.package(desk.pk, actor=desk.actor("dpo"), at=desk.at))
    said = json.loads(files[package.DATA])
    assert (said["files"], said["complete"], said["readers"]["count"]) == ([], True, 0)
    assert package.COPY not in {name.partition(".")[0] for name in files}


def test_nobody_says_that_nothing_is_held_of_whom_the_index_gives(identified, monkeypatch):
    desk = identified
    hit = persons.Hit("IP-1", "triage", AT, exact=True)
    near = persons.Hit("IP-2", "triage", AT, exact=False)
    given = [near]
    monkeypatch.setattr(persons, "search", lambda sheet: given)
    nothing = {"references": [], "searched": True}
    desk.does("set_scope", nothing)
    given.append(hit)

    assert refused(lambda: desk.does("set_scope", nothing)) == "index_was_searched"
    assert refused(lambda: desk.does("collect")) == "scope_is_set", "it came in meanwhile"
    desk.scopes()
    assert desk.does("collect").state == "redaction"


def test_it_is_taken_back_in_writing(copied):
    assert refused(lambda: copied.does("close", {})) == "may_be_closed"

    row = copied.does(
        "close", {"withdrawn_on": AT.date().isoformat(), "note": "Courrier du jour."}, by="supervisor"
    )
    assert (row.state, row.due_at) == ("closed", None)
    assert not Referral.objects.get(pk=copied.kit.case.pk).legal_hold


def test_a_package_that_nobody_fetches_is_destroyed_and_its_hash_stays(answered):
    copied = answered
    copied.later(days=29)
    assert tasks.destroy_unfetched(copied.at) == 0
    copied.later(days=1)
    assert tasks.destroy_unfetched(copied.at) == 1
    see_all()
    assert (copied.row.package, len(copied.row.package_hash)) == (None, 64)
    handed = {"on": AT.date().isoformat(), "handing": "in_person", "to": FATHER, "identity_shown": True}
    assert refused(lambda: copied.does("hand_over", handed)) == "package_is_there"


def test_an_appeal_is_settled_by_two(copied):
    copied.refuses("child_interest")
    copied.later(days=20)
    copied.does("appeal", {"appeal": "cada", "on": copied.at.date().isoformat(), "reference": "2026/44"})
    kept = AccessRedaction.objects.get().pk
    body = {"decision": "Avis favorable.", "outcome": "answer"}
    assert (
        refused(lambda: copied.does("settle", body | {"lift": [str(kept)]}, by="supervisor"))
        == "code_may_be_lifted"
    )
    with pytest.raises(ApproverRefused):
        copied.does("settle", body)

    assert copied.does("settle", body, by="dpo_2").state == "partial"
    assert len(copied.built) == 1


# --- Who asks: the wrong requester is always refused (§2.8 no. 15) --------------------------------------


def other_day(desk):
    return {"birth_date": "2011-05-07"}


def other_name(desk):
    return {"last_name": "Durant"}


def no_holder(desk):
    return {"name": "Paul Durandal"}


def of_age(desk):
    desk.kit.set_child(age_band="18+")
    return {}


def emancipated(desk):
    desk.kit.set_child(emancipated=True)
    return {}


def of_age_by_birth(desk):
    desk.named(desk.kit, child=GIRL | {"birth_date": "2008-11-24"})
    return {"birth_date": "2008-11-24"}


def no_birth_on_file(desk):
    desk.named(desk.kit, child=GIRL | {"birth_date": None})
    return {}


def recorded_by_mistake(desk):
    desk.kit.set_child(wrong_person=True)
    return {}


WRONG = [
    (other_day, "person_is_the_one"), (other_name, "person_is_the_one"), (no_holder, "person_is_the_one"),
    (no_birth_on_file, "person_is_the_one"), (recorded_by_mistake, "person_is_the_one"), (of_age, "standing_holds"),
    (emancipated, "standing_holds"), (of_age_by_birth, "standing_holds"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "rule"), WRONG)
def test_a_wrong_requester_comes_to_no_file(desk, wrong, rule):
    desk.receives(**wrong(desk))
    desk.identifies()

    assert refused(desk.scopes) == rule
    assert not Referral.objects.get(pk=desk.kit.case.pk).legal_hold
    if not NIGHT and wrong not in (other_day, of_age):  # whatever was wrong, what follows is the same
        return
    assert refused(lambda: desk.does("collect")) == "scope_is_set"
    assert desk.refuses("not_identified").state == "refused"
    (letter,) = json.loads(
        json.dumps(desk.world.as_("dpo").get(f"access-requests/{desk.pk}").json()["letter"])
    ).values()
    assert "que des données vous concernant soient traitées ou non" in letter
    assert desk.kit.case.reference not in letter


MANDATE = {"standing": "mandate", "written": True, "mandator": "holder", "mandator_name": FATHER}


def test_who_is_mandated_has_what_the_mandator_has_and_meets_the_same_gate(desk):
    """A lawyer of an implicated father has no more than he has (AR3, §7.5)."""
    desk.receives(requester="mandated", name="Maître Lavocat")
    for lacking in ({"mandator": ""}, {"mandator_name": ""}):
        with pytest.raises(ValidationError):
            desk.identifies(**MANDATE | lacking)
    desk.identifies(**MANDATE)
    desk.scopes()
    desk.does("collect")
    assert desk.row.holder == desk.kit.holder.pk
    implicated(desk)
    body = desk.world.as_("dpo").get(f"access-requests/{desk.pk}").json()
    assert [one["code"] for one in body["gates"]] == ["implicated"]


@pytest.mark.parametrize(
    ("mandate", "wrong", "rule"),
    [
        ({}, of_age, "standing_holds"),
        ({"mandator_name": "Paul Durandal"}, None, "person_is_the_one"),
        ({"mandator": "subject_adult", "mandator_name": ""}, None, "standing_holds"),
        ({"mandator": "subject_minor", "mandator_name": "", "discernment": True}, of_age, "standing_holds"),
    ],
)
def test_a_mandate_of_nobody_who_may_have_it_comes_to_no_file(desk, mandate, wrong, rule):
    desk.receives(requester="mandated", name="Maître Lavocat")
    if wrong is not None:
        wrong(desk)
    desk.identifies(**MANDATE | mandate)

    assert refused(desk.scopes) == rule


def test_a_third_party_or_an_agent_is_found_by_name_and_no_other(desk, monkeypatch):
    """Whose rows are copied is settled by the file, not by the officer (fail closed)."""
    field = ThirdParty._meta.get_field("name")
    told = ThirdParty(referral=desk.kit.case, role="alleged_exploiter")
    told.name = desk.kit.fill.keys[field.key].seal(field, told.pk, "Bébert Lescroc")
    told.save(force_insert=True)
    agent = User.objects.get(pk=desk.world.user("assessor").pk)
    scopes = []
    collector = SimpleNamespace(collect=lambda scope, *, actor, at: scopes.append(scope) or [])
    monkeypatch.setattr(effects, "collection", collector)
    for requester, name, pk in (
        ("third_party", "Bebert LESCROC", told.pk),
        ("staff", agent.full_name, agent.pk),
    ):
        desk.receives(requester=requester, name="Quelqu'un d'Autre")
        desk.identifies(standing="self", in_office=False)
        assert refused(desk.scopes) == "person_is_the_one"
        desk.receives(requester=requester, name=name)
        desk.identifies(standing="self", in_office=False)
        desk.scopes()
        desk.does("collect")
        assert scopes.pop().persons == {pk}
        desk.does("close", {"withdrawn_on": AT.date().isoformat(), "note": "Retirée."}, by="supervisor")


@pytest.mark.parametrize("step", ["collect", "answer", "hand_over"])
def test_who_comes_of_age_meanwhile_is_answered_alone(scoped, step):
    """A child's birthday, and a holder taken off the file, count at each step that lets something go."""
    desk = scoped
    if step != "collect":
        desk.does("collect")
    if step == "hand_over":
        desk.answers()
    desk.kit.set_child(age_band="18+")

    body = {"on": AT.date().isoformat(), "handing": "in_person", "to": FATHER, "identity_shown": True}
    assert refused(lambda: desk.does(step, body if step == "hand_over" else {})) == "standing_still_holds"


def test_a_girl_asks_alone_and_nobody_is_told(desk):
    before = Notice.objects.count()
    desk.receives(requester="subject_minor", name="Inès Durandal")
    assert refused(lambda: desk.identifies()) == "standing_fits_the_requester"
    assert refused(lambda: desk.identifies(standing="minor_alone")) == "standing_is_established"
    desk.identifies(standing="minor_alone", discernment=True)
    desk.scopes()
    desk.does("collect")
    desk.answers()

    assert set(Notice.objects.values_list("template", flat=True)[before:]) <= {
        "signature.row",
        "access-request.received",
    }
    assert not HolderInformation.objects.exists()
    body = {"on": AT.date().isoformat(), "handing": "registered", "to": "Inès", "identity_shown": True}
    assert refused(lambda: desk.does("hand_over", body)) == "minor_is_met"
    desk.does("hand_over", body | {"handing": "in_person", "explained_by": "Sa référente"})


# --- The gate (§7.5) ------------------------------------------------------------------------------------


def implicated(desk):
    type(desk.kit.holder).objects.filter(pk=desk.kit.holder.pk).update(implicated="yes")


def one_is_implicated(desk):
    Concern.objects.filter(referral=desk.kit.case).update(holder_implicated="yes")


def suspected(desk):
    desk.kit.set_child(prostitution_status="suspected")


def place(desk):
    desk.kit.measure("active")


def justice(desk):
    desk.kit.judicial("sent")


def inquiry(desk):
    desk.kit.judicial("closed", outcome="criminal_inquiry")


def deferred(desk):
    desk.kit.fill.row(
        HolderInformation,
        holder=desk.kit.holder,
        occasion="assessment",
        state="deferred",
        review_on=AT.date(),
    )


GATES = [
    (implicated, "implicated"), (one_is_implicated, "implicated"), (suspected, "status"), (place, "sheltered"),
    (justice, "justice"), (inquiry, "justice"), (deferred, "deferred"),
]  # fmt: skip


def test_what_shuts_the_gate_after_an_opinion_is_not_opened_by_it(copied):
    """An inspector lets send what is known; a referral to justice of the next day waits for another word."""
    suspected(copied)
    copied.asks("ase_inspector")
    justice(copied)
    assert refused(lambda: copied.answers()) == "gate_lets_something_go"
    copied.asks("ase_inspector", noted_on=AT.date().isoformat(), note="Note du parquet.")
    assert copied.answers().state == "partial"


def test_what_shuts_the_gate_after_the_answer_keeps_it_from_being_handed_over(answered):
    copied = answered
    implicated(copied)
    handed = {"on": AT.date().isoformat(), "handing": "in_person", "to": FATHER, "identity_shown": True}
    assert refused(lambda: copied.does("hand_over", handed)) == "gate_still_lets_it_go"
    assert (
        copied.world.as_("dpo").post(f"access-requests/{copied.pk}/package", {}, key=uuid4().hex).status_code
        == 409
    )


@pytest.mark.parametrize("mandator", ["subject_minor", "subject_adult"])
def test_a_mandate_from_the_child_leads_nobody_of_the_file_past_the_gate(desk, mandator):
    """The father comes with a mandate of his daughter: whoever stands in the file is told apart (§7.5)."""
    if mandator == "subject_adult":
        of_age(desk)
    desk.receives(requester="mandated", name=FATHER)
    said = {"standing": "mandate", "written": True, "mandator": mandator, "in_office": False}
    if mandator == "subject_minor":
        assert refused(lambda: desk.identifies(**said)) == "standing_is_established"
    desk.identifies(**said, discernment=True)
    desk.scopes()
    desk.does("collect")
    suspected(desk)
    body = desk.world.as_("dpo").get(f"access-requests/{desk.pk}").json()
    assert [one["code"] for one in body["gates"]] == ["implicated", "status"]


def test_a_copy_that_goes_to_nobody_is_dropped_by_two(copied):
    """One officer alone would have read a file and left no trace of it (§2.7: leaving redaction takes two)."""
    body = {"withdrawn_on": AT.date().isoformat(), "note": "Retirée par courrier."}
    with pytest.raises(ApproverRefused):
        copied.does("close", body)
    assert copied.does("close", body, by="supervisor").state == "closed"


def test_whoever_is_excluded_from_a_joined_file_brings_none_in(identified):
    """A copy holds what was joined to a file, so an exclusion there counts as one here."""
    desk = identified
    other = Kit(desk.world, "triage")
    Joining.objects.create(
        referral=other.case, target=desk.kit.case, joined_at=AT, same_children={}, same_holders={}
    )
    other.exclude("dpo")
    assert refused(desk.scopes) == "files_are_own"


def test_who_lost_the_office_of_signing_reads_no_copy(copied):
    copied.does("answer", {"approver": str(copied.world.user("supervisor").pk)})
    assert copied.world.as_("supervisor").get(f"access-requests/{copied.pk}").json()["parts"]
    Membership.objects.filter(user=copied.world.user("supervisor").pk).update(valid_to=AT - timedelta(days=1))
    forget()
    assert copied.world.as_("supervisor").get(f"access-requests/{copied.pk}").status_code in (401, 403, 404)


@pytest.mark.parametrize(("fact", "gate"), GATES)
def test_a_shut_gate_opens_by_an_inspector_alone(copied, fact, gate):
    fact(copied)
    body = copied.world.as_("dpo").get(f"access-requests/{copied.pk}").json()
    assert [one["code"] for one in body["gates"]] == [gate]

    assert refused(lambda: copied.answers()) == "gate_lets_something_go"
    if not NIGHT and fact not in (suspected, justice):  # whatever shut it, it opens in the same way
        return
    copied.asks("crip_coordinator")
    assert refused(lambda: copied.answers()) == "gate_lets_something_go"
    copied.asks("ase_inspector")
    if gate == "justice":
        assert refused(lambda: copied.answers()) == "gate_lets_something_go"
        copied.asks("ase_inspector", noted_on=AT.date().isoformat(), note="Note du parquet, courriel.")
    assert copied.answers().state == "partial"
    assert [piece.withheld for piece in copied.built[0].pieces] == [None, None]


@pytest.mark.parametrize("verdict", ["never", "later"])
def test_what_an_opinion_keeps_back_is_not_in_the_package(copied, verdict):
    suspected(copied)
    _, second = AccessPart.objects.all()
    said = {"verdict": verdict, "later_on": "2027-01-01" if verdict == "later" else None}
    copied.asks(**said)
    assert refused(lambda: copied.answers()) == "gate_lets_something_go"

    copied.asks(parts=[str(second.pk)], **said)
    assert (copied.answers().state, copied.row.codes) == ("partial", ["filer", "child_interest"])
    assert [piece.withheld for piece in copied.built[0].pieces] == ["child_interest", None]


def test_an_open_gate_heeds_an_opinion_all_the_same(copied):
    copied.asks(verdict="never")
    copied.answers()

    assert [piece.withheld for piece in copied.built[0].pieces] == ["child_interest"] * 2


def test_the_list_of_readers_is_kept_back_with_the_copy_from_a_holder_alone(copied):
    """It would tell what the copy doesn't: its days, who met the child."""
    copied.asks(verdict="never")
    copied.answers()

    assert copied.built[0].readers == Readers(lines=())
    page = Sheet(copied.row, actor=copied.actor("dpo"), at=copied.at).opened([copied.row.letter])[0]["answer"]
    assert "consultations" not in page
    assert "Nous traitons des données vous concernant" in page


def test_the_list_of_readers_goes_with_what_nobody_keeps_back(answered):
    copied = answered

    assert len(copied.built[0].readers.lines) == 1
    assert copied.built[0].readers.proofs == {"count": 1}


def test_the_list_alone_is_kept_back_by_an_opinion_too(desk):
    desk.copies(wanted="readers")
    desk.asks(verdict="never")
    desk.answers()

    assert desk.built[0].readers == Readers(lines=())


def test_what_is_withheld_for_justice_is_one_line_without_day_or_kind(scoped, monkeypatch):
    desk = scoped
    (told, _) = parts_of(desk.kit.case.pk, desk.kit.child.pk, SimpleNamespace(children=[desk.kit.child.pk]))
    secret = [
        replace(
            told, row=uuid4(), hidden=(), withheld=Withheld.JUDICIAL, label="Ordonnance", text="Placement."
        ),
        replace(
            told, row=uuid4(), hidden=(), withheld=Withheld.INQUIRY, label="Destinataire", text="Parquet."
        ),
    ]
    collector = SimpleNamespace(collect=lambda scope, *, actor, at: [secret[0], told, secret[1]])
    monkeypatch.setattr(effects, "collection", collector)
    desk.does("collect")
    desk.answers()

    first, last = desk.built[0].pieces
    assert (first.part.label, last.part.label) == ("Fait", "Documents judiciaires")
    assert (last.withheld, last.part.on, last.part.source, last.part.text) == (
        Withheld.JUDICIAL,
        None,
        "",
        "",
    )
    page = Sheet(desk.row, actor=desk.actor("dpo"), at=desk.at).opened([desk.row.letter])[0]["answer"]
    assert "enquête" not in page
    assert "document judiciaire" in page


def test_a_third_party_learns_no_number_of_a_file_and_of_no_inquiry(desk, monkeypatch):
    field = ThirdParty._meta.get_field("name")
    named = ThirdParty(referral=desk.kit.case, role="alleged_exploiter")
    named.name = desk.kit.fill.keys[field.key].seal(field, named.pk, "Bébert Lescroc")
    named.save(force_insert=True)
    found = parts_of(desk.kit.case.pk, desk.kit.child.pk, SimpleNamespace(children=[desk.kit.child.pk]))
    monkeypatch.setattr(
        effects, "collection", SimpleNamespace(collect=lambda scope, *, actor, at: list(found))
    )
    justice(desk)
    desk.receives(requester="third_party", name="Bébert Lescroc")
    desk.identifies(standing="self", in_office=False)
    desk.scopes()
    desk.does("collect")
    _, second = AccessPart.objects.all()
    desk.asks(
        verdict="never",
        parts=[str(second.pk)],
        noted_on=AT.date().isoformat(),
        note="Note du parquet, courriel.",
    )
    desk.answers()

    assert desk.built[0].cases == {desk.kit.case.pk: "1"}
    assert [piece.withheld for piece in desk.built[0].pieces] == ["child_interest", None]


def test_the_gate_looks_at_the_signing_again(copied):
    copied.does("answer", {"approver": str(copied.kit.user("supervisor"))})
    suspected(copied)

    with pytest.raises(GuardRefused):
        copied.signs("supervisor")
    assert (copied.row.state, copied.built) == ("redaction", [])


def test_who_is_asked_sees_the_own_question_alone(copied):
    inspector = copied.kit.user("ase_inspector")
    with pytest.raises(GuardRefused):
        copied.does("ask_opinion", {"user": str(copied.kit.user("assessor")), "question": "?"})
    copied.does("ask_opinion", {"user": str(inspector), "question": "Peut-on communiquer ?"})

    assert told("access-request.opinion") == {inspector}
    body = copied.world.as_("ase_inspector").get(f"access-requests/{copied.pk}").json()
    assert ([one["question"] for one in body["opinions"]], "said" in body, "parts" in body) == (
        ["Peut-on communiquer ?"], False, False,
    )  # fmt: skip
    assert body["available_steps"] == ["give_opinion"]
    assert copied.world.as_("ase_inspector_2").get(f"access-requests/{copied.pk}").status_code == 404


# --- Two persons ----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize("step", ["answer", "refuse"])
def test_nothing_leaves_and_nothing_is_refused_by_one(copied, step):
    body = {"reason": "no_standing", "reasons": "Motif."} if step == "refuse" else {}
    for approver in (None, "dpo", "ase_inspector", "crip_coordinator", "auditor"):
        said = body | ({"approver": str(copied.kit.user(approver))} if approver else {})
        with pytest.raises(ApproverRefused):
            copied.does(step, said)
    copied.does(step, body | {"approver": str(copied.kit.user("dpo_2"))})
    assert copied.row.state == "redaction"


@pytest.mark.sec("SEC-AZ12")
def test_who_hid_a_passage_does_not_sign(copied):
    part = AccessPart.objects.first()
    copied.does("redact", {"part": str(part.pk), "code": "third_party", "start": 35, "end": 46}, who="dpo_2")
    with pytest.raises(ApproverRefused):
        copied.answers(by="dpo_2")
    copied.answers(by="supervisor")


@pytest.mark.sec("SEC-AZ18")
def test_what_is_signed_does_not_change_meanwhile(copied):
    part = AccessPart.objects.first()
    copied.does("answer", {"approver": str(copied.kit.user("supervisor"))})

    assert (
        refused(lambda: copied.does("redact", {"part": str(part.pk), "code": "medical"}))
        == "no_signature_is_awaited"
    )
    body = copied.world.as_("supervisor").get(f"access-requests/{copied.pk}").json()
    assert [part["content"]["text"] for part in body["parts"]] == [TEXT, "Inès"], "the signer reads the copy"
    copied.signs("supervisor")
    assert copied.world.as_("supervisor").get(f"access-requests/{copied.pk}").status_code == 404, (
        "while asked"
    )


def test_a_restricted_file_comes_in_with_a_supervisor_of_its_list(identified):
    desk = identified
    desk.kit.put(restricted=True)
    desk.kit.name("supervisor")
    for approver in (None, "supervisor_2", "dpo_2"):
        said = {"approver": str(desk.kit.user(approver))} if approver else {}
        with pytest.raises(ApproverRefused):
            desk.scopes(**said)
    desk.scopes(by="supervisor")
    desk.does("collect")
    with pytest.raises(ApproverRefused):
        desk.answers(by="supervisor_2")
    assert desk.answers(by="supervisor").state == "partial"


@pytest.mark.sec("SEC-AZ12")
def test_nobody_names_themself_as_the_second_person(identified):
    """Where the files call for one signature alone, too: it never counted as two, and isn't answered as if it did."""
    desk = identified
    own = str(desk.world.user("dpo").pk)
    body = {"references": [desk.kit.case.reference], "searched": True}

    answer = desk.world.as_("dpo").post(f"access-requests/{desk.pk}/set_scope", body | {"approver": own})

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["field"], fault["code"]) == (400, "approver", "not-a-choice")
    assert not AccessFile.objects.filter(request=desk.pk).exists()
    assert not RowApproval.objects.exists()
    # Another's name is no signature: none was asked for, and the entry says that one person did it.
    desk.does("set_scope", body | {"approver": str(desk.world.user("supervisor").pk)})
    assert not RowApproval.objects.exists()
    entry = json.loads(bytes(written(act="access_request:set_scope")[-1].body))
    assert (entry["rule"], entry["obo"]) == (None, None)


def test_an_excluded_officer_leaves_it_to_another(identified):
    desk = identified
    desk.kit.exclude("dpo")
    assert refused(desk.scopes) == "files_are_own"

    body = {"references": [desk.kit.case.reference], "searched": True}
    desk.does("set_scope", body, who="dpo_2")
    with pytest.raises(NotVisible):
        desk.does("collect")
    assert desk.world.as_("dpo").get(f"access-requests/{desk.pk}").status_code == 404
    assert desk.does("collect", who="dpo_2").state == "redaction"


def test_a_reader_is_named_by_two_after_being_heard_and_is_told(scoped, monkeypatch):
    desk = scoped
    reader = desk.kit.user("supervisor_2")
    monkeypatch.setattr(
        "referrals.access_requests.persons.accounts_behind",
        lambda sheet, entries: {desk.entry: reader} if desk.entry in entries else {},
    )
    desk.does("collect")
    body = {
        "entries": [str(desk.entry)], "why": "Indispensable.", "weighed": "Pesé.", "heard_on": AT.date().isoformat(),
        "heard": "Ne s'y oppose pas.",
    }  # fmt: skip
    assert (
        refused(lambda: desk.does("name_readers", body | {"entries": [str(uuid4())]})) == "entries_are_listed"
    )
    ahead = (AT.date() + timedelta(days=1)).isoformat()
    assert refused(lambda: desk.does("name_readers", body | {"heard_on": ahead})) == "agents_were_heard"
    with pytest.raises(ApproverRefused):
        desk.does("name_readers", body, by="supervisor_2")
    desk.does("name_readers", body, by="supervisor")

    assert told("access-request.named") == {reader}
    shown = desk.world.as_("dpo").get(f"access-requests/{desk.pk}").json()["readers"]["lines"]
    assert [line["name"] for line in shown] == [desk.world.user("supervisor_2").full_name]
    with pytest.raises(ApproverRefused):
        desk.answers(by="supervisor_2")


def test_a_reader_at_risk_is_masked_by_two_and_named_no_more(scoped, monkeypatch):
    desk = scoped
    reader = desk.kit.user("supervisor_2")
    monkeypatch.setattr(
        "referrals.access_requests.persons.accounts_behind",
        lambda sheet, entries: {desk.entry: reader} if desk.entry in entries else {},
    )
    desk.does("collect")
    said = {"why": "Menaces.", "weighed": "Pesé.", "heard_on": AT.date().isoformat(), "heard": "A peur."}
    line = [str(desk.entry)]
    with pytest.raises(ValidationError):
        desk.does("name_readers", said, by="supervisor")
    for wrong in ({"masked": [str(uuid4())]}, {"masked": line, "entries": line}):
        assert refused(lambda wrong=wrong: desk.does("name_readers", said | wrong)) == "entries_are_listed"
    with pytest.raises(ApproverRefused):
        desk.does("name_readers", said | {"masked": line}, by="supervisor_2")

    desk.does("name_readers", said | {"entries": line}, by="supervisor")
    desk.does("name_readers", said | {"masked": line}, by="supervisor")

    (shown,) = desk.world.as_("dpo").get(f"access-requests/{desk.pk}").json()["readers"]["lines"]
    assert (shown["function"], shown["service"], shown["name"]) == ("un agent", "", "")
    assert refused(lambda: desk.does("name_readers", said | {"entries": line})) == "entries_are_listed"
    desk.answers()
    (left,) = desk.built[0].readers.lines
    assert (left.function, left.service, left.name) == ("un agent", "", "")


# --- The copy -------------------------------------------------------------------------------------------


def test_what_protects_others_is_never_lifted(copied):
    """Invariant 15: no package holds who filed, whatever an officer decides."""
    kept = AccessRedaction.objects.get()
    body = {"lift": str(kept.pk), "reason": "Le père le sait déjà."}
    assert refused(lambda: copied.does("redact", body)) == "code_may_be_lifted"
    with pytest.raises(ValidationError):
        copied.does("redact", body | {"reason": ""})

    part = kept.part_id
    copied.does("redact", {"part": str(part), "code": "third_party", "start": 35, "end": 46})
    own = AccessRedaction.objects.get(code="third_party")
    copied.does("redact", body | {"lift": str(own.pk)})
    assert copied.answers().codes == ["filer"]


def withheld(desk, monkeypatch, code):
    """Let the collector hide the whole of the second part."""
    stand_in = effects.collection

    def collect(scope, **said):
        [fact, name] = stand_in.collect(scope, **said)
        return [fact, replace(name, withheld=code)]

    monkeypatch.setattr(effects, "collection", SimpleNamespace(collect=collect))


@pytest.mark.parametrize("lost", ["deleted", "spoilt", "lifted by hand"])
def test_what_the_collector_hid_stays_hidden_though_its_row_is_lost(scoped, monkeypatch, lost):
    """Whoever has the database and no key opens nothing of what protects others, nor of what nobody lifted."""
    desk = scoped
    withheld(desk, monkeypatch, Withheld.MEDICAL)
    desk.does("collect")
    rows = AccessRedaction._base_manager.filter(request=desk.pk)
    assert rows.count() == 2
    match lost:
        case "deleted":
            rows._raw_delete(rows.db)
        case "spoilt":
            rows.update(mac=bytes(32))
        case _:
            rows.update(lifted_at=AT, lifted_by=desk.world.user("dpo").pk)
    see_all()
    row = desk.answers()
    assert (row.state, row.codes) == ("partial", ["filer", "medical"])
    [fact, name] = desk.built[0].pieces
    assert (fact.spans, name.withheld) == ((SPAN,), "medical")


def test_what_an_officer_lifted_is_shown(scoped, monkeypatch):
    desk = scoped
    withheld(desk, monkeypatch, Withheld.MEDICAL)
    desk.does("collect")
    own = AccessRedaction.objects.get(code="medical")
    desk.does("redact", {"lift": str(own.pk), "reason": "Elle le sait."})
    assert desk.answers().codes == ["filer"]
    [fact, name] = desk.built[0].pieces
    assert (fact.spans, name.withheld) == ((SPAN,), None)


def test_what_protects_others_is_hidden_whatever_a_row_says(scoped, monkeypatch):
    desk = scoped
    withheld(desk, monkeypatch, Withheld.SAFETY)
    desk.does("collect")
    for one in AccessRedaction.objects.all():
        one.lifted_at, one.lifted_by_id = AT, desk.world.user("dpo").pk
        one.save()
    see_all()
    assert desk.answers().codes == ["filer", "safety"]
    [fact, name] = desk.built[0].pieces
    assert (fact.spans, name.withheld) == ((SPAN,), "safety")


@pytest.mark.parametrize("step", ["answer", "hand_over"])
@pytest.mark.parametrize("lost", ["deleted", "spoilt"])
def test_a_copy_whose_file_is_lost_goes_nowhere(copied, step, lost):
    """The gate and the standing ask the files: without the row of one, nothing would be asked of it."""
    if step == "hand_over":
        copied.answers()
    one_is_implicated(copied)
    rows = AccessFile._base_manager.filter(request=copied.pk)
    if lost == "deleted":
        rows._raw_delete(rows.db)
    else:
        rows.update(mac=bytes(32))
    see_all()
    body = {"on": AT.date().isoformat(), "handing": "in_person", "to": FATHER, "identity_shown": True}
    assert refused(lambda: copied.does(step, body if step == "hand_over" else {})) == "standing_still_holds"


def test_a_part_of_a_file_that_is_lost_goes_nowhere(identified):
    """One of two files is lost, and the other one's gate is open."""
    desk = identified
    other = Kit(desk.world, "triage")
    desk.named(other)
    desk.scopes(desk.kit, other)
    desk.does("collect")
    AccessFile._base_manager.filter(request=desk.pk, referral=desk.kit.case.pk).update(mac=bytes(32))
    see_all()
    with pytest.raises(GuardRefused) as caught:
        desk.answers()
    assert caught.value.extra["rule"] == "gate_lets_something_go"
    assert not desk.built
    assert desk.row.state == "redaction"


@pytest.mark.parametrize("other", ["package", "hash"])
def test_another_package_than_was_signed_is_handed_to_nobody(answered, other):
    copied = answered
    row = copied.row
    assert queries.package(copied.pk, actor=copied.actor("dpo"), at=copied.at)
    if other == "package":
        key = keys.data_key(row.key, row.pk)
        row.package = key.seal(type(row)._meta.get_field("package"), row.pk, "UEsK")
    else:
        row.package_hash = "0" * 64
    row.save()
    see_all()
    with pytest.raises(Unreadable):
        queries.package(copied.pk, actor=copied.actor("dpo"), at=copied.at)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": 0, "end": 10_000},
        {"page": 0, "left": 0, "top": 0, "right": 9, "bottom": 9},
        {"part": str(uuid4())},
    ],
)
def test_a_passage_is_of_this_copy(copied, wrong):
    body = {"part": str(AccessPart.objects.first().pk), "code": "medical"} | wrong
    assert refused(lambda: copied.does("redact", body)) == "passage_is_there"


# --- The delay (C21) ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "due", "extended"),
    [("2026-11-24", "2026-12-24", "2027-02-24"), ("2026-10-31", "2026-11-30", "2027-01-31"),
     ("2026-08-31", "2026-09-30", "2026-11-30")],
)  # fmt: skip
def test_a_month_and_two_more_from_the_receipt(desk, received, due, extended):
    row = desk.receives(received_on=received)
    assert row.due_at.astimezone(PARIS).isoformat()[:19] == f"{due}T23:59:59"
    desk.identifies()
    body = {"ground": "complexity", "reasons": "Deux dossiers anciens.", "told_on": AT.date().isoformat()}
    if date.fromisoformat(due) < AT.date():
        assert refused(lambda: desk.does("extend", body)) == "first_month_runs"
        return
    row = desk.does("extend", body)
    assert row.due_at.astimezone(PARIS).isoformat()[:19] == f"{extended}T23:59:59"
    assert refused(lambda: desk.does("extend", body)) == "not_extended_yet"


def test_a_request_is_not_received_tomorrow(desk):
    assert refused(lambda: desk.receives(received_on="2026-11-25")) == "receipt_is_not_ahead"


def test_officers_are_told_when_it_is_near_and_when_it_is_late(received):
    desk, row = received, received.row
    assert tasks.remind(row.due_at - timedelta(days=8)) == 0
    assert [tasks.remind(row.due_at - timedelta(days=7)) for _ in range(2)] == [1, 0]
    assert [tasks.remind(row.due_at) for _ in range(2)] == [1, 0]
    see_all()
    officers = {desk.kit.user("dpo"), desk.kit.user("dpo_2")}
    assert (told("access-request.soon"), told("access-request.overdue")) == (officers, officers)


def test_on_the_last_day_a_shut_gate_is_refused_in_words_that_tell_nothing(copied):
    justice(copied)
    copied.at = on(copied.row.due_at.astimezone(PARIS).date()) + timedelta(hours=9)
    copied.refuses("inquiry")
    (letter,) = copied.world.as_("dpo").get(f"access-requests/{copied.pk}").json()["letter"].values()

    for word in ("enquête", "parquet", "dossier", "Inès", copied.kit.case.reference, "Motif interne"):
        assert word not in letter, word


# --- Holds ----------------------------------------------------------------------------------------------


def test_a_hold_released_by_hand_stands_again_and_one_of_before_stays(copied):
    Referral.objects.filter(pk=copied.kit.case.pk).update(legal_hold=False)
    assert tasks.keep_on_hold(copied.at) == 1
    see_all()
    assert Referral.objects.get(pk=copied.kit.case.pk).legal_hold

    beside = Kit(copied.world, "triage")
    copied.named(beside)
    Referral.objects.filter(pk=beside.case.pk).update(legal_hold=True)
    copied.receives()
    copied.identifies()
    copied.scopes(copied.kit, beside)
    copied.does("close", {"withdrawn_on": AT.date().isoformat(), "note": "Retirée."})
    assert [Referral.objects.get(pk=kit.case.pk).legal_hold for kit in (copied.kit, beside)] == [True, True]


def test_the_search_shows_no_name_and_tells_the_exact_one(received):
    """A file that the index finds: its reference and state, and whether names and birth are the same."""
    desk = received
    answer = desk.world.as_("dpo").get(f"access-requests/{desk.pk}/files")
    assert (answer.status_code, "Inès" in answer.content.decode()) == (200, False)
    assert set(desk.world.as_("crip_coordinator").get(f"access-requests/{desk.pk}/files").json()) >= {"code"}


# --- The cells ``req`` ----------------------------------------------------------------------------------


def reads(desk, who="dpo"):
    """Tell whether somebody reads the copy and the readers, and the pages of the copy; both go together."""
    body = desk.world.as_(who).get(f"access-requests/{desk.pk}").json()
    try:
        reviewing.reviewable(desk.pk, actor=desk.actor(who), at=desk.at)
        pages = True
    except NotVisible:
        pages = False
    assert pages == ("parts" in body) == ("readers" in body)
    return pages


def test_the_copy_is_shut_once_answered_and_opens_for_an_appeal(copied):
    assert reads(copied)
    copied.does("answer", {"approver": str(copied.kit.user("supervisor"))})
    assert reads(copied, "supervisor"), "who signs reads what is signed"
    copied.signs("supervisor")
    assert (copied.row.state, reads(copied)) == ("partial", False)
    caller = copied.world.as_("dpo")
    assert caller.get(f"access-requests/{copied.pk}/letter?name=answer").status_code == 200
    assert queries.package(copied.pk, actor=copied.actor("dpo"), at=copied.at), (
        "what is handed over stays there"
    )

    contested = {"appeal": "cada", "on": copied.at.date().isoformat(), "reference": "2026/44"}
    copied.does("appeal", contested)
    assert reads(copied)
    body = {"decision": "Avis favorable.", "outcome": "answer", "approver": str(copied.kit.user("dpo_2"))}
    copied.does("settle", body)
    assert reads(copied, "dpo_2")
    copied.signs("dpo_2")
    assert (copied.row.state, reads(copied)) == ("partial", False)


@pytest.mark.parametrize("end", ["partial", "refused", "closed"])
def test_the_copy_is_shut_at_every_end(copied, end):
    match end:
        case "partial":
            copied.answers()
        case "refused":
            copied.refuses()
        case _:
            copied.does("close", {"withdrawn_on": AT.date().isoformat(), "note": "Retirée."}, by="supervisor")

    assert (copied.row.state, reads(copied)) == (end, False)


# --- Every state and step -------------------------------------------------------------------------------


def test_a_step_starts_where_the_table_says(received):
    desk = received
    for step in (
        "set_scope",
        "collect",
        "redact",
        "ask_opinion",
        "name_readers",
        "answer",
        "hand_over",
        "appeal",
        "settle",
    ):
        with pytest.raises(WrongState):
            desk.does(step, {})
    with pytest.raises(ValidationError):
        desk.does("confirm_identity", {})


def test_what_is_closed_opens_no_more(received):
    desk = received
    desk.does("close", {"withdrawn_on": AT.date().isoformat(), "note": "Retirée."})
    body = queries.one(desk.row, desk.actor("dpo"), at=desk.at)
    assert (body["said"], body["notes"], body["state"]["code"]) == (None, None, "closed")
    assert actions.runner.abilities(desk.row, desk.actor("dpo"), at=desk.at)["available_actions"] == []
    assert desk.row.key is None


def test_who_follows_one_file_does_not_open_the_gate_for_another(identified):
    desk = identified
    beside = Kit(desk.world, "triage")
    desk.named(beside)
    beside.case.assignments.filter(role="ase_inspector").delete()
    beside.assign("ase_inspector", "ase_inspector_2")
    desk.scopes(desk.kit, beside)
    desk.does("collect")
    suspected(desk)
    desk.asks("ase_inspector")
    assert refused(lambda: desk.answers()) == "gate_lets_something_go"
    desk.asks("ase_inspector_2")

    assert desk.answers().state == "partial"
