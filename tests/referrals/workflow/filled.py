"""Fill a case with something in every field of every part, each sealed value telling which field it is."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import models

from accounts.models import Authority
from audit import journal
from encryption import keys
from encryption.fields import SealedField
from encryption.objects import ObjectKey
from referrals.models import (
    Alert,
    Approval,
    Assessment,
    Attachment,
    BreakGlass,
    Child,
    ChildDanger,
    Clock,
    ClosureReview,
    Complement,
    Concern,
    Conclusion,
    Decision,
    DigitalTrace,
    EmergencySheet,
    ExcludedResource,
    Exclusion,
    Fact,
    FeedbackTask,
    FilerMessage,
    Finding,
    Grant,
    HealthSign,
    Holder,
    HolderInformation,
    HolderOpinion,
    InformationRequest,
    InquiryConsidered,
    JudicialOutcome,
    JudicialReferral,
    Letter,
    Measure,
    Orientation,
    Referral,
    Sign,
    StepRecord,
    TeamMessage,
    ThirdParty,
    TransferDocument,
    TransferRequest,
    Visit,
    Voice,
)
from tests.factories.resources import a_service
from tests.factories.world import FAR

CLASSES = "ABCDEFGHIJK"
CLOCKS = {"C4": "A", "C7": "I", "C9": "J", "C5": "A"}
FIRST_DAY = date(1900, 1, 1)


@cache
def sealed_fields() -> tuple[SealedField, ...]:
    """Return every sealed field of the app."""
    return tuple(
        field
        for model in apps.get_app_config("referrals").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    )


@cache
def _numbers() -> dict[str, int]:
    return {label: number for number, label in enumerate(sorted(field.label for field in sealed_fields()))}


def canary(field: SealedField) -> Any:
    """Return the value by which a field is recognised; a flag can't be told from another, a file's key is never told."""
    number = _numbers()[field.label]
    return {
        "key": ObjectKey.new(),
        "date": (FIRST_DAY + timedelta(days=number)).isoformat(),
        "int": 7_000 + number,
        "bool": True,
        "code": f"canary_{number}",
        "json": {"canary": field.label},
    }.get(field.kind, f"canary {field.label}")


def leaves(value: Any) -> Iterator[Any]:
    """Yield every value of an answer, however deep."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def shown(answer: Any) -> set[str]:
    """Return the labels of the sealed fields whose value is somewhere in an answer."""
    seen = {found for found in leaves(answer) if not isinstance(found, bool)}
    return {
        field.label
        for field in sealed_fields()
        if field.kind not in ("bool", "key")
        and (field.label if field.kind == "json" else canary(field)) in seen
    } | {str(found) for found in seen if str(found).startswith("step of class ")}


