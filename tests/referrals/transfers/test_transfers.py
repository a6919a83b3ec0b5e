"""What a transfer carries, what it leaves, and what breaks it off (domain.md T31–T33, §8.3, §2.8 nos. 1, 9)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit.disclosure import disclosure
from audit.events import Purpose
from audit.models import Alarm
from encryption.models import WrappedKey
from referrals.models import (
    Child,
    Clock,
    Exclusion,
    Fact,
    FeedbackTask,
    Grant,
    Joining,
    Measure,
    MovedRow,
    Referral,
    StepRecord,
    TransferDocument,
    TransferReceiver,
    TransferRequest,
)
from referrals.transfers.copying import CARRIED, LEFT
from tests.conftest import see_all
from tests.factories.world import FAR
from tests.journeys import bodies
from tests.referrals.workflow.filled import Filling
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.referrals.workflow.situations.transfers import TARGET, a_request

ON = TODAY.isoformat()


def kit_in(world: Any, state: str = "triage") -> Kit:
    kit = Kit(world, state)
    kit.part = None
    return kit


def asked(kit: Kit, *formalities: Any, **said: Any) -> Any:
    told = formalities or (bodies.formality(on=ON),)
    return bodies.transfer(kit.world.authorities[TARGET], *told, **said)


def accept(kit: Kit, **said: Any) -> Referral:
    """Let a coordinator of the target accept; return the case as it goes on there."""
    kit.code = TARGET
    kit.ask("referral", "transfer_accept", {"receipt": "Reçu."} | said)
    kit.code = "93"
    return Referral.objects.get(source_referral=kit.case.pk)


def opened(row: Any, name: str, case: Referral, kit: Kit) -> Any:
    with (
        transaction.atomic(),
        disclosure(
            actor=kit.world.actor("crip_coordinator", TARGET, at=AT), purpose=Purpose.HANDLING, at=AT,
            objects=[case.pseudonym], tenant=case.authority_id,
        ) as scope,
    ):  # fmt: skip
        return getattr(row, name).open(scope)


# --- What goes along ----------------------------------------------------------------------------------


def test_each_relation_of_a_case_goes_along_or_has_its_reason():
    """A table that somebody adds is decided about before it is forgotten."""
    related = {
        found.get_accessor_name()
        for found in Referral._meta.related_objects
        if found.related_model._meta.app_label == "referrals" and not found.hidden
    }
    beside = {"referraluserobjectpermission_set"}  # guardian's, which go with the grants

    assert set(CARRIED) | set(LEFT) == related - beside


@pytest.mark.sec("SEC-CR3")
def test_every_value_arrives_sealed_anew_and_the_origins_opens_there_no_more(world):
    kit = kit_in(world, "protected_admin")
    filling = Filling(kit.case, at=AT)
    filling.child, filling.holder = kit.child, kit.holder
    for model in (Fact,):
        filling.row(model)
    filling.procedure(other=world.user("ase_inspector", "59"), service=world.services["93"])
    filling.exchanges(other=world.user("ase_inspector", "59"))
    a_request(kit)

    case = accept(kit)

    assert {case.case_key, case.filer_key}.isdisjoint({kit.case.case_key, kit.case.filer_key})
    assert set(WrappedKey.objects.filter(owner=case.pk).values_list("pk", flat=True)) == {
        case.case_key, case.filer_key,
    }  # fmt: skip
    before, after = Fact.objects.get(referral=kit.case), Fact.objects.get(referral=case)
    assert opened(after, "text", case, kit) == "canary fact.text"
    assert bytes(before.text.ciphertext) != bytes(after.text.ciphertext)
    assert opened(FeedbackTask.objects.get(referral=case), "text", case, kit) == "canary feedback_task.text"
    assert after.text.key_id == case.case_key
    for name in ("children", "holders", "decisions", "judicial_outcomes", "complements", "filer_messages"):
        assert getattr(case, name).count() == getattr(kit.case, name).count() > 0, name
    child = case.children.get()
    assert [found.pk for found in case.judicial_referrals.get().children.all()] == [child.pk]
    assert {row.child_id for row in (*case.decisions.all(), *case.measures.all())} == {child.pk}


def test_a_measure_goes_on_at_the_target_with_its_state_its_term_and_its_clocks(world):
    """M14: the twin keeps state and term; an offer is made there, and cancelled here."""
    kit = kit_in(world, "protected_judicial")
    term = TODAY + timedelta(days=200)
    running = kit.measure("active", judicial=True, type_id="aemo", term_on=term, started_on=TODAY)
    kit.measure("proposed", type_id="aed")
    Clock.objects.create(
        referral=kit.case, code="C15", access_class="I", part=running.pk, started_at=AT, warn_at=AT, due_at=FAR,
        statutory=True,
    )  # fmt: skip
    a_request(kit)

    case = accept(kit)

    here = dict(Measure.objects.filter(referral=kit.case).values_list("type_id", "state"))
    there = {row.type_id: row for row in Measure.objects.filter(referral=case)}
    assert here == {"aemo": "transferred", "aed": "cancelled"}
    assert Measure.objects.get(pk=running.pk).over_reason == "transfer", "MOTFININT 3"
    assert {code: row.state for code, row in there.items()} == {"aemo": "active", "aed": "proposed"}
    assert (there["aemo"].term_on, there["aemo"].service_id) == (term, running.service_id)
    clock = Clock.objects.get(referral=case, code="C15")
    assert (clock.part, clock.due_at, clock.stopped_at) == (there["aemo"].pk, FAR, None)
    assert not Clock.objects.filter(referral=kit.case, stopped_at=None).exclude(code="C20").exists()
    assert case.state == "protected_judicial"
    service = kit.world.as_("measure_service")
    assert service.get(f"referrals/{case.pk}/measures").json()["results"][0]["id"] in {
        str(r.pk) for r in there.values()
    }
    assert service.get(f"referrals/{kit.case.pk}").status_code == 404


@pytest.mark.parametrize(
    ("origin", "target"),
    [
        ("submitted", "triage"), ("acknowledged", "triage"), ("triage", "triage"), ("qualified", "qualified"),
        ("in_assessment", "qualified"), ("report_submitted", "report_submitted"), ("admin_offer", "report_submitted"),
        ("judicial_pending", "judicial_pending"), ("protected_admin", "protected_admin"),
        ("protected_judicial", "protected_judicial"),
    ],
)  # fmt: skip
def test_a_case_begins_where_the_note_of_the_paper_says(world, origin, target):
    """§2.2 note 2; a team is named anew, a decision falls due anew, and what ran for the origin's people is over."""
    kit = kit_in(world, origin)
    open_there = {"qualified": "to_assign", "in_assessment": "ongoing"}.get(origin)
    if open_there:
        kit.assessment(open_there)
    a_request(kit)

    case = accept(kit)

    assert (case.state, Referral.objects.get(pk=kit.case.pk).state) == (target, "transferred")
    states = list(case.assessments.order_by("opened_at").values_list("state", flat=True))
    assert sorted(states) == (["aborted", "to_assign"] if target == "qualified" else [])
    # Nobody has decided yet: in a case that stands by earlier decisions that falls due too.
    starts = {"triage": {"C2"}, "qualified": set()}.get(target, {"C8"})
    assert set(Clock.objects.filter(referral=case, stopped_at=None).values_list("code", flat=True)) == starts
    assert not case.assignments.exists()
    assert not kit.case.assignments.filter(until_at=None).exists()


