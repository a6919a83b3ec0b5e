"""The list of readers: a line for each reading, in words and without names; its proof is checked offline (§7.5, AR9)."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.actor import SYSTEM, system
from audit import journal, verifier
from audit.disclosure import disclosure
from audit.errors import JournalBehind, NotInTree, PlaceAwaited
from audit.events import Outcome, Purpose
from encryption.sealed import Sealed
from referrals.access_requests import copies
from referrals.access_requests import readers as lists
from referrals.models import BreakGlass
from referrals.vocabulary.access_requests import Wanted
from tests.audit import sequenced as made
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.referrals.access_requests.planted import Planted
from tests.referrals.workflow.kit import AT
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases(
    "what is copied past row-level security, and the role that reads entries"
)

sequenced = made.sequenced
#: A Sunday evening in Paris.
SUNDAY = AT.replace(day=22, hour=19)


@shared_fixture
def planted(world):
    return Planted(world)


def reads(planted, who="crip_coordinator", *, at=AT, purpose=Purpose.HANDLING, of=(), code="93", **more):
    """Somebody opens the case, and in it the sealed values of some fields of the child."""
    actor = planted.kit.world.actor(who, code, at=at)
    values = [getattr(planted.own, name) for name in of]
    with disclosure(
        actor=actor, purpose=purpose, at=at, objects=[planted.case.pseudonym], tenant=planted.case.authority_id,
        always=True, **more,
    ) as scope:  # fmt: skip
        for value in values:
            assert isinstance(value, Sealed)
            value.open(scope)
    return scope.entry


def script(planted):
    """Six readings of three persons, and what is none: a refusal, the filer, the service, another case."""
    entries = [
        reads(planted, of=["last_name", "disability"], purpose=Purpose.TRIAGE),
        reads(planted, "supervisor", at=SUNDAY, purpose=Purpose.EMERGENCY, of=["last_name"]),
        reads(planted, act="attachment:opened"),
        reads(
            planted, act="export:made", purpose=Purpose.EXPORT, of=["last_name"], at=AT + timedelta(minutes=1)
        ),
        reads(planted, "measure_service", purpose=Purpose.MEASURE, at=AT + timedelta(minutes=2)),
        reads(planted, "crip_coordinator", code="75", at=AT + timedelta(minutes=3)),
    ]
    subject, tenant = planted.case.pseudonym, planted.case.authority_id
    filer = planted.kit.world.actor("filer", at=AT)
    for values in (
        {"act": "field:opened", "actor": filer, "fields": {"fact.text": 1}},
        {"act": "field:opened", "actor": SYSTEM, "fields": {"fact.text": 1}},
        {"act": "field:opened", "actor": filer, "outcome": Outcome.DENY},
        {"act": "referral:qualify", "actor": planted.kit.world.actor("crip_coordinator", at=AT)},
    ):
        journal.record(values.pop("act"), at=AT, objects=[subject], tenant=tenant, **values)
    journal.record(
        "field:opened", actor=planted.kit.world.actor("supervisor", at=AT), at=AT, objects=[uuid4()]
    )
    return [entry.pk for entry in entries]


def listed(planted, who="subject_minor", *, at=AT, scope=None, **more):
    return lists.readers(planted.scope(who, **(scope or {})), actor=SYSTEM, at=at, **more)


def placed(sequenced):
    see_all()
    with as_owner():
        sequenced.sequencer.once()


def status(tmp_path, sequenced, proofs) -> int:
    (tmp_path / "list.json").write_text(json.dumps(proofs))
    return verifier.main(["readers", str(tmp_path / "list.json"), "--key", sequenced.key()])


def test_a_line_for_each_reading_and_nothing_else(planted):
    entries = script(planted)

    found = listed(planted)

    assert sorted(line.entry for line in found.lines) == sorted(entries)
    lines = {line.entry: line for line in found.lines}
    first, emergency, file, export, service, _other = (lines[pk] for pk in entries)
    assert (first.day, first.hours, first.what) == (AT.date(), "8 h – 12 h", "read")
    assert (first.function, first.service, first.purpose) == (
        "Responsable CRIP",
        "Autorité 93",
        "Première analyse",
    )
    assert first.classes == ("état et dates du dossier", "identité de l'enfant et des titulaires", "santé")
    assert (emergency.day, emergency.hours, emergency.purpose) == (SUNDAY.date(), "20 h – 24 h", "Urgence")
    assert export.what == "export"
    assert (service.function, service.service) == ("Service chargé de la mesure", "Service 93")
    assert file.own_authority
    assert not any(line.name for line in found.lines)
    shown = repr(found)
    world = planted.kit.world
    assert not any(
        str(one) in shown
        for user in world.users.values()
        for one in (user.pk, user.full_name, user.email)
        if one and len(str(one)) > 8
    )


def test_an_emergency_opening_is_told_with_what_its_review_said(planted):
    glass = BreakGlass.objects.get(referral=planted.case)
    BreakGlass.objects.filter(pk=glass.pk).update(
        user=planted.kit.world.user("on_call"), opened_at=SUNDAY - timedelta(minutes=5), expires_at=SUNDAY + timedelta(hours=1),
        ended_at=SUNDAY + timedelta(minutes=30), state="reviewed_ok", reviewed_at=AT, reviewed_by=uuid4(),
    )  # fmt: skip
    during = reads(planted, "on_call", at=SUNDAY, purpose=Purpose.EMERGENCY)
    after = reads(planted, "on_call", at=SUNDAY + timedelta(hours=2))

    reviews = {line.entry: line.review for line in listed(planted).lines}
    assert reviews == {during.pk: "Validé", after.pk: ""}


def test_names_are_those_that_two_decided_and_a_reader_at_risk_is_an_agent(planted):
    entries = script(planted)
    world = planted.kit.world

    lines = {line.entry: line for line in listed(planted, named={entries[0]}, masked={entries[1]}).lines}

    assert lines[entries[0]].name == world.user("crip_coordinator").full_name
    assert {line.name for pk, line in lines.items() if pk != entries[0]} == {""}
    assert (lines[entries[1]].function, lines[entries[1]].service) == ("un agent", "")


def test_a_reader_who_is_masked_later_is_in_no_proof_and_the_proofs_hold(
    planted, sequenced, tmp_path, capsys
):
    entries = script(planted)
    placed(sequenced)
    as_collected = json.loads(json.dumps(copies.readers_as_json(listed(planted))))
    placed(sequenced)

    masked = lists.mask(as_collected, {entries[1]})

    lines = {line["entry"]: line for line in masked["lines"]}
    assert (lines[str(entries[1])]["function"], lines[str(entries[1])]["service"]) == ("un agent", "")
    nobody = [one["who"] is None for one in masked["proofs"]["lines"]]
    before = [one["who"] is None for one in as_collected["proofs"]["lines"]]
    assert sum(nobody) == sum(before) + 1
    assert masked["masked"] == [str(entries[1])]
    proofs = lists.proven(copies.readers_of(masked).proofs)
    assert status(tmp_path, sequenced, proofs) == 0, capsys.readouterr().out


def test_who_may_read_a_list_of_whom(planted):
    """A holder reads who read the file of the own child; a filer who opened the own identity; a third party nothing."""
    script(planted)
    of_filer = reads(planted, at=AT + timedelta(minutes=5))
    with disclosure(
        actor=planted.kit.world.actor("supervisor", at=AT), purpose=Purpose.HANDLING, at=AT,
        objects=[planted.case.pseudonym], tenant=planted.case.authority_id,
    ) as scope:  # fmt: skip
        planted.concern.filer_name.open(scope)

    assert len(listed(planted, "holder").lines) == 8
    assert listed(planted, "holder", scope={"children": frozenset()}).lines == ()
    (line,) = listed(planted, "filer").lines
    assert line.entry != of_filer.pk
    assert line.classes[1:] == ("identité de l'auteur de la transmission",)
    assert listed(planted, "filer").proofs == {}
    assert listed(planted, "third_party") == listed(planted, "staff") == lists.Readers(lines=())


def test_the_period_narrows_the_lines_and_not_the_proofs(planted, sequenced):
    script(planted)
    placed(sequenced)

    found = listed(planted, scope={"since": AT.date()})

    assert len(found.lines) == 5
    assert len(found.proofs["lines"]) == 6
    assert len(listed(planted, scope={"wanted": Wanted.READERS, "until": SUNDAY.date()}).lines) == 1


@pytest.mark.sec("SEC-AL12")
def test_the_list_of_the_service_holds_for_the_verifier_and_without_a_line_it_does_not(
    planted, sequenced, tmp_path, capsys
):
    entries = script(planted)
    placed(sequenced)
    found = listed(planted, masked={entries[1]})
    with pytest.raises(PlaceAwaited):
        lists.proven(found.proofs)
    placed(sequenced)

    proofs = lists.proven(json.loads(json.dumps(found.proofs)))

    assert status(tmp_path, sequenced, proofs) == 0, capsys.readouterr().out
    places = [line["place"] for line in proofs["lines"]]
    assert len(places) == len(entries)
    for number in range(len(places)):
        short = {**proofs, "lines": proofs["lines"][:number] + proofs["lines"][number + 1 :]}
        assert status(tmp_path, sequenced, short) == verifier.FAULTS["readers"][0]
    # Nothing in it leads to a person: no pseudonym, no network, no id of an entry of a reading.
    text = json.dumps({**proofs, "statements": []})
    for body in map(json.loads, _bodies(entries)):
        for name in ("actor", "salt", "id", "ip", "dev", "rid"):
            assert not body[name] or body[name] not in text, name
    assert [json.loads(one["entry"])["actor"] for one in proofs["statements"]] == [None] * len(
        proofs["statements"]
    )
    capsys.readouterr()
    with as_owner():
        export = sequenced.exported()
    assert verifier.main(["verify", str(export), "--key", sequenced.key(), "--strict"]) == 0
    assert "listes de consultations recalculées" in capsys.readouterr().out


def _bodies(entries):
    from audit.models import Entry

    with as_owner():
        return [bytes(body) for body in Entry.objects.filter(pk__in=entries).values_list("body", flat=True)]


@pytest.mark.sec("SEC-AL12")
def test_a_service_that_leaves_a_reading_out_is_named_by_every_auditor(
    planted, sequenced, capsys, monkeypatch
):
    script(planted)
    placed(sequenced)
    whole = lists.consultations.consultations

    def lying(*subjects, **more):
        found = whole(*subjects, **more)
        return type(found)(found.subjects, found.origin, found.size, found.zone, found.consultations[1:])

    monkeypatch.setattr(lists.consultations, "consultations", lying)
    assert len(listed(planted).lines) == 5
    placed(sequenced)

    with as_owner():
        export = sequenced.exported()
    assert verifier.main(["verify", str(export), "--key", sequenced.key()]) == verifier.FAULTS["readers"][0]
    assert "annoncées" in capsys.readouterr().out


def test_a_list_is_refused_while_the_tree_is_behind(planted, sequenced):
    """Else it would end before what was read an hour ago, and the verifier would rightly name it."""
    reads(planted)
    placed(sequenced)
    reads(planted, at=AT + timedelta(minutes=1))

    assert len(listed(planted, at=AT + timedelta(minutes=30)).lines) == 2
    with pytest.raises(JournalBehind):
        listed(planted, at=AT + timedelta(hours=1))


def test_a_list_of_an_earlier_life_of_the_log_is_made_anew(planted, sequenced):
    reads(planted)
    placed(sequenced)
    found = listed(planted)
    placed(sequenced)

    with pytest.raises(NotInTree):
        lists.proven({**found.proofs, "origin": 7})


def test_where_nothing_is_signed_a_list_has_no_paths_and_says_so(planted, tmp_path, sequenced):
    """On a developer's machine without a sequencer."""
    reads(planted)
    proofs = lists.proven(listed(planted).proofs)

    (tmp_path / "list.json").write_text(json.dumps({"lines": [], "proofs": proofs}))
    placed(sequenced)
    said = verifier.main(["readers", str(tmp_path / "list.json"), "--key", sequenced.key()])
    assert said == verifier.FAULTS["missing"][0]
    assert lists.proven({}) == {}