class Filling:
    """One case being filled."""

    def __init__(self, case: Referral, *, at: datetime) -> None:
        self.case, self.at = case, at
        self.keys = {name: keys.data_key(case.key_of(name), case.pk) for name in ("case", "filer")}
        self.done: dict[type[models.Model], models.Model] = {}

    def row(self, model: type[models.Model], **values: Any) -> Any:
        """Insert a row of the case with every sealed field filled."""
        if model is JudicialReferral:  # a document has its hash
            values = {"letter_sha256": "0" * 64, "composed_at": self.at} | values
        if model is Letter:
            values = {"occasion": uuid4(), "prepared_at": self.at} | values
        made: Any = model(referral=self.case, **values)
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField) and field.name not in values:
                setattr(made, field.name, self.keys[field.key].seal(field, made.pk, canary(field)))
        made.save(force_insert=True)
        return made

    def all(self, *, user: Any, other: Any, service: Any) -> None:
        """Fill the form, and what the procedure adds to it; ``user`` takes no part in anything."""
        journal.new_subject(self.case.pk, at=self.at)
        self.form()
        self.procedure(other=other, service=service)
        self.exchanges(other=other)
        self.transfer(other=other, target=Authority.objects.exclude(pk=self.case.authority_id).first())
        self.record(user=user, other=other)

    def form(self) -> None:
        """Fill the concern form."""
        self.row(Concern, filer_profession="teacher")
        self.child = self.row(Child)
        self.holder = self.row(Holder)
        for model in (Fact, Sign, HealthSign, ThirdParty, DigitalTrace):
            self.row(model)
        self.row(
            Attachment, kind="letter", access_class="G", media="pdf", scan="clean", at=self.at, role="filer", size=1,
            original_size=1, object=uuid4(),
        )  # fmt: skip

    def procedure(self, *, other: Any, service: Any) -> None:
        """Add assessment, decision, justice, a measure and the information of a holder."""
        at = self.at
        assessment = self.row(Assessment, opened_at=at, state="delivered")
        self.row(Conclusion, assessment=assessment, child=self.child, danger_level="risk")
        self.row(Finding, assessment=assessment, child=self.child, dimension="health")
        self.row(ChildDanger, assessment=assessment, child=self.child, exploitation="at_risk")
        self.row(HolderOpinion, assessment=assessment, holder=self.holder, met="met")
        self.row(InquiryConsidered, assessment=assessment, inquiry=uuid4())
        self.row(Voice, assessment=assessment, child=self.child, heard="alone")
        self.row(Visit, assessment=assessment, kind="meeting", at=at, by=other)
        self.row(Decision, child=self.child, code="admin", at=at, by=other)
        judicial = self.row(JudicialReferral, prepared_at=at, state="sent", sent_at=at)
        judicial.children.add(self.child)
        self.row(JudicialOutcome, judicial_referral=judicial, child=self.child, type="returned", on=at.date())
        self.row(
            Measure,
            child=self.child,
            type_id="aed",
            judicial=False,
            proposed_at=at,
            state="active",
            service=service,
        )
        self.row(HolderInformation, holder=self.holder, occasion="decision")
        resource = a_service(self.case.authority)
        self.row(
            Orientation,
            child=self.child,
            resource=resource,
            need="specialised_support",
            rules_version="m1",
            proposed_at=at,
        )
        self.row(ExcludedResource, structure=resource.structure, since_at=at)
        self.row(
            EmergencySheet,
            child=self.child,
            reference=self.case.reference,
            authority=self.case.authority,
            opened_at=at,
        )

    def transfer(self, *, other: Any, target: Any) -> None:
        """Add a request that another authority takes the case over, with a document; it was given up."""
        request = self.row(
            TransferRequest, reference=self.case.reference, authority=self.case.authority, target=target,
            ground="moved", channel="electronic", state="kept", asked_by=other.pk, asked_at=self.at,
        )  # fmt: skip
        self.row(TransferDocument, request=request, kind="concern", made_at=self.at)

    def exchanges(self, *, other: Any) -> None:
        """Add a question to each side, a complement of the filer, a message in each channel, an answer sent."""
        at = self.at
        for recipient, partner in (("filer", None), ("partner", other)):
            self.row(InformationRequest, recipient=recipient, partner=partner, asked_by=other.pk, asked_at=at)
        self.row(Complement, role="filer", at=at)
        self.row(FilerMessage, at=at, by=other.pk)
        self.row(TeamMessage, at=at, by=other.pk)
        self.row(FeedbackTask, owed_to="professional", opened_at=at, state="sent", decided_at=at)

    def record(self, *, user: Any, other: Any) -> None:
        """Add steps and clocks of every class, an approval, an exclusion and a grant of somebody else."""
        at = self.at
        field: Any = StepRecord._meta.get_field("data")
        for order, access_class in enumerate(CLASSES):
            step = StepRecord(
                referral=self.case, machine="referral", step="qualify", number="T10", at=at, order=order,
                role="crip_coordinator", by=other.pk, access_class=access_class,
            )  # fmt: skip
            step.data = self.keys["case"].seal(field, step.pk, {"text": f"step of class {access_class}"})
            step.save(force_insert=True)
        for code, access_class in CLOCKS.items():
            Clock.objects.create(
                referral=self.case, code=code, access_class=access_class, started_at=at, warn_at=at, due_at=at,
                statutory=True,
            )  # fmt: skip
        self.row(
            Approval, step="reorient", machine="referral", proposer=other, proposer_role="ase_inspector",
            approver=user, asked_state="triage", requested_at=at, expires_at=FAR, state="refused", decided_at=at,
            given=None,
        )  # fmt: skip
        self.row(ClosureReview, step="reorient", opened_at=at, due_at=FAR, closed_by=other.pk)
        self.row(BreakGlass, user=other, role="on_call", opened_at=at, expires_at=FAR, review_due_at=FAR)
        Alert.objects.create(referral=self.case, cause="filed", sounded_at=at)
        Referral.objects.filter(pk=self.case.pk).update(glass_open=True, alert_open=True)
        self.row(Exclusion, user=other, by=other.pk, since_at=at)
        self.row(Grant, user=other, kind="granted", by=other.pk, since_at=at, expires_at=FAR)