# --- Rights -------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ4")
def test_an_exclusion_travels_with_the_case(world):
    kit = kit_in(world)
    barred = world.user("supervisor", TARGET)
    Exclusion.objects.create(referral=kit.case, user=barred, by=kit.user("supervisor"), since_at=AT)
    a_request(kit)

    case = accept(kit)

    assert world.as_("supervisor", TARGET).get(f"referrals/{case.pk}").status_code == 404
    assert world.as_("supervisor_2", TARGET).get(f"referrals/{case.pk}").status_code == 200


@pytest.mark.sec("SEC-AZ4")
def test_a_restricted_case_is_received_by_who_is_named_and_arrives_with_a_list_of_the_target(world):
    kit = kit_in(world)
    kit.set_restricted()
    receiver = world.user("crip_coordinator", TARGET)
    kit.ask("referral", "transfer_request", asked(kit, receivers=[receiver.pk]))
    for name, found in (("crip_coordinator", 1), ("crip_coordinator_2", 0)):
        lines = world.as_(name, TARGET).get("transfers").json()["results"]
        assert len(lines) == found, name
        assert len(world.as_(name, TARGET).get("notices").json()["results"]) == found, name
        see_all()
    named = [receiver.pk, world.user("supervisor", TARGET).pk]

    case = accept(kit, named=named)

    assert case.restricted
    assert set(Grant.objects.filter(referral=case, ended_at=None).values_list("user_id", flat=True)) == set(
        named
    )
    assert world.as_("crip_coordinator_2", TARGET).get(f"referrals/{case.pk}").status_code == 404
    assert world.as_("crip_coordinator", TARGET).get(f"referrals/{case.pk}").status_code == 200


