"""A step's form offers what its reader may choose, and no step is offered that has nothing to choose from."""

from uuid import UUID

import pytest

from referrals.access import case_ties, child_sight, visibility
from referrals.execution.abilities import abilities
from referrals.models import HolderInformation, HolderOpinion
from referrals.reading import names
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from tests.night import NIGHT, some
from tests.referrals.workflow.kit import AT, Kit
from tests.referrals.workflow.situations import SITUATIONS
from web.cases.base import zone_of
from web.cases.choices import Choices
from web.cases.stepforms import StepForm
from web.forms import Group, members, nested

READERS = ("crip_coordinator", "intake_agent", "ase_inspector", "assessor", "assessment_lead", "supervisor", "on_call",
           "case_referent", "measure_service")  # fmt: skip
#: The officer on call informs holders whom only an emergency opening shows (§1.3, class B): the table gives the step
#: without it.
UNREAD = {
    ("on_call", "referral/inform_holders", "holder"),
    # The directory is empty here, and a service is chosen on the page before (tests/web/test_orientations.py).
    *(
        (role, "orientation/propose", "resource")
        for role in ("crip_coordinator", "on_call", "ase_inspector", "case_referent", "assessor")
    ),
}


def choiceless(form):
    """Yield the required choices of a form that have no options."""
    inner = nested(form.takes)
    for name, declared in members(form.takes).items():
        if not declared.required:
            continue
        if name not in inner:
            if form.choices.of(name, form.takes.__name__) == []:
                yield name
        elif getattr(declared, "allow_empty", None) is False and not any(
            one.rows for one in form.entries(None) if isinstance(one, Group) and one.name == name
        ):
            yield name


def lacking(world, kit, readers):
    """Yield, of the steps offered on a case, the required choices without options; None for each step without one."""
    for name in readers:
        actor = world.actor(name, at=AT)
        row = visibility.visible_to(actor, at=AT).filter(pk=kit.case.pk).first()
        if row is None:
            continue
        ties = case_ties.ties_of(row, actor)
        known = names.names(row, ties, None, actor=actor)
        sight = child_sight.sight_of(row, ties, actor)
        for line in abilities(row, sight, actor=actor, at=AT)["available_actions"]:
            step = steps.get(Machine(line["machine"]), line["step"])
            form = StepForm(step.takes, Choices(step, row, ties, actor, AT, known), zone_of(row))
            found = [(name, f"{step.machine}/{step.name}", member) for member in choiceless(form)]
            yield from found or [None]


@pytest.mark.slow("every step offered in every situation to one reader, at night to all")
def test_no_step_is_offered_without_what_it_must_choose_from(world):
    found = []
    for situation in SITUATIONS[:: 1 if NIGHT else 2]:
        kit, _ = situation.sound(world)
        readers = some(READERS, f"{situation.machine} {situation.step}")
        found += lacking(world, kit, readers)
        kit.case.assignments.update(until_at=AT)
        for said_of_them in (HolderInformation, HolderOpinion):
            said_of_them.objects.filter(holder__referral=kit.case).delete()
        kit.case.holders.all().delete()
        found += lacking(world, kit, readers)

    assert len(found) > (1_000 if NIGHT else 100)
    assert {one for one in found if one} - UNREAD == set()


def test_a_correction_offers_the_children_whom_its_reader_may_correct(world):
    """T42: a coordinator may correct all of them; others those whom they added, or of a filing that they typed."""
    kit = Kit(world, "in_assessment", who="assessor")
    kit.assign("assessor", field="health")
    said = {"kind": "household", "reason": "Fratrie.", "identity_known": "unknown", "sex": "boy"}
    added = kit.ask("referral", "add_child", said).made
    step = steps.get(Machine.REFERRAL, "rectify")

    def offered(who, member, owner):
        actor = world.actor(who, at=AT)
        row = visibility.visible_to(actor, at=AT).get(pk=kit.case.pk)
        ties = case_ties.ties_of(row, actor)
        known = names.names(row, ties, None, actor=actor)
        return {UUID(pk) for pk, _ in Choices(step, row, ties, actor, AT, known).of(member, owner)}

    everybody = {child.pk for child in kit.case.children.all()}
    assert len(everybody) == 2
    for member, owner in (("wrong_person", "Rectify"), ("row", "Correction")):
        assert offered("assessor", member, owner) == {added}
        assert offered("crip_coordinator", member, owner) >= everybody
