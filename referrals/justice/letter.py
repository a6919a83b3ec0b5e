"""Document to the prosecutor: the facts of the case, each with its date, place and source (L226-4; domain.md §4).

The filer isn't in it: the filer's identity and profession are class C, and the court's file is open to the parties (CPC
1187), the parents among them. Nor is the place where a child is sheltered (class K), nor health, third parties or
digital traces as such (E, F, G): the author names them in the argument where needed. The wording follows domain.md
§3.6; a child's own words are in quotation marks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models import Model
from django.template import Context, Engine, Template

from accounts.models import User
from accounts.roles import Role
from core.languages import FRENCH, in_language
from encryption.sealed import OpenScope, Sealed
from referrals.vocabulary.child_answers import LivingWith, Sex
from referrals.vocabulary.fact_answers import FactSource, PlaceType
from referrals.vocabulary.holder_answers import HolderLink
from referrals.vocabulary.states import Competence, Ground, Whereabouts
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import Child, Fact, JudicialReferral

NOT_KNOWN: Final = "non connu"
#: The article of each ground (domain.md §2.4).
LAW: Final[Mapping[Ground, str]] = {
    Ground.EARLIER_ACTIONS: "L226-4 I, 1°",
    Ground.REFUSAL: "L226-4 I, 2°",
    Ground.NO_COLLABORATION: "L226-4 I, 2°",
    Ground.NOT_ASSESSABLE: "L226-4 I, évaluation impossible",
    Ground.GRAVE_DANGER: "L226-4 I, danger grave et immédiat",
    Ground.PROSTITUTION: "loi n° 2002-305 du 4 mars 2002, art. 13",
}
#: How a source is told: observed, reported or written (domain.md §3.6).
SOURCES: Final[Mapping[str, str]] = {
    FactSource.SEEN: "Constaté par la personne qui transmet",
    FactSource.HEARD_FROM_CHILD: "Paroles de l'enfant, recueillies",
    FactSource.REPORTED: "Rapporté par un tiers",
    FactSource.DOCUMENT: "Document",
    "": "Source non précisée",
}

type Lines = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A child or a holder: a heading, and lines under it."""

    name: str
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFact:
    """One fact with its source."""

    source: str
    when: str
    place: str
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that the document says, opened."""

    authority: str
    reference: str
    composed_on: date
    author: str
    author_role: str
    recipient: str
    competence: str
    grounds: list[dict[str, str]]
    children: list[Person]
    holders: list[Person]
    received_on: date | None
    facts: list[ToldFact]
    child_words: str
    danger: str
    earlier_actions: str
    actions_led: str
    report_on: date | None
    argument: str
    requests: str


def html(letter: Letter) -> str:
    """Return the document as a page that prints by itself: no asset from elsewhere, every value escaped."""
    page: str = (
        _template().render(Context({"letter": letter})) + ""
    )  # plain text again: Django's own kind isn't sealed
    return page


@cache
def _template() -> Template:
    return Engine(autoescape=True).from_string(Path(__file__).with_suffix(".html").read_text("utf-8"))


def gather(case: Case, judicial: "JudicialReferral", scope: OpenScope) -> Letter:
    """Return what the document to the prosecutor says of a referral to justice, opened within a disclosure.

    Raises:
        Unreadable: a value can't be opened; a document with holes isn't sent.
    """
    referral, concern = case.referral, case.referral.concern
    author = User.objects.get(pk=case.actor.user_id or UUID(int=0))
    opened = _Opened(scope)
    return Letter(
        authority=referral.authority.name,
        reference=referral.reference,
        composed_on=case.today,
        author=author.full_name,
        author_role=in_language(Role(case.actor.role).label, FRENCH),
        recipient=opened(judicial, "recipient") or "Parquet des mineurs",
        competence=str(Competence(judicial.competence or Competence.RESIDENCE).label),
        grounds=[{"label": str(Ground(g).label), "law": LAW[Ground(g)]} for g in sorted(judicial.grounds)],
        children=[_child(row, opened) for row in _concerned(case, judicial)],
        holders=[_holder(row, opened) for row in case.holders],
        received_on=_local_day(case, referral.received_at),
        facts=[_fact(row, opened) for row in referral.facts.all()],
        child_words=opened(concern, "child_words"),
        danger=opened(concern, "danger_what"),
        earlier_actions=opened(concern, "prior_actions"),
        actions_led=opened(judicial, "actions_led"),
        report_on=_report_day(case),
        argument=opened(judicial, "document"),
        requests=opened(judicial, "requests"),
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """Open a field of a row as text; nothing where there is nothing."""

    scope: OpenScope

    def __call__(self, row: Model, name: str) -> str:
        value = getattr(row, name)
        if isinstance(value, Sealed):
            value = value.open(self.scope)
        if value in (None, ""):
            return ""
        return value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value)


def _concerned(case: Case, judicial: "JudicialReferral") -> list[Any]:
    wanted = set(judicial.children.values_list("pk", flat=True))
    return [child for child in case.children if child.pk in wanted]


def _local_day(case: Case, instant: datetime | None) -> date | None:
    return instant.astimezone(case.zone).date() if instant is not None else None


def _report_day(case: Case) -> date | None:
    report = case.delivered_report
    if report is None:
        return None
    delivered = case.referral.steps.filter(step="deliver", part=report.pk).order_by("order").last()
    return _local_day(case, delivered.at) if delivered is not None else None


def _child(row: "Child", opened: _Opened) -> Person:
    names = " ".join(filter(None, (opened(row, "first_names"), opened(row, "last_name"))))
    lines = [
        ("Nom d'usage", opened(row, "usual_name")),
        ("Né le", _day(opened(row, "birth_date"))),
        ("Âge estimé", "" if row.birth_date is not None else _ages(row, opened)),
        ("Sexe", _label(Sex, row.sex)),
        ("Adresse", opened(row, "address")),
        ("Vit avec", _label(LivingWith, opened(row, "living_with"))),
        ("Établissement scolaire", opened(row, "school_name")),
        *_whereabouts(row, opened),
    ]
    return Person(name=names or "Identité non connue", lines=[line for line in lines if line[1]])


def _whereabouts(row: Model, opened: _Opened) -> Lines:
    """Return where the child is; where it is sheltered, that alone: the place is class K (domain.md §4.1)."""
    code = opened(row, "whereabouts")
    lines = [("Situation", _label(Whereabouts, code))]
    if code != Whereabouts.SHELTERED:
        lines.append(("Lieu", opened(row, "whereabouts_detail")))
    return lines


def _ages(row: Model, opened: _Opened) -> str:
    ages = [age for age in (opened(row, "age_estimated_min"), opened(row, "age_estimated_max")) if age]
    return f"{' à '.join(ages)} ans" if ages else NOT_KNOWN


def _holder(row: Model, opened: _Opened) -> Person:
    lines = [
        ("Lien", _label(HolderLink, opened(row, "link"))),
        ("Téléphone", opened(row, "phone")),
        ("Adresse", opened(row, "address")),
    ]
    return Person(name=opened(row, "name") or "Nom non connu", lines=[line for line in lines if line[1]])


def _fact(row: "Fact", opened: _Opened) -> ToldFact:
    place = ", ".join(filter(None, (_label(PlaceType, row.place_type), opened(row, "place_text"))))
    return ToldFact(
        source=SOURCES[row.source],
        when=_day(opened(row, "on")) or opened(row, "period") or "date non connue",
        place=place or "lieu non connu",
        text=opened(row, "text"),
        quoted=row.source == FactSource.HEARD_FROM_CHILD,
    )


def _day(text: str) -> str:
    """Return a day as French writes it; a sealed day opens as ISO text or as a date."""
    try:
        return date.fromisoformat(text).strftime("%d/%m/%Y")
    except ValueError:
        return text


def _label(codes: Any, value: str) -> str:
    return str(codes(value).label) if value in codes.values else value