def test_where_one_child_is_restricted_its_readers_are_named_at_the_target(world):
    """T46 for one child: the case goes to the whole cell, the child to those who are named there."""
    kit = kit_in(world)
    second = kit.another_child()
    Child.objects.filter(pk=second.pk).update(restricted=True)
    a_request(kit)
    kit.code = TARGET
    assert kit.refusal("referral", "transfer_accept", {"receipt": "Reçu."}) == "restricted_case_keeps_readers"
    named = [world.user(name, TARGET).pk for name in ("crip_coordinator", "supervisor")]

    case = accept(kit, named=named)

    for name, seen in (("crip_coordinator", 2), ("crip_coordinator_2", 1)):
        lines = world.as_(name, TARGET).get(f"referrals/{case.pk}/children").json()["results"]
        assert len(lines) == seen, name


@pytest.mark.sec("SEC-AZ20")
@pytest.mark.parametrize("what", ["child", "case"])
def test_the_filings_of_a_restricted_case_arrive_with_its_list_unless_they_had_another(world, what):
    kit, filing, apart = kit_in(world), Kit(world, "merged"), Kit(world, "merged")
    for one in (filing, apart):
        one.fill.row(Joining, target=kit.case, kind="new_facts", joined_at=AT, same_holders={}, before={}, after={},
                     same_children={str(one.child.pk): str(kit.child.pk)})  # fmt: skip
    kit.set_restricted()
    filing.set_restricted()
    apart.who = "supervisor"
    apart.set_restricted()
    if what == "child":
        for one in (kit, filing, apart):
            one.put(restricted=False)
            one.set_child(restricted=True)
    named = [world.user(name, TARGET).pk for name in ("crip_coordinator", "supervisor")]
    receivers = named[:1] if what == "case" else []
    kit.ask("referral", "transfer_request", asked(kit, receivers=receivers))

    accept(kit, named=named)

    def listed(one):
        along = Referral.objects.get(source_referral=one.case.pk)
        assert along.restricted or along.children.get().restricted
        return set(along.grants.filter(kind="named", ended_at=None).values_list("user_id", flat=True))

    assert (listed(filing), listed(apart)) == (set(named), set())


@pytest.mark.sec("SEC-AZ4")
def test_a_case_restricted_meanwhile_is_received_by_nobody_any_more(world):
    kit = kit_in(world)
    kit.ask("referral", "transfer_request", asked(kit))
    assert world.as_("crip_coordinator", TARGET).get(f"transfers/{kit.case.pk}").status_code == 200
    see_all()

    kit.set_restricted()

    assert world.as_("crip_coordinator", TARGET).get(f"transfers/{kit.case.pk}").status_code == 404
    assert world.as_("crip_coordinator", TARGET).get("transfers").json()["results"] == []


