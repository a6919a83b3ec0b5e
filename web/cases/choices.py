"""Choices of a step's reference fields: children, people, services, measures, by name.

The declaration takes an id; a page offers those that the case has. The act itself refuses an id that isn't offered, so
nothing here is a rule.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext

from accounts.actor import Actor
from accounts.models import Authority, Membership, Organisation, Unit
from accounts.roles import Role
from core.languages import for_reader
from directory.codes import ResourceKind
from directory.models import Service, Structure
from referrals.access import case_ties, child_sight, matrix, transfer_targets, visibility
from referrals.access import people as access_people
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.attachments import rights
from referrals.corrections import actions as corrections
from referrals.duplicates import queries as duplicates_queries
from referrals.execution import preconditions
from referrals.models import Assignment, MeasureType, Referral
from referrals.reading import names as reading_names
from referrals.reading.names import Names
from referrals.vocabulary import formats
from referrals.vocabulary.attachments import Kind
from referrals.vocabulary.between_authorities import Side
from referrals.vocabulary.states import JudicialState, MeasureState, RequestState
from referrals.workflow.step import Step
from web.cases import words
from web.cases.base import zone_of
from web.cases.display import items_of_the_form

type Pairs = list[tuple[str, str]]

#: As many structures are offered at most where none was picked before.
NEAR: Final = 300
CHILDREN: Final = ("child", "children", "clear_danger")
HOLDERS: Final = ("holder",)
ON_CASES: Final = tuple(role for role in matrix.ORDINARY if role is not Role.DPO)
#: The role in which a member names somebody; of others anybody who works on cases may be named.
ROLE_OF: Final[Mapping[str, Role]] = {
    "lead": Role.ASSESSMENT_LEAD,
    "referent": Role.CASE_REFERENT,
    "decider": Role.ASE_INSPECTOR,
    "TeamMember.user": Role.ASSESSOR,
    "name_decider.user": Role.ASE_INSPECTOR,
    "name_referent.user": Role.CASE_REFERENT,
}
#: Inputs whose service a judge names, or that takes a child in at once: any institution (``service_exists``).
NAMED_BY_OTHERS: Final = ("OrderedMeasure", "Shelter72h", "Shelter5d")
#: Inputs that send a referral to justice that was prepared.
SENDING: Final = tuple(
    f"{owner}.judicial_referral"
    for owner in ("SeizeJustice", "SeizeJusticeForAll", "DecideJudicial", "RefusalOfCase")
)
PEOPLE: Final = ("user", "approver", "lead", "referent", "decider", "named", "add", "partner")
PARTS: Final = ("children", "holders", "facts", "third_parties", "digital_traces", "signs")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _told_apart(row: Service | Structure) -> str:
    """Return a service with its structure, or a structure with its kind: several bear one name."""
    apart = row.structure.name if isinstance(row, Service) else ResourceKind(row.kind).label
    return f"{row.name} – {apart}"


def role_words(role: str) -> str:
    """Return a role in the reader's language."""
    return str(Role(role).label)


def numbered(children: Mapping[str, str]) -> Pairs:
    """Return children by name, and those without one by number."""
    return [
        (pk, name or gettext("Enfant %(n)s") % {"n": n})
        for n, (pk, name) in enumerate(children.items(), start=1)
    ]