def test_a_job_in_somebodys_name_is_told_as_the_service(planted):
    dpo = planted.kit.world.user("dpo")
    with disclosure(
        actor=system(obo=dpo.pk), purpose=Purpose.SEARCH, at=AT, objects=[planted.case.pseudonym],
        tenant=planted.case.authority_id, always=True,
    ):  # fmt: skip
        pass

    (line,) = listed(planted).lines
    assert line.function == "le service, pour un agent"


@pytest.mark.parametrize("who", ["subject_minor", "holder"])
def test_no_list_tells_that_anybody_asked_for_access(planted, sequenced, tmp_path, capsys, who):
    """A child asks alone, and the father's later list shows nothing of it; nor does a false statement pass for it."""
    from referrals.access_requests.collection import collect

    dpo = planted.kit.world.actor("dpo", at=AT)
    collect(planted.scope("subject_minor"), actor=dpo, at=AT)
    reads(planted, "dpo", act="access_request:read")
    reads(planted, "dpo", act="access_request:fetched", purpose=Purpose.EXPORT, of=["last_name"])
    reads(planted, "dpo", act="access_request:collect", of=["last_name"])
    told = reads(planted)
    placed(sequenced)

    found = listed(planted, who)
    placed(sequenced)

    assert [line.entry for line in found.lines] == [told.pk]
    proofs = lists.proven(found.proofs)
    assert len(proofs["lines"]) == 1
    assert status(tmp_path, sequenced, proofs) == 0, capsys.readouterr().out
    with as_owner():
        export = sequenced.exported()
    assert verifier.main(["verify", str(export), "--key", sequenced.key(), "--strict"]) == 0
    assert "listes de consultations recalculées" in capsys.readouterr().out


