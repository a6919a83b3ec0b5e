"""A case of three children: ``open``, ``other`` and ``kept``, which is restricted to named persons (T46).

Everything that can hang on a child hangs on each, and every sealed value of it bears the child's mark.
"""

from functools import partial
from uuid import uuid4

from accounts.models import Membership, Organisation
from encryption.fields import SealedField
from referrals.models import (
    Approval,
    Attachment,
    Child,
    ChildDanger,
    Clock,
    Complement,
    Conclusion,
    Decision,
    EmergencySheet,
    FilerMessage,
    Finding,
    InformationRequest,
    JudicialOutcome,
    JudicialReferral,
    Measure,
    Referral,
    Sighting,
    StepRecord,
    TeamMessage,
    Visit,
    Voice,
)
from tests.conftest import see_all
from tests.factories.world import FAR
from tests.referrals.workflow.filled import canary
from tests.referrals.workflow.kit import AT, TODAY, Kit

CHILDREN = ("open", "other", "kept")


class Family:
    """The case, its three children and what hangs on each."""

    def __init__(self, world, *, filed_by="filer"):
        self.kit = kit = Kit(world, "in_assessment", filed_by=filed_by)
        self.pk = kit.case.pk
        self.services = {
            name: Organisation.objects.create(name=f"Service {name}", kind="association") for name in CHILDREN
        }
        Membership.objects.filter(user=world.user("measure_service")).update(
            organisation=self.services["open"]
        )
        kit.assign("assessor")
        self.assessment = kit.assessment("delivered")
        self.judicial = self.marked(JudicialReferral, "all", state="sent", prepared_at=AT, sent_at=AT,
                                    letter_sha256="0" * 64, composed_at=AT)  # fmt: skip
        self.ids, self.children, self.measures = {}, {}, {}
        for number, name in enumerate(CHILDREN):
            self.hang(name, number)
        # What is about all three: its texts are for who may know of each.
        self.ids["all"] = self.say(
            partial(self.marked, mark="all"), [str(child.pk) for child in self.children.values()]
        )
        Child.objects.filter(pk=self.children["kept"].pk).update(restricted=True)

    def marked(self, model, mark, **values):
        """Insert a row whose sealed texts bear a mark."""
        fill = self.kit.fill
        made = model(referral=self.kit.case, **values)
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField) and field.name not in values:
                value = f"MARQUE-{mark} {field.label}" if field.kind == "text" else canary(field)
                setattr(made, field.name, fill.keys[field.key].seal(field, made.pk, value))
        made.save(force_insert=True)
        return made

    def hang(self, name, number):
        row = partial(self.marked, mark=name)
        child = row(Child, child_met="alone", position=number + 5, age_band="11-15")
        row(Conclusion, assessment=self.assessment, child=child, danger_level="risk", proposal="classement")
        row(Finding, assessment=self.assessment, child=child, dimension="health", complete=True)
        row(ChildDanger, assessment=self.assessment, child=child, exploitation="at_risk", complete=True)
        row(Voice, assessment=self.assessment, child=child, heard="alone", complete=True)
        visit = row(
            Visit, assessment=self.assessment, kind="meeting", at=AT, by=self.kit.world.user("assessor")
        )
        row(Sighting, visit=visit, child=child, seen="alone")
        row(Decision, child=child, code="admin", at=AT, by=self.kit.world.user("ase_inspector"))
        own = row(
            JudicialReferral, state="sent", prepared_at=AT, sent_at=AT, letter_sha256="0" * 64, composed_at=AT
        )
        for judicial in (own, self.judicial):
            judicial.children.add(child)
            row(JudicialOutcome, judicial_referral=judicial, child=child, type="returned", on=TODAY)
        measure = row(
            Measure, child=child, state="awaiting_start", proposed_at=AT, waits_since=TODAY, type_id="aed", judicial=False,
            service=self.services[name],
        )  # fmt: skip
        row(
            EmergencySheet,
            child=child,
            reference=self.kit.case.reference,
            authority=self.kit.case.authority,
            opened_at=AT,
        )
        for order, (letter, about) in enumerate(
            (letter, about)
            for letter in "ABDHIJ"
            for about in ({"child": child.pk}, {"part": measure.pk}, {"named": True})
        ):
            self.step(name, number * 100 + order + 1, letter, child, **about)
        for about in ({"child": child.pk}, {"part": measure.pk}, {"part": own.pk}):
            for letter in "AIJ":
                Clock.objects.create(referral=self.kit.case, code="C9", access_class=letter, started_at=AT, warn_at=AT,
                                     due_at=FAR, statutory=True, **about)  # fmt: skip
        world = self.kit.world
        row(Approval, step="propose", machine="measure", part=measure.pk, proposer=world.user("ase_inspector"),
            proposer_role="ase_inspector", approver=world.user("crip_coordinator"), asked_state="triage",
            requested_at=AT, expires_at=FAR, children=[str(child.pk)], given=None)  # fmt: skip
        self.ids[name] = {str(child.pk), str(measure.pk), str(own.pk), *self.say(row, [str(child.pk)])}
        self.children[name], self.measures[name] = child, measure

    def say(self, row, children):
        """Insert messages of each kind and a file that name children; return their ids."""
        self.kit.put(info_requested=True)
        other = self.kit.world.user("ase_inspector")
        asked = row(InformationRequest, recipient="filer", asked_by=other.pk, asked_at=AT, children=children)
        said = [
            asked,
            row(InformationRequest, recipient="partner", partner=other, asked_by=other.pk, asked_at=AT, children=children),
            row(Complement, role="filer", at=AT, request=asked, children=children),
            row(FilerMessage, at=AT, by=other.pk, children=children),
            row(TeamMessage, at=AT, by=other.pk, children=children),
            row(Attachment, kind="letter", access_class="G", media="pdf", scan="clean", at=AT, role="filer", size=1,
                original_size=1, object=uuid4(), children=children),
        ]  # fmt: skip
        return {str(one.pk) for one in said}

    def step(self, name, order, letter, subject, *, named=False, **about):
        field = StepRecord._meta.get_field("data")
        step = StepRecord(referral=self.kit.case, machine="measure" if "part" in about else "referral", step="qualify",
                          number="T10", at=AT, order=order + 1_000, role="crip_coordinator", access_class=letter, **about)  # fmt: skip
        said = {"text": f"MARQUE-{name} step"} | ({"children": [{"child": str(subject.pk)}]} if named else {})
        step.data = self.kit.fill.keys["case"].seal(field, step.pk, said)
        step.save(force_insert=True)

    def name_on_list(self, user):
        """Let somebody in whom the restriction names."""
        self.kit.name(user)

    def post(self, who, path, body):
        """Post to the case as somebody on its present version."""
        see_all()
        version = Referral.objects.get(pk=self.pk).version
        answer = self.kit.world.as_(who).post(
            f"referrals/{self.pk}/{path}", body, version=version, key=uuid4().hex
        )
        see_all()
        return answer

    def told_of(self, text):
        """Return the children of whom an answer tells anything."""
        return {
            name
            for name in CHILDREN
            if f"MARQUE-{name}" in text or any(one in text for one in self.ids[name])
        }
