"""Document to the prosecutor: what is asked and why, the facts with their source (CASF L226-4; domain.md §4.9).

Its thirteen parts stand in the order of §4.9. Each from the third on is there, or says that it isn't known or that
there is nothing to say: none is left out silently. What the case knows is taken from it (``letter_parts.py``).

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
from encryption.sealed import OpenScope
from outbox import training
from referrals.justice import letter_parts
from referrals.justice.letter_parts import NOT_KNOWN, NOTHING, Lines, Opened, Person, Words, ages, day, label
from referrals.vocabulary.decision_answers import Enquiry, Request
from referrals.vocabulary.filing_answers import FactSource, PlaceType
from referrals.vocabulary.people import Attendance, HolderLink, LivingWith, Sex
from referrals.vocabulary.states import Competence, Ground, Whereabouts
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import Child, Fact, Holder, JudicialReferral

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFact:
    source: str
    when: str
    place: str
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that the document says, opened, in the order of its parts."""

    authority: str
    reference: str
    composed_on: date
    author: str
    author_role: str
    reachable: str
    recipient: str
    competence: str
    grounds: list[dict[str, str]]
    argument: str
    children: list[Person]
    minors: list[Person]
    no_minors: str
    feared: str
    holders: list[Person]
    parental_authority: str
    received_on: date | None
    facts: list[ReportedFact]
    danger: str
    words: list[Words]
    earlier: Lines
    earlier_told: str
    earlier_actions: str
    actions_led: str
    opinions: list[Words]
    report_on: date | None
    no_report: str
    tonight: list[str]
    enquiries: list[str]
    asked_for: list[str]
    requests: str


def html(letter: Letter) -> str:
    """Return the document as a page that prints by itself: no asset from elsewhere, every value escaped."""
    page: str = (
        _template().render(Context({"letter": letter})) + ""
    )  # plain text again: Django's own kind isn't sealed
    return training.page(page)


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
    opened = Opened(scope)
    concerned = _concerned(case, judicial)
    minors = letter_parts.other_minors(case, concerned)
    return Letter(
        authority=referral.authority.name,
        reference=referral.reference,
        composed_on=case.today,
        author=author.full_name,
        author_role=in_language(Role(case.actor.role).label, FRENCH),
        reachable=opened(judicial, "reachable") or NOT_KNOWN,
        recipient=opened(judicial, "recipient") or "Parquet des mineurs",
        competence=str(Competence(judicial.competence).label) if judicial.competence else NOT_KNOWN,
        grounds=[{"label": str(Ground(g).label), "law": LAW[Ground(g)]} for g in sorted(judicial.grounds)],
        argument=opened(judicial, "document"),
        children=[_child(row, opened) for row in concerned],
        minors=[letter_parts.minor(row, opened) for row in minors],
        no_minors=letter_parts.no_minors(concern),
        feared=opened(judicial, "feared") or (NOT_KNOWN if minors else NOTHING),
        holders=[_holder(row, opened, case, judicial) for row in case.holders],
        parental_authority=opened(concern, "parental_authority") or NOT_KNOWN,
        received_on=_local_day(case, referral.received_at),
        facts=[_fact(row, opened) for row in referral.facts.all()],
        danger=opened(concern, "danger_what"),
        words=letter_parts.words(case, concerned, opened),
        earlier=letter_parts.earlier(case, judicial, concerned),
        earlier_told=letter_parts.earlier_reports(concern, opened),
        earlier_actions=opened(concern, "prior_actions"),
        actions_led=opened(judicial, "actions_led"),
        opinions=letter_parts.opinions(case, concerned, opened),
        report_on=_report_day(case),
        no_report=opened(judicial, "no_report") or NOT_KNOWN,
        tonight=letter_parts.tonight(case, judicial, concerned, opened),
        enquiries=[str(Enquiry(code).label) for code in Enquiry.values if code in judicial.enquiries],
        asked_for=[str(Request(code).label) for code in Request.values if code in judicial.asked_for],
        requests=opened(judicial, "requests"),
    )


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


def _child(row: "Child", opened: Opened) -> Person:
    names = " ".join(filter(None, (opened(row, "first_names"), opened(row, "last_name"))))
    lines = [
        ("Nom d'usage", opened(row, "usual_name")),
        ("Né le", day(opened(row, "birth_date"))),
        ("Âge estimé", "" if row.birth_date is not None else ages(row, opened)),
        ("Sexe", label(Sex, row.sex)),
        ("Adresse", opened(row, "address")),
        ("Vit avec", label(LivingWith, opened(row, "living_with"))),
        *_whereabouts(row, opened),
    ]
    school = [
        ("Établissement scolaire", opened(row, "school_name") or NOT_KNOWN),
        ("Niveau", opened(row, "school_level") or NOT_KNOWN),
        ("Assiduité", label(Attendance, opened(row, "attendance")).lower() or NOT_KNOWN),
    ]
    # A child out of school has neither.
    if opened(row, "attendance") == Attendance.NOT_ENROLLED:
        school = [("Établissement scolaire", NOTHING), school[2]]
    filled_lines = [line for line in lines if line[1]]
    return Person(name=names or "Identité non connue", lines=[*filled_lines, *school])


def _whereabouts(row: Model, opened: Opened) -> Lines:
    """Return where the child is; where it is sheltered, that alone: the place is class K (domain.md §4.1)."""
    code = opened(row, "whereabouts")
    lines = [("Situation", label(Whereabouts, code))]
    if code != Whereabouts.SHELTERED:
        lines.append(("Lieu", opened(row, "whereabouts_detail")))
    return lines


def _holder(row: "Holder", opened: Opened, case: Case, judicial: "JudicialReferral") -> Person:
    lines = [
        ("Lien", label(HolderLink, opened(row, "link")) or NOT_KNOWN),
        ("Téléphone", opened(row, "phone") or NOT_KNOWN),
        ("Adresse", opened(row, "address") or NOT_KNOWN),
        *letter_parts.holder_informed(row, opened, case, judicial),
    ]
    return Person(name=opened(row, "name") or "Nom non connu", lines=lines)


def _fact(row: "Fact", opened: Opened) -> ReportedFact:
    place = ", ".join(filter(None, (label(PlaceType, row.place_type), opened(row, "place_text"))))
    return ReportedFact(
        source=SOURCES[row.source],
        when=day(opened(row, "on")) or opened(row, "period") or "date non connue",
        place=place or "lieu non connu",
        text=opened(row, "text"),
        quoted=row.source == FactSource.HEARD_FROM_CHILD,
    )