def test_who_filed_a_restricted_child_and_a_place_of_shelter_are_in_no_document(world):
    kit = kit_in(world, "protected_admin")
    second = kit.another_child()
    Child.objects.filter(pk=second.pk).update(restricted=True)
    where = Child._meta.get_field("whereabouts")
    child = Child.objects.get(pk=kit.child.pk)
    child.whereabouts = kit.fill.keys["case"].seal(where, child.pk, "sheltered")
    child.save()
    kit.measure("active", type_id="shelter_72h")

    kit.ask("referral", "transfer_request", asked(kit, documents=["concern", "decisions"]))

    read = world.as_("crip_coordinator", TARGET).get(f"transfers/{kit.case.pk}")
    text = read.content.decode()
    told = {line["kind"]["code"]: line["content"] for line in read.json()["documents"]}
    assert len(told["concern"]["children"]) == 1
    assert "canary child.last_name" in text
    for hidden in ("concern.filer_name", "child.whereabouts_detail", "measure.place"):
        assert f"canary {hidden}" not in text
    assert told["decisions"]["measures"][0]["type"] == "shelter_72h"


# --- Ways of sending ----------------------------------------------------------------------------------


def test_without_an_address_the_request_waits_and_c18_runs(world):
    kit = kit_in(world)
    kit.ask("referral", "transfer_request", asked(kit, address_known=False))
    request = TransferRequest.objects.get()
    assert request.state == "prepared"
    assert Clock.objects.get(referral=kit.case, code="C18").due_at.date() == TODAY + timedelta(days=10)
    assert world.as_("crip_coordinator", TARGET).get("notices").json()["results"] == []
    see_all()
    answer = {"with_whom": "CPAM", "means": "letter", "at": AT, "text": "Adresse.", "kind": "address_answer"}

    kit.ask("referral", "log_contact", answer)
    kit.part = request
    kit.ask("transfer", "send", {})

    assert TransferRequest.objects.get().state == "sent"
    told = world.as_("crip_coordinator", TARGET).get("notices").json()["results"]
    assert [line["type"] for line in told] == ["transfer.asked"]


def test_by_sealed_mail_the_documents_come_on_paper_and_the_receipt_is_typed_in(world):
    kit = kit_in(world)
    kit.ask("referral", "transfer_request", asked(kit, channel="sealed_mail"))

    read = world.as_("crip_coordinator", TARGET).get(f"transfers/{kit.case.pk}").json()

    assert (read["channel"]["code"], read["documents"]) == ("sealed_mail", [])
    see_all()
    assert TransferDocument.objects.count() == 1
    assert accept(kit, receipt="AR 1A 234").state == "triage"


def test_a_case_closed_at_the_origin_goes_nowhere(world):
    kit = kit_in(world)
    a_request(kit)

    kit.ask(
        "referral", "reorient", {"reason": "Sans objet.", "target": "no_object", "feedback": "Réorientée."}
    )

    assert TransferRequest.objects.get().state == "kept"
    assert world.as_("crip_coordinator", TARGET).get(f"transfers/{kit.case.pk}").status_code == 404


# --- What breaks it off, and what goes together -------------------------------------------------------


def is_broken_off(world: Any, kit: Kit) -> bool:
    """Tell whether the other authority's acceptance fails, and nothing has moved."""
    request, keys = a_request(kit), WrappedKey.objects.count()
    version = Referral.objects.get(pk=kit.case.pk).version

    answer = world.as_("crip_coordinator", TARGET).post(
        f"referrals/{kit.case.pk}/transfer_accept", {"receipt": "Reçu."}, version=version
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "transfer-broken")
    see_all()
    assert not Referral.objects.filter(source_referral=kit.case.pk).exists()
    assert Referral.objects.get(pk=kit.case.pk).state == "triage"
    assert TransferRequest.objects.get(pk=request.pk).state == "sent"
    assert WrappedKey.objects.count() == keys, "the keys made for it are destroyed"
    return True


