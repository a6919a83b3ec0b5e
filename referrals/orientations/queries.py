"""Orientations of a case and the places that it must not meet, as they are read; what services answered, as facts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Min, Q
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from directory.codes import Need, ResourceKind, SafeChannel, Status
from directory.matching import Rule
from directory.models import Place, Service, Structure
from directory.queries.views import address_view
from encryption.sealed import OpenScope
from referrals.access.child_sight import Sight
from referrals.models import ExcludedResource, Orientation, Referral
from referrals.orientations import offers
from referrals.policy.definitions import protocol_of
from referrals.reading.fields import opened, readable
from referrals.vocabulary.decision_answers import TOLD_FOR_DAYS, RefusalReason
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import FAILED_ORIENTATION, OrientationState

#: What a line of an orientation tells otherwise than as its column stands.
_OTHERWISE: Final = ("findings", "need", "channel", "refusal_reason", "state", "resource")
#: Rules whose sentence tells of a child more than class J holds, each with the classes of which its facts are: where a
#: child lives, its age and sex; its situations; a judge's order.
_FACTS_OF: Final[Mapping[Rule, str]] = {
    Rule.TERRITORY: "B",
    Rule.AGE: "B",
    Rule.SEX: "B",
    Rule.REFUSALS: "BDE",
    Rule.AGREEMENT: "I",
}


def orientations(referral: Referral, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the orientations of a case, to readers of J but those who read it for a measure alone; newest last."""
    if "J" not in sight.ties.without_service.reads:
        return []
    rows = referral.orientations.select_related("resource__structure")
    return [_line(row, sight, scope) for row in rows if row.child_id not in sight.hidden]


def _line(row: Orientation, sight: Sight, scope: OpenScope) -> dict[str, Any]:
    plain = {name: value for name, value in readable(row, "J", scope).items() if name not in _OTHERWISE}
    findings = opened(row.findings, scope)
    return plain | {
        "child": str(row.child_id) if row.child_id else None,
        "state": labelled(OrientationState(row.state)),
        "need": coded(Need(row.need)),
        "resource": named(row.resource),
        "channel": coded(SafeChannel(row.channel)) if row.channel else None,
        "refusal_reason": labelled(RefusalReason(row.refusal_reason)) if row.refusal_reason else None,
        "findings": _findings(findings, row.child_id, sight) if isinstance(findings, list) else [],
    }


def _findings(kept: list[dict[str, Any]], child: UUID | None, sight: Sight) -> list[dict[str, str]]:
    """Return what the rules said; of what the reader doesn't read of the child now, rule and verdict alone.

    Without a child it was said of all: it is told to who reads of all. Whoever doesn't see one of them is told nothing
    by these rules, for it may have been restricted since, and a sentence that is withheld would tell of it (SEC-AZ20).
    """
    if child is None and sight.hidden:
        return offers.as_read([one for one in kept if one["rule"] not in _FACTS_OF])
    unread = frozenset(
        rule
        for rule, classes in _FACTS_OF.items()
        if not all(sight.reads(one, child) for one in classes)
        or (child is None and any(sight.unread(one) for one in classes))
    )
    return offers.as_read(kept, withheld=unread)


def coded(code: Need | SafeChannel) -> dict[str, str]:
    """Return a code of the directory with its words in the reader's language."""
    return {"code": str(code), "label": str(code.label)}


def named(service: Service) -> dict[str, str]:
    """Return a service by its name and its structure's; never where it is, for that may be secret."""
    return {
        "id": str(service.pk),
        "name": service.name,
        "structure": str(service.structure_id),
        "structure_name": service.structure.name,
    }