@pytest.mark.parametrize("who", ["holder", "mandated"])
def test_a_parents_list_names_no_service_and_no_other_authority(planted, sequenced, tmp_path, capsys, who):
    """As ``recipients``: the service that hides the child, and where the other parent has moved with it."""
    own = reads(planted)
    service = reads(planted, "measure_service", purpose=Purpose.MEASURE, at=AT + timedelta(minutes=2))
    placed(sequenced)

    found = listed(planted, who)
    placed(sequenced)

    lines = {line.entry: line for line in found.lines}
    assert (lines[own.pk].function, lines[own.pk].service) == ("Responsable CRIP", "Autorité 93")
    assert (lines[service.pk].function, lines[service.pk].service) == ("un agent", "")
    proofs = lists.proven(found.proofs)
    assert [one["who"] is None for one in proofs["lines"]] == [False, True]
    assert pseudonym_of(service) not in json.dumps(proofs)
    assert status(tmp_path, sequenced, proofs) == 0, capsys.readouterr().out
    assert "Service" in repr(listed(planted, "subject_adult").lines)


def test_what_another_authority_read_is_told_without_its_name_and_without_proofs(planted, sequenced):
    """A statement of its own would bear its id, which is the same in every package."""
    there = planted.kit.world.authorities["75"]
    actor = planted.kit.world.actor("crip_coordinator", "75", at=AT)
    with disclosure(
        actor=actor, purpose=Purpose.HANDLING, at=AT, objects=[planted.case.pseudonym], tenant=there.pk, always=True
    ):  # fmt: skip
        pass
    placed(sequenced)

    (line,) = listed(planted, "holder").lines
    assert (line.function, line.service, line.own_authority) == ("un agent", "", True)
    assert listed(planted, "holder").proofs == {}
    childs = listed(planted)
    assert (childs.lines[0].service, childs.lines[0].own_authority) == ("Autorité 75", False)
    assert childs.proofs["lines"][0]["who"] is not None


def test_a_parents_list_tells_of_no_justice(planted):
    with disclosure(
        actor=planted.kit.world.actor("crip_coordinator", at=AT), purpose=Purpose.HANDLING, at=AT,
        objects=[planted.case.pseudonym], tenant=planted.case.authority_id,
    ) as scope:  # fmt: skip
        planted.own.judicial_referrals.get().document.open(scope)

    assert listed(planted, "holder").lines[0].classes == ("état et dates du dossier",)
    assert listed(planted).lines[0].classes[1:] == ("justice",)


def pseudonym_of(entry) -> str:
    (body,) = _bodies([entry.pk])
    return json.loads(body)["org"]
