"""List of readers: who, by function, read what of a file, when and for which purpose (C-579/21; domain.md §7.5).

The lines are for people, and may be narrowed by the period that was asked for. Their proofs always cover the whole
list: a line that was left out for its day would look like one that was hidden (``audit/consultations.py``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.apps import apps

from accounts.actor import Actor
from accounts.models import Authority, Organisation, User
from accounts.roles import SYSTEM_ROLE, Role
from audit import consultations, journal, pseudonyms
from audit.consultations import Consultation
from audit.errors import NotInTree
from core.languages import FRENCH, in_language
from encryption.fields import SealedField
from referrals.access.row_level_security import beyond
from referrals.access_requests import wording
from referrals.access_requests.copies import ReaderLine, Readers, Scope
from referrals.access_requests.persons import OF_SELF, Standing, files_of
from referrals.models import BreakGlass, Referral
from referrals.vocabulary.access_requests import AGENT, CLASS_WORDS, SERVICE
from referrals.vocabulary.states import GlassState

__all__ = ["NotInTree", "mask", "proven", "readers"]

#: By what a right to open opens by itself: told of nobody (class K), and of no holder or child in words.
_UNTOLD: Final = frozenset("KLM")
#: Told to the person concerned alone: a holder learns by no line that justice was asked.
_OF_JUSTICE: Final = frozenset("I")


def readers(
    scope: Scope,
    *,
    actor: Actor,  # noqa: ARG001 - whoever asks was let in by AR4; the collector's entry bears the name
    at: datetime,
    named: Collection[UUID] = frozenset(),
    masked: Collection[UUID] = frozenset(),
) -> Readers:
    """Return the list of readers of the cases in scope, the oldest first, with what proves that it is whole.

    ``named``: entries whose reader two persons decided to name (AR9); ``masked``: those whose reader is at risk, and
    told as « un agent » without service. The proofs get their paths later, by ``proven``. Who filed is told only who
    opened the own identity, without proofs, for these would count the readers of the child; a third party and an agent
    get no list, for it would tell of a file (§7.5).

    Whoever isn't the person concerned learns no service that takes a child in, and no other authority, as in
    ``recipients``: their readers are told as « un agent », and the proofs keep back who they are. Where another
    authority read there are no proofs at all: a statement of its own would bear its name in the journal.

    Within a transaction.

    Raises:
        JournalBehind: the journal gives places so late that the list would leave out what was read an hour ago.
        JournalUnavailable: the statement can't be written.
        UnknownSubject: a case has no name in the journal any more.
    """
    standing = Standing.of(scope)
    if standing in (Standing.THIRD_PARTY, Standing.STAFF) or (
        standing in (Standing.CHILD, Standing.HOLDER) and not scope.children
    ):
        return Readers(lines=())
    with beyond():
        files, _children, _holders = files_of(scope)
        if not files:
            return Readers(lines=())
        subjects = journal.subjects([row.pk for row in files])
        authority = files[0].authority
        zone = authority.timezone if authority else "Europe/Paris"
        consulted = consultations.consultations(subjects.values(), zone=zone, at=at)
        words = _Words.of(
            files, subjects, consulted.consultations, named, to_subject=scope.requester in OF_SELF
        )
        shown = [one for one in consulted.consultations if _is_requested(one, scope, standing)]
        shown.sort(key=lambda one: str(one.said["ts"]))
        apart = words.apart(consulted.consultations)
        lines = tuple(
            words.line(one, named=one.entry in named, masked=one.entry in masked, apart=one.entry in apart)
            for one in shown
        )
        if standing is Standing.FILER:
            return Readers(lines=lines)
        listed = consultations.state(consulted, tenant=files[0].authority_id, at=at)
        if any(one.entry in apart and words.is_elsewhere(one) for one in consulted.consultations):
            return Readers(lines=lines)
        untold = apart | set(masked)
        hidden = {one.place for one in consulted.placed if one.entry in untold and one.place is not None}
        period = {
            name: day.isoformat()
            for name, day in (("since", scope.since), ("until", scope.until))
            if day is not None
        }
        return Readers(lines=lines, proofs=period | consultations.masked(listed, hidden))


def mask(held: Mapping[str, Any], entries: Collection[UUID]) -> dict[str, Any]:
    """Return a list that was collected, as JSON, with the readers of some lines told as « un agent » (§7.5).

    Neither their function, service and name nor what the proofs tell of them is in it any more; the lines, and their
    number, stay provable.
    """
    hidden = {str(one) for one in entries}
    nobody = {"function": in_language(AGENT, FRENCH), "service": "", "name": ""}
    lines = [line | nobody if line["entry"] in hidden else line for line in held["lines"]]
    places = consultations.places_of(held["proofs"], entries)
    proofs = consultations.masked(held["proofs"], places) if places else held["proofs"]
    masked = sorted({*held.get("masked", ()), *hidden})
    return {**held, "lines": lines, "proofs": proofs, "masked": masked}


def proven(proofs: Mapping[str, Any]) -> dict[str, object]:
    """Return the proofs of a list as the stand-alone verifier reads them (``verifier.py readers``).

    To be asked when the list is handed out. Of a list without proofs there are none; where nothing was ever signed, as
    on a developer's machine, they stay without paths, and the verifier says so.

    Raises:
        PlaceAwaited: no checkpoint covers the list yet; some seconds later one does.
        NotInTree: the log began anew since, and the list has to be made anew.
    """
    if not proofs or not consultations.is_signed():
        return dict(proofs)
    return consultations.proven(proofs)


def _is_requested(one: Consultation, scope: Scope, standing: Standing) -> bool:
    day = date.fromisoformat(one.line["day"])
    if (scope.since and day < scope.since) or (scope.until and day > scope.until):
        return False
    return standing is not Standing.FILER or "C" in _classes(one.said["fields"])


@cache
def _class_of_label() -> Mapping[str, str]:
    return {
        field.label: field.access_class
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    }


def _classes(fields: Mapping[str, int]) -> set[str]:
    """Return the access classes of the labels that were opened; the shell is read by any reading."""
    classes = _class_of_label()
    return {"A"} | {classes[label] for label in fields if label in classes}


@dataclass(frozen=True, slots=True)
class _Words:
    """What lines are told with: who is who behind pseudonyms, and what became of emergency openings."""

    own: frozenset[UUID | None]
    authorities: Mapping[UUID, str]
    organisations: Mapping[UUID, str]
    glasses: tuple[tuple[UUID, BreakGlass], ...]
    names: Mapping[UUID, str]
    to_subject: bool

    @classmethod
    def of(
        cls,
        files: list[Referral],
        subjects: Mapping[UUID, UUID],
        found: Collection[Consultation],
        named: Collection[UUID],
        *,
        to_subject: bool,
    ) -> "_Words":
        glasses = BreakGlass.objects.filter(referral__in=[row.pk for row in files])
        return cls(
            frozenset(row.authority_id for row in files),
            dict(Authority.objects.values_list("pk", "name")),
            {
                pseudonyms.keyed_id("journal.org", pk): name
                for pk, name in Organisation.objects.values_list("pk", "name")
            },
            tuple((pseudonyms.actor(one.user_id), one) for one in glasses),
            _names(found, named, list(subjects.values())),
            to_subject,
        )

    def is_elsewhere(self, one: Consultation) -> bool:
        """Tell whether it is a reading at an authority that has none of the files."""
        return one.tenant is not None and one.tenant not in self.own

    def apart(self, found: Collection[Consultation]) -> set[UUID]:
        """Return the entries whose reader's body is told to the person concerned alone (``recipients``)."""
        if self.to_subject:
            return set()
        return {
            one.entry
            for one in found
            if one.said["org"] or one.said["role"] == Role.MEASURE_SERVICE or self.is_elsewhere(one)
        }

    def line(self, one: Consultation, *, named: bool, masked: bool, apart: bool) -> ReaderLine:
        """Return a line in French; ``apart``: without the reader's body."""
        text, hours = one.said, one.line["hours"]
        untold = _UNTOLD if self.to_subject else _UNTOLD | _OF_JUSTICE
        classes = sorted(_classes(text["fields"]) - untold)
        return ReaderLine(
            entry=one.entry,
            day=date.fromisoformat(one.line["day"]),
            hours=f"{hours} h – {hours + 4} h",
            function=in_language(AGENT, FRENCH) if masked or apart else _function(text["role"]),
            service="" if masked or apart else self._service(one),
            purpose=wording.purpose(text["why"]) if text["why"] else "",
            classes=tuple(in_language(CLASS_WORDS[letter], FRENCH) for letter in classes),
            own_authority=apart or not self.is_elsewhere(one),
            what=one.line["way"],
            review=self._review(one),
            name=self.names.get(one.entry, "") if named and not masked else "",
        )

    def _service(self, one: Consultation) -> str:
        organisation = self.organisations.get(UUID(one.said["org"])) if one.said["org"] else None
        return organisation or (self.authorities.get(one.tenant, "") if one.tenant else "")

    def _review(self, one: Consultation) -> str:
        """Return what the review of the emergency opening said by which this was read; empty of any other reading."""
        if one.said["why"] != "emergency" or not one.said["actor"]:
            return ""
        at, who = datetime.fromisoformat(one.said["ts"]), UUID(one.said["actor"])
        opened = [
            glass
            for actor, glass in self.glasses
            if actor == who and glass.opened_at <= at <= (glass.ended_at or glass.expires_at)
        ]
        return in_language(GlassState(opened[-1].state).label, FRENCH) if opened else ""


def _function(role: str | None) -> str:
    if role in Role.values:
        return in_language(Role(role).label, FRENCH)
    return in_language(SERVICE if role == SYSTEM_ROLE or not role else AGENT, FRENCH)


def _names(
    found: Collection[Consultation], named: Collection[UUID], cases: Collection[UUID]
) -> dict[UUID, str]:
    """Return the names behind some entries: the way back is reckoned over all accounts, and only where asked for."""
    actors = consultations.actors_of(found, named)
    if not actors:
        return {}
    people = dict(User.objects.values_list("pk", "full_name"))
    accounts = {
        pseudonym: pseudonyms.account(pseudonym, among=people, cases=cases)
        for pseudonym in set(actors.values())
    }
    return {
        entry: people.get(account, "") if (account := accounts[one]) else "" for entry, one in actors.items()
    }
