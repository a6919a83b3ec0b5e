"""Collects the copy of an access request: the own data of whom it is about, over every model (AR5, domain.md §7.5).

What is copied follows from the declarations alone. Of others nothing is: rows and values of other children and of
another holder are left out, who filed and class K too, even as hidden parts. A text that is about several comes whole,
with whatever the case knows of the others hidden by itself (``masking.py``). What is hidden for a reason that nobody
lifts (``LOCKED``) comes without its text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import models

from accounts.actor import Actor
from audit.disclosure import disclosure
from audit.events import Purpose
from core.languages import FRENCH, in_language
from encryption.errors import Unreadable
from encryption.fields import SealedField
from encryption.keys import warm
from encryption.sealed import OpenScope, Sealed
from referrals.access.row_level_security import beyond
from referrals.access_requests import wording
from referrals.access_requests.copies import LOCKED, Part, Scope
from referrals.access_requests.persons import Standing, Who, files_of
from referrals.access_requests.redaction_context import RedactionContext
from referrals.models import PARTS, Concern, Referral
from referrals.models.copy_rules import FieldRule, RowRule, Whose, field_rules, row_rule
from referrals.vocabulary.access_requests import Subject, Wanted, Withheld
from referrals.vocabulary.attachments import Scan
from referrals.vocabulary.filing_answers import Variant
from referrals.vocabulary.letters import TO_CHILDREN
from referrals.vocabulary.states import Machine, State
from referrals.workflow.step import steps

#: The models in the order in which a copy shows them.
# fmt: off
SHOWN: Final = (
    "Referral", "Concern", "Child", "Holder", "Fact", "Sign", "HealthSign", "ThirdParty", "DigitalTrace",
    "Attachment", "InformationRequest", "Complement", "FilerMessage", "TeamMessage", "MessageRead",
    "FeedbackTask", "Assessment", "Conclusion", "ChildDanger", "HolderOpinion", "InquiryConsidered",
    "Finding", "Voice", "Visit", "Sighting", "Decision", "JudicialReferral", "JudicialOutcome", "Measure",
    "Orientation", "ExcludedResource", "HolderInformation", "Assignment", "EmergencySheet", "SheetReader",
    "TransferRequest", "TransferDocument", "TransferReceiver", "Inquiry", "StepRecord", "Clock", "Approval",
    "Letter", "Exclusion", "Grant", "Rectification", "BreakGlass", "ClosureReview", "Alert", "Joining",
    "RetentionLine",
)
# fmt: on
#: The rule of access by which the values are opened (domain.md §1.3 ``req``).
RULE: Final = "access_request"
UNREADABLE: Final = "Illisible : la clé manque ou la donnée est abîmée."
#: What nobody ever obtains by a copy: protected places, the journal, pseudonymised statistics.
_NEVER: Final = frozenset("KLM")
_WHERE: Final = frozenset({"whereabouts", "whereabouts_detail"})
#: Of a child: where it lives, which a holder with another address isn't told; and what leads to a protected place.
_HOME: Final = frozenset({"address", "commune_insee", "residence_department"})
_LEADS: Final = frozenset({"school_name", "school_level", "attendance", "living_with", "service"})
#: States by which alone somebody learns that justice was asked.
_BEFORE_JUSTICE: Final = frozenset({State.JUDICIAL_PENDING, State.PROTECTED_JUDICIAL})
#: Of a third party: as what, and by whom, somebody is mentioned.
_TAKEN_FOR: Final = frozenset({"role", "link"})
#: Where a referral to justice that was never sent leaves its traces.
_OF_STEPS: Final = frozenset({"Referral", "StepRecord", "Approval"})
#: What was told to 119 is under its secrecy (CASF L226-9): a holder has it of no filing that came from there.
_TOLD_TO_119: Final = frozenset("DEF")
_ROWS_OF_119: Final = frozenset({"Fact", "Sign", "HealthSign"})
#: What is typed and stands in clear.
_TYPED: Final = frozenset({"platform", "framework_version"})
#: Members of JSON that tell who filed or a protected place, whatever stands in them.
_NO_MEMBER: Final = frozenset({"place", "third_parties", "digital_traces", "filed_by"})
_NO_MEMBER_OF_HOLDER: Final = frozenset({*_WHERE, "last_seen_place", "police_report_ref", "safe_contact_way"})


def collect(scope: Scope, *, actor: Actor, at: datetime) -> list[Part]:
    """Return the parts of the copy; of the list of readers alone there are none.

    Within a transaction. Each case leaves one entry in the journal, purpose ``access_request``. Files that were merged
    into those of the scope, or into which those were, are copied too; a restricted one only where the scope names it.
    The caller has made sure that ``actor`` may (AR3, AR4).
    """
    if scope.wanted == Wanted.READERS:
        return []
    with beyond():
        files, children, holders = files_of(scope)
        who = Who(
            standing=Standing.of(scope),
            children=children,
            holders=holders,
            persons=scope.persons,
            scope=scope,
        )
        return [part for referral in files for part in _of_case(referral, who, actor=actor, at=at)]


def _of_case(referral: Referral, who: Who, *, actor: Actor, at: datetime) -> Iterator[Part]:
    warm([key for key in (referral.case_key, referral.filer_key) if key])
    with disclosure(
        actor=actor,
        purpose=Purpose.ACCESS_REQUEST,
        at=at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
        rule=RULE,
        state=str(referral.state),
        always=True,
    ) as scope:
        # As a list: the entry is written when the block ends, and nothing leaves before.
        parts = list(_Case(referral, who, scope).parts())
    return iter(parts)


@dataclass(slots=True)
class _Case:
    referral: Referral
    who: Who
    scope: OpenScope
    around: RedactionContext = field(init=False)
    zone: ZoneInfo = field(init=False)
    has_asked_justice: bool = field(init=False)

    def __post_init__(self) -> None:
        authority = self.referral.authority
        self.zone = ZoneInfo(authority.timezone if authority else "Europe/Paris")
        self.around = RedactionContext(self.referral, self.who, self.scope)
        self.has_asked_justice = self.referral.judicial_referrals.filter(sent_at__isnull=False).exists()

    # --- Parts ----------------------------------------------------------------------------------------------

    def parts(self) -> Iterator[Part]:
        for name in SHOWN:
            model = apps.get_model("referrals", name)
            rule = row_rule(model)
            if rule is None:
                continue
            rows = (
                [self.referral]
                if model is Referral
                else model._default_manager.filter(referral=self.referral)
            )
            for row in rows:
                if row is self.referral or (self._is_whose(rule, row) and not self._is_unsent(row)):
                    parts = self._of_row(rule, row)
                    yield from (part for part in parts if not self._tells_unsent(model, part))

    def _is_unsent(self, row: Any) -> bool:
        """Tell whether a row is a referral to justice that was never sent, of which a holder isn't even told."""
        return (
            self.who.standing is Standing.HOLDER
            and type(row).__name__ == "JudicialReferral"
            and row.sent_at is None
        )

    def _tells_unsent(self, model: type[models.Model], part: Part) -> bool:
        """Tell whether a part is there for one alone: its steps, and the state of the case's last one."""
        return (
            self.who.standing is Standing.HOLDER
            and part.withheld is Withheld.JUDICIAL
            and model.__name__ in _OF_STEPS
            and not self.has_asked_justice
        )

    def _is_whose(self, rule: RowRule, row: Any) -> bool:
        match self.who.standing:
            case Standing.STAFF:
                named = {getattr(row, _attname(row, name)) for name in rule.staff}
                return bool(self.who.persons & named)
            case Standing.THIRD_PARTY:
                return rule.whose is Whose.THIRD_PARTY and row.pk in self.who.persons
            case Standing.FILER:
                # What others wrote for a filer is no text of the filer's.
                return not rule.of_filer or getattr(row, rule.of_filer) is None
        if type(row).__name__ == "Rectification" and str(row.row) in self.around.foreign:
            return False
        if rule.whose is Whose.ADDRESSEE:
            return self._is_addressed(row, rule.link)
        if rule.whose is Whose.HOLDER:
            own = _linked(row, rule.link) in self.around.own_holders
            # Of its parents a child is told that something is withheld; of the other holder a holder is told nothing.
            return own or (self.who.standing is Standing.CHILD and bool(self.around.own_children))
        return self._is_of_children(rule, row)

    def _is_of_children(self, rule: RowRule, row: Any) -> bool:
        if not self.around.own_children:
            return rule.whose is Whose.CASE and bool(self.around.own_holders)
        match rule.whose:
            case Whose.CHILD:
                child = _linked(row, rule.link)
                return child is None or child in self.around.own_children
            case Whose.CHILDREN:
                listed = {UUID(one) for one in getattr(row, rule.link)}
                return not listed or bool(listed & self.around.own_children)
            case Whose.MANY:
                many = set(getattr(row, rule.link).values_list("pk", flat=True))
                return not many or bool(many & self.around.own_children)
        return True

    def _is_addressed(self, row: Any, link: str) -> bool:
        """Tell whether a letter was written to who asks: nobody's post is in the copy of somebody else."""
        holder = _linked(row, link)
        if self.who.standing is Standing.HOLDER or holder is not None:
            return self.who.standing is Standing.HOLDER and holder in self.around.own_holders
        listed = {UUID(one) for one in row.children}
        return row.kind in TO_CHILDREN and bool(listed) and listed <= self.around.own_children

    def _of_row(self, rule: RowRule, row: Any) -> Iterator[Part]:
        day = self._day(rule, row)
        since, until = self.who.scope.since, self.who.scope.until
        if day is not None and ((since and day < since) or (until and day > until)):
            return
        rules = field_rules(type(row))
        if type(row).__name__ == "Attachment":
            if not _is_there(row):
                return
            # Of the document itself its kind is the label.
            yield from self._document(rules.pop("kind"), row, day)
        for name, field_rule in rules.items():
            part = self._part(name, field_rule, row, day)
            if part is not None:
                yield part

    def _part(self, name: str, declared: FieldRule, row: Any, day: date | None) -> Part | None:
        """Return one field as a part; None where nothing was said, or nothing of it is for who asks."""
        model_field: Any = row._meta.get_field(name)
        access_class = _class_of(row) or getattr(model_field, "access_class", "A")
        if model_field.name in _WHERE and row.pk in self.around.protected:
            access_class = "K"
        # What a field held before is hidden as the field itself is, and absent where it is.
        rule = _corrected(row, model_field.name) or declared
        if not self._is_in(rule, access_class) or not self._is_in(declared, access_class):
            return None
        # What one is taken for may not be told before justice has acted; a link names the child. Not even that there is
        # something: the reason would tell of an inquiry.
        if self.who.standing is Standing.THIRD_PARTY and model_field.name in _TAKEN_FOR:
            return None
        code = self._withheld(rule, access_class, row, model_field.name)
        if getattr(row, model_field.attname) in (None, "", [], {}):
            return None
        # What nobody lifts comes without its text.
        text = "" if code is not None and code in LOCKED else self._said(row, model_field)
        if not text and (code is None or code not in LOCKED):
            return None
        free = _is_free(model_field) and text != UNREADABLE
        spans = self.around.masks.spans(text) if free else ()
        return Part(
            referral=self.referral.pk,
            source=f"{row._meta.label}.{name}",
            row=row.pk,
            label=wording.label(model_field.name, type(row).__name__),
            access_class=access_class,
            subjects=declared.subjects,
            may_withhold=declared.withhold
            | {span.code for span in spans}
            | ({code} if code else frozenset()),
            on=day,
            text=text,
            hidden=spans,
            withheld=code or (self.around.blind if free else None),
        )

    def _document(self, held: FieldRule, row: Any, day: date | None) -> Iterator[Part]:
        if not self._is_in(held, row.access_class):
            return
        code = self._withheld(held, row.access_class, row, "kind")
        yield Part(
            referral=self.referral.pk,
            source="referrals.Attachment",
            row=row.pk,
            label=in_language(_coded(row, "kind"), FRENCH),
            access_class=row.access_class,
            subjects=held.subjects,
            may_withhold=held.withhold,
            on=day,
            attachment=row.pk,
            withheld=code,
        )

    def _day(self, rule: RowRule, row: Any) -> date | None:
        value = getattr(row, rule.on, None) if rule.on else None
        value = self.referral.received_at if value is None else value
        if isinstance(value, Sealed):
            value = None
        return value.astimezone(self.zone).date() if isinstance(value, datetime) else value

    def _is_in(self, held: FieldRule, access_class: str) -> bool:
        classes, standing = self.who.scope.classes, self.who.standing
        if access_class in _NEVER or (access_class == "C" and standing is not Standing.FILER):
            return False
        if (classes and access_class not in classes) or (held.alone and self.around.has_others):
            return False
        match standing:
            case Standing.FILER:
                return Subject.FILER in held.subjects
            case Standing.THIRD_PARTY:
                return Subject.THIRD_PARTY in held.subjects
            case Standing.STAFF:
                return Subject.STAFF in held.subjects
        if standing is Standing.HOLDER and not self.around.own_children:
            return Subject.HOLDER in held.subjects and Subject.CHILD not in held.subjects
        if standing is Standing.CHILD and not self.around.own_children:
            return False
        return bool(held.subjects & {Subject.CHILD, Subject.HOLDER, Subject.THIRD_PARTY})

    def _withheld(self, held: FieldRule, access_class: str, row: Any, name: str) -> Withheld | None:
        """Return why a whole field is hidden at once, or None."""
        child, holder = Subject.CHILD in held.subjects, Subject.HOLDER in held.subjects
        match self.who.standing:
            case Standing.FILER | Standing.STAFF | Standing.THIRD_PARTY:
                return None
            case Standing.CHILD:
                if child:
                    return held.from_child
                return Withheld.OTHER_HOLDER if holder else Withheld.THIRD_PARTY
        if not child and not holder:
            return Withheld.THIRD_PARTY
        if not child and self.around.other_holders and _linked_holder(row) not in self.around.own_holders:
            # Of which holder it is said, the row doesn't tell.
            return Withheld.OTHER_HOLDER
        if access_class == "I" or (name == "state" and getattr(row, name) in _BEFORE_JUSTICE):
            return Withheld.JUDICIAL
        if access_class == "E":
            return Withheld.MEDICAL
        of_119 = access_class in _TOLD_TO_119 or type(row).__name__ in _ROWS_OF_119
        if of_119 and self.referral.variant == Variant.FROM_119:
            return held.from_holder or Withheld.CHILD_INTEREST
        return held.from_holder or self._of_place(row, name)

    def _of_place(self, row: Any, name: str) -> Withheld | None:
        kid = row.pk if row.pk in self.around.apart else getattr(row, "child_id", None)
        if kid is None:
            return None
        if name in _HOME and self.around.apart.get(kid):
            return Withheld.SAFETY
        return Withheld.SAFETY if name in _LEADS | _HOME and kid in self.around.protected else None

    # --- Values ---------------------------------------------------------------------------------------------

    def _said(self, row: Any, model_field: Any) -> str:
        value = getattr(row, model_field.attname)
        if isinstance(value, Sealed):
            try:
                warm([value.key_id])
                value = value.open(self.scope)
            except Unreadable:
                return UNREADABLE
        if type(row).__name__ == "Rectification" and model_field.name == "old_value":
            return self._rectified(value)
        if isinstance(value, dict | list) and isinstance(model_field, SealedField):
            value = self._cleaned(value)
            if not value:
                return ""
            if type(row).__name__ in ("StepRecord", "Approval"):
                return wording.step_text(row.machine, row.step, value)
        return wording.value_text(row, model_field, value, self.zone)

    def _rectified(self, value: object) -> str:
        corrected = value.get("value") if isinstance(value, Mapping) else value
        return wording.in_words(self._cleaned(corrected), {}, self.zone)

    def _cleaned(self, value: Any) -> Any:
        """Return JSON without what is about another person of the case, who filed, or a protected place."""
        if isinstance(value, dict):
            ids = {str(one) for one in value.values() if isinstance(one, str)}
            if ids & self.around.foreign:
                return None
            clean_rows = {
                name: self._cleaned(inner)
                for name, inner in value.items()
                if name not in self.around.foreign and not self._is_barred(name)
            }
            return {name: inner for name, inner in clean_rows.items() if inner not in (None, "", [], {})}
        if isinstance(value, list):
            cleaned = [
                self._cleaned(one)
                for one in value
                if not (isinstance(one, str) and one in self.around.foreign)
            ]
            return [one for one in cleaned if one not in (None, "", [], {})]
        return value

    def _is_barred(self, name: str) -> bool:
        if name in _NO_MEMBER or name in _OF_FILER:
            return True
        if self.who.standing is Standing.HOLDER:
            return name in _NO_MEMBER_OF_HOLDER
        return name in _WHERE and bool(self.around.protected)