def excluded_resources(referral: Referral, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the places that the case must not meet, to readers of F but those who read it for a measure alone."""
    if "F" not in sight.ties.without_service.reads:
        return []
    rows = referral.excluded_resources.select_related("structure", "resource__structure")
    return [_excluded(row, scope) for row in rows]


def _excluded(row: ExcludedResource, scope: OpenScope) -> dict[str, Any]:
    structure = row.structure or row.resource.structure
    return {
        "id": str(row.pk),
        "structure": {"id": str(structure.pk), "name": structure.name},
        "resource": named(row.resource) if row.resource else None,
        "since_at": moment(row.since_at),
        "added_by": str(row.added_by) if row.added_by else None,
        "lifted_at": moment(row.lifted_at),
        "reason": opened(row.reason, scope),
    }


# --- Where one calls ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a service is called, and in which département and commune it is.

    Of a secret place, and where somebody must be far away, the département alone (field.md A.7). ``has_night_phone``:
    there is a number of the night, which is sealed and opens on the service's sheet.
    """

    phone: str = ""
    department: str = ""
    commune: str = ""
    has_night_phone: bool = False


def contacts_of(services: Collection[UUID], *, far: bool) -> dict[UUID, Contact]:
    """Return where services are called, by id; their structure's telephone and place where they have no own."""
    rows = (
        Service.objects.filter(pk__in=services)
        .annotate(at_night=Q(night_phone__isnull=False))
        .values_list("id", "phone", "structure_id", "structure__phone", "at_night")
    )
    contacts = list(rows)
    own, shared = {}, {}
    structures = {structure for _, _, structure, _, _ in contacts}
    for place in Place.objects.filter(
        Q(service__in=services) | Q(structure__in=structures, service=None)
    ).defer("secret"):
        if place.service_id is None:
            shared[place.structure_id] = place
        else:
            own[place.service_id] = place
    contacts_by_id = {}
    for pk, phone, structure, of_structure, at_night in contacts:
        where = address_view(own.get(pk) or shared.get(structure))
        contacts_by_id[pk] = Contact(
            phone=phone or of_structure,
            department=where.department if where else "",
            commune=where.commune if where and not far else "",
            has_night_phone=bool(at_night),
        )
    return {pk: contacts_by_id.get(pk, Contact()) for pk in services}


def prosecutors_of(referral: Referral, *, at: datetime) -> list[tuple[str, str]]:
    """Return name and telephone of the prosecutor's duty desk: as the authority set it, else those of its directory."""
    terms = protocol_of(referral.authority, at)
    if terms.prosecutor_phone:
        return [(terms.prosecutor_name or gettext("Permanence du parquet"), terms.prosecutor_phone)]
    rows = Structure.objects.filter(
        authority=referral.authority_id, kind=ResourceKind.PARQUET, status=Status.ACTIVE, merged_into=None
    ).exclude(phone="")
    return list(rows.values_list("name", "phone"))


# --- What services answered -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answers:
    """What one service answered an authority: how often it was asked and said no, for which reasons, since when.

    ``unanswered``: how many requests it left without an answer, which is no refusal.
    Facts of the own authority alone, never of which case, and never a score (field.md A.6, A.9).
    """

    asked: int
    refused: int
    reasons: tuple[RefusalReason, ...]
    since: datetime
    unanswered: int = 0

    @property
    def sentence(self) -> str:
        """Return it in the reader's language: refusals, then silence, which is told apart."""
        silent = gettext("Sans réponse : %(n)s") % {"n": self.unanswered} if self.unanswered else ""
        return ". ".join(filter(None, (self._refusals, silent)))

    @property
    def _refusals(self) -> str:
        since = date_format(self.since, "F Y")
        if not self.refused:
            return ngettext(
                "Aucun refus sur %(asked)s demande, depuis %(since)s",
                "Aucun refus sur %(asked)s demandes, depuis %(since)s",
                self.asked,
            ) % {"asked": self.asked, "since": since}
        reasons = ", ".join(str(one.label).lower() for one in self.reasons)
        return ngettext(
            "Refus : %(refused)s sur %(asked)s demande (%(reasons)s), depuis %(since)s",
            "Refus : %(refused)s sur %(asked)s demandes (%(reasons)s), depuis %(since)s",
            self.asked,
        ) % {"refused": self.refused, "asked": self.asked, "reasons": reasons, "since": since}


def answers_of(
    services: Collection[UUID], authority: UUID | None, *, at: datetime, unlocked: Collection[UUID] = ()
) -> dict[UUID, Answers]:
    """Return, of services that an authority asked within a year, what they answered: two queries for all.

    What was asked for a restricted case or child counts for those alone whom its restriction lets through: ``unlocked``
    are their cases.
    """
    since = at - timedelta(days=TOLD_FOR_DAYS)
    rows = Orientation.objects.filter(
        _shown_to(unlocked), referral__authority=authority, resource__in=services, asked_at__gte=since
    ).order_by()
    # A refusal may be recorded with « no answer » as its reason: silence as well.
    silent = Q(state=OrientationState.EXPIRED) | Q(refusal_reason=RefusalReason.NO_ANSWER)
    refused = Q(state=OrientationState.REFUSED) & ~Q(refusal_reason=RefusalReason.NO_ANSWER)
    counts = rows.values("resource").annotate(
        asked=Count("pk"),
        refused=Count("pk", filter=refused),
        unanswered=Count("pk", filter=silent),
        since=Min("asked_at"),
    )
    reasons: dict[UUID, set[str]] = {}
    for resource, reason in rows.filter(refused).values_list("resource", "refusal_reason").distinct():
        reasons.setdefault(resource, set()).add(reason)
    return {
        one["resource"]: Answers(
            asked=one["asked"],
            refused=one["refused"],
            reasons=_in_order(reasons.get(one["resource"], ())),
            since=one["since"],
            unanswered=one["unanswered"],
        )
        for one in counts
    }


def _shown_to(unlocked: Collection[UUID]) -> Q:
    open_to_all = Q(referral__restricted=False) & (Q(child=None) | Q(child__restricted=False))
    return open_to_all | Q(referral__in=sorted(unlocked))


def _in_order(codes: Iterable[str]) -> tuple[RefusalReason, ...]:
    valid_codes = set(codes)
    return tuple(reason for reason in RefusalReason if reason in valid_codes)


def failed_before(referral: Referral, need: str, sight: Sight) -> dict[UUID, Orientation]:
    """Return the orientations of a case for one need that came to nothing, the last of each service.

    To whom orientations of the case aren't shown, none of them.
    """
    if "J" not in sight.ties.without_service.reads:
        return {}
    rows = referral.orientations.filter(need=need, state__in=FAILED_ORIENTATION).order_by("position", "id")
    return {row.resource_id: row for row in rows if row.child_id not in sight.hidden}


def failed_in_words(row: Orientation) -> str:
    """Return why a service that was asked already didn't take the child."""
    if row.state == OrientationState.EXPIRED:
        return gettext("Déjà demandé pour ce dossier : pas de réponse")
    reason = str(RefusalReason(row.refusal_reason).label).lower()
    return gettext("Déjà demandé pour ce dossier : refus (%(reason)s)") % {"reason": reason}