@dataclass
class Choices:
    """The choices of one step on one case, each asked for once."""

    step: Step
    referral: Referral
    ties: CaseAccess
    actor: Actor
    at: datetime
    names: Names
    #: Of which children the reader sees what, where it is known already.
    known: Sight | None = None
    #: The service or structure of the directory that was chosen on the page before, by the member that names it.
    picked: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str, owner: str) -> Pairs | None:
        """Return pairs of id and words for a member; None where it is no choice among rows of the case."""
        if name in CHILDREN and (owner, name) != ("Attaching", "children"):
            return self.children
        if name in HOLDERS:
            return self.holders
        if (self.step.name, name) == ("lift_exclusion", "user"):
            return self.excluded()
        if (name in PEOPLE and (owner, name) != ("OrderedMeasure", "decider")) or name in ("leave", "leaver"):
            return self.on_the_case if name in ("leave", "leaver") else self.people(name, owner)
        makers: Mapping[str, Callable[[], Pairs]] = {
            "TeamWriting.opinions": lambda: self.holders,
            "TeamWriting.considered": self.inquiries,
            "unit": self.units,
            "service": lambda: self.services(executing=owner not in NAMED_BY_OTHERS),
            "measure": lambda: self.in_sight(self.measures()),
            **dict.fromkeys(SENDING, lambda: self.in_sight(self.justice(JudicialState.PREPARED))),
            "judicial_referral": lambda: self.in_sight(self.justice()),
            "request": lambda: self.in_sight(self.requests()),
            "attachments": self.sent_beforehand,
            "file": self.files,
            "authorities": self.authorities,
            "resource": lambda: self.resources("resource"),
            "structure": lambda: self.resources("structure"),
            "exclusion": self.exclusions,
            "OrderedMeasure.type": lambda: self.types(judicial=True),
            "MeasureOffer.type": lambda: self.types(judicial=False),
            "Offer.type": lambda: self.types(judicial=False),
            "Requesting.target": self.authorities,
            "Attaching.target": self.other_files,
            "ChildMatch.same_as": lambda: self.of_other_files(children=True),
            "HolderMatch.same_as": lambda: self.of_other_files(children=False),
            "Correction.row": lambda: self.own([*self.children, *self.holders]),
            "wrong_person": lambda: self.own(self.children),
            "Correction.field": self.items,
        }
        make = makers.get(f"{owner}.{name}") or makers.get(name)
        return make() if make is not None else None

    @cached_property
    def children(self) -> Pairs:
        """Return the children, by name where the reader may have it."""
        return numbered(self.names.children)

    def in_sight(self, pairs: Pairs) -> Pairs:
        """Return what the step may name for its reader: the act itself hears of nothing else."""
        ids = [UUID(pk) for pk, _ in pairs]
        unheard = preconditions.out_of_sight(self.step, ids, self.referral, self.sight) if ids else set()
        return [pair for pair in pairs if UUID(pair[0]) not in unheard]

    @cached_property
    def sight(self) -> Sight:
        """Return of which children the reader sees what."""
        return self.known or child_sight.sight_of(self.referral, self.ties, self.actor)

    @cached_property
    def holders(self) -> Pairs:
        """Return the holders of parental authority."""
        return [
            (pk, name or gettext("Titulaire %(n)s") % {"n": n})
            for n, (pk, name) in enumerate(self.names.holders.items(), start=1)
        ]

    def people(self, name: str, owner: str) -> Pairs:
        """Return who may be named, with the role in which they would be."""
        role = ROLE_OF.get(f"{self.step.name}.{name}") or ROLE_OF.get(f"{owner}.{name}") or ROLE_OF.get(name)
        if name == "approver":
            roles = {
                *self.step.second_signers,
                *(signer for _, allowed in self.step.signers_for for signer in allowed),
            }
        else:
            roles = {role} if role else set(ON_CASES)
        own = str(self.actor.user_id) if name == "approver" else ""
        return [pair for pair in self._people(frozenset(roles)) if pair[0] != own]

    def _people(self, roles: frozenset[Role]) -> Pairs:
        """The names of colleagues are for readers of the facts; who answers for people knows their names anyway."""
        if "D" in self.ties.reads and not self.ties.draft:
            people: Iterable[tuple[str, str, str]] = reading_names.people(self.referral, roles, at=self.at)
        else:
            rows = access_people.people_of(self.actor, at=self.at).filter(
                authority=self.authority, role__in=roles
            )
            people = [
                (str(one.user_id), one.user.full_name, str(one.role))
                for one in rows.select_related("user").order_by("user__full_name", "id")
            ]
        pairs: dict[str, str] = {}
        for pk, name, role in people:
            pairs[pk] = f"{pairs[pk]}, {role_words(role)}" if pk in pairs else f"{name} – {role_words(role)}"
        return list(pairs.items())

    @cached_property
    def on_the_case(self) -> Pairs:
        """Return who is on the case now."""
        rows = Assignment.objects.filter(referral=self.referral, until_at=None).select_related("user")
        return list(
            {str(row.user_id): f"{row.user.full_name} – {role_words(row.role)}" for row in rows}.items()
        )

    def excluded(self) -> Pairs:
        """Return who is excluded from the case now, to whoever may end an exclusion."""
        rows = self.referral.exclusions.filter(lifted_at=None).select_related("user")
        return list({str(row.user_id): row.user.full_name for row in rows}.items())

    @cached_property
    def authority(self) -> Authority | None:
        """Return whose units and people may be named: the case's authority, or the one asked to take it over."""
        authority: Authority | None = self.referral.authority
        if self.ties.receiving:
            authority = transfer_targets.transfer_for(self.referral.pk, actor=self.actor, at=self.at)[
                1
            ].target
        return authority

    def units(self) -> Pairs:
        """Return the units of the authority."""
        rows = Unit.objects.filter(authority=self.authority).order_by("name", "pk")
        return [(str(row.pk), row.name) for row in rows]

    def services(self, *, executing: bool) -> Pairs:
        """Return the institutions of the case's authority; ``executing``: those with an agent habilitated to do so.

        All of them where none has one: the refusal says what is missing.
        """
        rows = Organisation.objects.filter(authority=self.referral.authority).order_by("name", "pk")
        if executing:
            agents = Membership.objects.in_force(self.at).filter(role=Role.MEASURE_SERVICE)
            rows = rows.filter(pk__in=agents.values("organisation")) or rows
        return [(str(row.pk), row.name) for row in rows]

    def authorities(self) -> Pairs:
        """Return the other authorities."""
        own = self.referral.authority_id
        rows = Authority.objects.order_by("name", "pk")
        return [(str(row.pk), row.name) for row in rows if row.pk != own]

    def measures(self) -> Pairs:
        """Return the measures of the case, by type, state and child."""
        if "J" not in self.ties.reads:
            return []
        children = dict(self.children)
        return [
            (
                str(row.pk),
                " – ".join(
                    filter(
                        None,
                        (
                            for_reader(row.type.labels_by_language),
                            children.get(str(row.child_id), ""),
                            str(MeasureState(row.state).label),
                        ),
                    )
                ),
            )
            for row in self.referral.measures.select_related("type")
        ]

    def justice(self, *states: JudicialState) -> Pairs:
        """Return the referrals to justice, by date and state; those in one of some states alone where any is named."""
        if "I" not in self.ties.reads:
            return []
        return [
            (
                str(row.pk),
                f"{row.prepared_at:%d/%m/%Y} – {JudicialState(row.state).label}",
            )
            for row in self.referral.judicial_referrals.all()
            if not states or row.state in states
        ]

    def requests(self) -> Pairs:
        """Return the questions that are open, by date."""
        rows = self.referral.information_requests.filter(state=RequestState.OPEN)
        return [
            (str(row.pk), gettext("Question du %(day)s") % {"day": f"{row.asked_at:%d/%m/%Y}"})
            for row in rows
        ]

    def inquiries(self) -> Pairs:
        """Return the inquiries that another authority answered about a child it knows, by authority and day."""
        rows = self.referral.inquiries.filter(side=Side.ASKER, known=True).select_related("other")
        return [
            (
                str(row.pk),
                gettext("%(name)s, question du %(day)s")
                % {"name": row.other.name, "day": f"{row.asked_at:%d/%m/%Y}"},
            )
            for row in rows
            if row.child_id is None or self.sight.reads("D", row.child_id)
        ]

    def sent_beforehand(self) -> Pairs:
        """Return the reader's own files that wait for what they come with, by kind and time."""
        rows = self.referral.attachments.filter(by=self.actor.user_id, waiting_since__isnull=False)
        return [(str(row.pk), f"{Kind(row.kind).label}, {row.at:%d/%m/%Y}") for row in rows]

    def files(self) -> Pairs:
        """Return the files that may be set aside, or those that were and wait, by kind and day: no name is opened."""
        rows = rights.at_hand(self.referral, self.ties, actor=self.actor, at=self.at)
        shown_rows = [row for row in rows if row.object is not None and row.condemned_at is None]
        zone = zone_of(self.referral)
        return [
            (
                str(row.pk),
                f"{Kind(row.kind).label}, {row.at.astimezone(zone):%d/%m/%Y %H:%M}",
            )
            for row in shown_rows
            if (row.barred_at is None) == (self.step.name == "bar_file")
        ]

    def types(self, *, judicial: bool) -> Pairs:
        """Return the catalogue of measures."""
        rows = MeasureType.objects.filter(judicial=judicial).order_by("code")
        return [(row.code, for_reader(row.labels_by_language)) for row in rows]

    @cached_property
    def pairs(self) -> list[Any]:
        """Return the files that may be about the same child and that the reader sees, once each."""
        rows = duplicates_queries.pairs_seen(self.referral, actor=self.actor, at=self.at)
        others: list[Any] = [
            row.other if row.referral_id == self.referral.pk else row.referral for row in rows
        ]
        return list({other.pk: other for other in others}.values())

    def other_files(self) -> Pairs:
        """Return those files by reference."""
        return [(str(other.pk), other.reference) for other in self.pairs]

    def of_other_files(self, *, children: bool) -> Pairs:
        """Return the children or holders of those files by number, as the page that compares them has them.

        Nobody's name is opened for it.
        """
        word, pairs = gettext("Enfant %(n)s") if children else gettext("Titulaire %(n)s"), []
        seen = visibility.visible_to(self.actor, at=self.at).filter(pk__in=[other.pk for other in self.pairs])
        for other in seen.order_by("reference"):
            names = reading_names.names(other, case_ties.ties_of(other, self.actor), None, actor=self.actor)
            for n, pk in enumerate(names.children if children else names.holders, start=1):
                pairs.append((pk, f"{other.reference} – {word % {'n': n}}"))
        return pairs

    def own(self, pairs: Pairs) -> Pairs:
        """Return the children and holders whom the reader may correct."""
        own = corrections.correctable(self.referral, self.actor, [UUID(pk) for pk, _ in pairs])
        return [pair for pair in pairs if UUID(pair[0]) in own]

    def items(self) -> Pairs:
        """Return the items of the form by their words."""
        return sorted(((name, str(words.of(name))) for name in items_of_the_form()), key=lambda pair: pair[1])

    def resources(self, name: str) -> Pairs:
        """Return the one service, or structure, of the directory that the reader has picked from a list before.

        Without one, those of the case's département.
        """
        model: Any = Service if name == "resource" else Structure
        picked = self.picked.get(name, "")
        if picked:
            rows = model.objects.filter(pk=picked) if _is_id(picked) else model.objects.none()
        else:
            here = "places__department" if name == "structure" else "structure__places__department"
            near = model.objects.filter(**{here: self.referral.department}, merged_into=None)
            rows = near.distinct().order_by("name", "id")[:NEAR]
        if model is Service:
            rows = rows.select_related("structure")
        return [(str(row.pk), _told_apart(row)) for row in rows]

    def exclusions(self) -> Pairs:
        """Return the places that the case must not meet, to readers of F."""
        if "F" not in self.ties.without_service.reads:
            return []
        rows = self.referral.excluded_resources.filter(lifted_at=None).select_related(
            "structure", "resource__structure"
        )
        return [(str(row.pk), _told_apart(row.structure or row.resource)) for row in rows]

    def by_reference(self, value: Mapping[str, Any]) -> Any:
        """Return the id of the file of a reference that the actor sees; what means none is left as it was said."""
        meant = formats.read_reference(str(value or ""))
        rows = visibility.visible_to(self.actor, at=self.at, drafts=False).filter(reference=meant)
        referral = rows.only(*Referral.counted()).first() if meant else None
        return str(referral.pk) if referral is not None else value