def test_a_value_that_does_not_open_breaks_the_transfer_off_and_nothing_has_moved(world):
    kit = kit_in(world)
    fact = kit.fill.row(Fact)
    other = kit.fill.row(Fact)
    field = Fact._meta.get_field("text")
    foreign = kit.fill.keys["case"].seal(field, other.pk, "Autre ligne.")
    Fact._base_manager.filter(pk=fact.pk).update(text=foreign)

    assert is_broken_off(world, kit)


@pytest.mark.sec("SEC-CR21")
def test_an_earlier_value_put_back_is_not_signed_anew_elsewhere(world):
    """Attack: it opens as the present one does, and a transfer would sign its copy."""
    kit = kit_in(world)
    fact = kit.fill.row(Fact)
    earlier = kit.fill.keys["case"].seal(Fact._meta.get_field("text"), fact.pk, "Il ne s'est rien passé.")
    Fact._base_manager.filter(pk=fact.pk).update(text=earlier)

    assert is_broken_off(world, kit)
    assert [key.split(":")[:2] for key in Alarm.objects.values_list("key", flat=True)] == [
        ["row", "referrals_fact"]
    ]


@pytest.mark.sec("SEC-AZ22")
def test_a_measure_confided_by_hand_is_not_signed_anew_elsewhere(world):
    """Attack: the copy of a row that gives a service nothing would give it the case."""
    kit = kit_in(world)
    measure = kit.measure("active", service=world.services["75"])
    Measure._base_manager.filter(pk=measure.pk).update(service=world.services["93"])

    assert is_broken_off(world, kit)


def test_filings_joined_to_the_case_go_along_still_joined_each_with_its_own_filer(world):
    kit, filing = kit_in(world), Kit(world, "merged", filed_by="filer_2")
    filing.put(closed_at=AT)
    joining = filing.fill.row(
        Joining, target=kit.case, kind="new_facts", joined_at=AT, same_holders={},
        same_children={str(filing.child.pk): str(kit.child.pk)}, before={}, after={},
    )  # fmt: skip
    MovedRow.objects.create(referral=filing.case, joining=joining, relation="children", row=kit.child.pk)
    a_request(kit)

    case = accept(kit)

    along = Referral.objects.get(source_referral=filing.case.pk)
    again = Joining.objects.get(referral=along)
    assert (along.state, again.target_id, again.kind) == ("merged", case.pk, "new_facts")
    assert again.same_children == {str(along.children.get().pk): str(case.children.get().pk)}
    assert again.moved.get().row == case.children.get().pk
    assert Referral.objects.get(pk=filing.case.pk).state == "transferred"
    seen = world.as_("filer_2").get("referrals").json()["results"]
    assert [(line["id"], line["reference"]) for line in seen] == [
        (str(filing.case.pk), filing.case.reference)
    ]
    see_all()
    assert list(StepRecord.objects.filter(referral=filing.case).values_list("step", flat=True)) == [
        "go_along"
    ]


def test_the_database_holds_one_open_request_a_case_and_none_to_oneself(world):
    kit = kit_in(world)
    request = a_request(kit)
    values = {"referral": kit.case, "reference": "R", "authority": request.authority, "ground": "moved",
              "channel": "electronic", "asked_by": request.asked_by, "asked_at": AT}  # fmt: skip

    for wrong in ({"target": request.target}, {"target": request.authority, "state": "kept"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TransferRequest.objects.create(**values | wrong)
    same = {"origin_said_by": request.asked_by, "target_said_by": request.asked_by, "state": "kept"}
    with pytest.raises(IntegrityError), transaction.atomic():
        TransferRequest.objects.create(**values | {"target": request.target} | same)
    receiver = {"referral": kit.case, "request": request, "user": world.user("supervisor", TARGET)}
    TransferReceiver.objects.create(**receiver)
    with pytest.raises(IntegrityError), transaction.atomic():
        TransferReceiver.objects.create(**receiver)