_OF_FILER: Final = frozenset(
    name for name, held in field_rules(Concern).items() if held.subjects == frozenset({Subject.FILER})
)


def _attname(row: models.Model, name: str) -> str:
    column: Any = row._meta.get_field(name)
    return str(column.attname)


def _linked(row: Any, link: str) -> UUID | None:
    value: UUID | None = getattr(row, _attname(row, link))
    return value


def _linked_holder(row: Any) -> UUID | None:
    kind = type(row).__name__
    if kind == "Rectification" and row.model == "holders":
        return cast("UUID", row.row)
    return row.pk if kind == "Holder" else getattr(row, "holder_id", None)


def _corrected(row: Any, name: str) -> FieldRule | None:
    """Return the declaration of the field that a rectification put right; None of any other row or value."""
    if type(row).__name__ != "Rectification" or name not in ("old_value", "reason"):
        return None
    model = PARTS.get(row.model, Concern)
    return field_rules(model).get(row.field)


def _class_of(row: Any) -> str:
    """Return the class of a whole row where it has one: of a step, that of what the step is about; else empty."""
    if type(row).__name__ == "Approval":
        try:
            return str(steps.get(Machine(row.machine), row.step).data_class)
        except (KeyError, ValueError):
            return "I"  # a step of an earlier version: as what holders are told least of
    return getattr(row, "access_class", "") or ""


def _is_there(row: Any) -> bool:
    """Tell whether a file may be read by anybody: images of minors and whatever was set aside never are (§4.6)."""
    return (
        row.object is not None
        and row.barred_at is None
        and row.condemned_at is None
        and row.destroyed_at is None
        and row.waiting_since is None
        and row.scan != Scan.WAITING
    )


def _coded(row: Any, name: str) -> Any:
    codes = row._meta.get_field(name).codes
    return codes(getattr(row, name)).label


def _is_free(model_field: Any) -> bool:
    """Tell whether somebody typed a text that may name anyone: not a code, a day, a number."""
    if isinstance(model_field, SealedField):
        return model_field.kind in ("text", "json")
    return model_field.name in _TYPED
