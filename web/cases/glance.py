"""What stands on top of a case: who, where, what danger, what is due, who is in charge, what is new to the reader."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.roles import Role
from core.languages import Text
from referrals.access.relations import CaseAccess
from referrals.duplicates import queries as duplicates_queries
from referrals.models import Referral
from referrals.visits.queries import Contents, News
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.formats import moment
from referrals.vocabulary.role_sets import IN_CELL
from referrals.vocabulary.states import OPENED, Exploitation, State, YesNo
from web.cases import display
from web.cases.choices import role_words
from web.numbers import Phone, phone_of

#: Who is in charge of a case in each state: the first role in which somebody is named; in others, the cell or who took
#: the case there.
IN_CHARGE: Final[Mapping[str, tuple[Role, ...]]] = {
    State.IN_ASSESSMENT: (Role.ASSESSOR, Role.ASSESSMENT_LEAD),
    State.REPORT_SUBMITTED: (Role.ASE_INSPECTOR,),
    State.ADMIN_OFFER: (Role.ASE_INSPECTOR,),
    State.JUDICIAL_PENDING: (Role.ASE_INSPECTOR,),
    State.PROTECTED_ADMIN: (Role.CASE_REFERENT, Role.ASE_INSPECTOR),
    State.PROTECTED_JUDICIAL: (Role.CASE_REFERENT, Role.ASE_INSPECTOR),
}
CELL: Final[Text] = _("La cellule (CRIP)")


@dataclass(frozen=True, slots=True)
class Glance:
    """The summary on top of a case; what isn't known, or isn't for the reader, is empty.

    ``owner``: who is in charge; ``cell``: who looks after the case for the cell, where that is somebody else.
    ``news``: address and words of each kind; ``since``: when the last visit ended, empty in the first. ``phone``: of
    who filed, with ``reached``, how they can be reached without risk; ``unreachable``: they said that nobody can call.
    """

    children: Sequence[Mapping[str, Any]]
    age: str
    danger: str
    in_danger: bool
    exploitation: str
    due: Mapping[str, Any] | None
    owner: str
    cell: str
    news: Sequence[tuple[str, str]]
    since: str
    phone: Phone | None
    reached: str
    unreachable: bool


def glance_of(
    referral: Referral,
    body: Mapping[str, Any],
    contents: Contents,
    *,
    children: Sequence[Mapping[str, Any]],
    clocks: Sequence[Mapping[str, Any]],
    zone: ZoneInfo,
) -> Glance:
    """Return the summary of a case out of what was read of it."""
    concern = body.get("concern", {})
    reached = concern.get("feedback_contact")
    status, band = body.get("prostitution_status"), body.get("age_band")
    return Glance(
        children=[child for child in children if not child["household"] and not child["mistake"]],
        age=str(AgeBand(band).label) if band and band != AgeBand.UNKNOWN else "",
        danger=_danger(body, children),
        in_danger=bool(body.get("immediate_danger")),
        exploitation=str(Exploitation(status).label) if status and status != Exploitation.NONE else "",
        due=next((clock for clock in clocks if clock["due"]), None),
        owner=_owner(referral, contents),
        cell=_cell(referral, contents),
        news=_news(referral.pk, contents.news),
        since=display.instant(moment(contents.news.since), zone),
        phone=phone_of(concern.get("filer_phone")),
        reached=reached if isinstance(reached, str) else "",
        unreachable="filer_phone" in concern.get("not_known", ()),
    )


def _danger(body: Mapping[str, Any], children: Sequence[Mapping[str, Any]]) -> str:
    """Return in what danger the children are now: as somebody of the case flagged it, else as the filer told."""
    if body.get("immediate_danger"):
        names = ", ".join(child["name"] for child in children if child["danger"])
        return gettext("Immédiat") + (f"{gettext(' : ')}{names}" if names and len(children) > 1 else "")
    if body.get("concern", {}).get("danger_now") == YesNo.YES:
        return gettext("Immédiat, selon le déclarant")
    return gettext("Pas de danger immédiat signalé") if "immediate_danger" in body else ""


def _owner(referral: Referral, contents: Contents) -> str:
    if referral.state not in OPENED:
        return ""
    if referral.state not in IN_CHARGE:
        return _named(IN_CELL, contents) or str(CELL)
    return _named(IN_CHARGE[referral.state], contents)


def _cell(referral: Referral, contents: Contents) -> str:
    """Return who looks after the case for the cell while somebody else is in charge."""
    return _named(IN_CELL, contents) if referral.state in IN_CHARGE else ""


def _named(roles: Sequence[Role], contents: Contents) -> str:
    for role in roles:
        if names := [name for own_role, name in contents.people if own_role == role]:
            return f"{', '.join(dict.fromkeys(names))} – {role_words(role)}"
    return ""


def _news(pk: UUID, news: News) -> list[tuple[str, str]]:
    kinds: tuple[tuple[str, int, Callable[[int], str]], ...] = (
        ("messages", news.messages, lambda n: ngettext("%(n)s message", "%(n)s messages", n)),
        ("pieces", news.attachments, lambda n: ngettext("%(n)s pièce jointe", "%(n)s pièces jointes", n)),
        ("historique", news.steps, lambda n: ngettext("%(n)s étape", "%(n)s étapes", n)),
    )
    return [(f"{reverse('case', args=[pk])}/{page}", words(n) % {"n": n}) for page, n, words in kinds if n]


def similar(referral: Referral, ties: CaseAccess, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return what ``web/duplicates/unseen.html`` tells: how many matches wait and where, or that the search runs."""
    pairs = duplicates_queries.unseen_pairs({referral.pk: ties}, actor, at=at).get(referral.pk, [])
    one = len(pairs) == 1
    return {
        "unseen": len(pairs),
        "at": reverse("case-pair", args=[referral.pk, pairs[0]])
        if one
        else reverse("case-part", args=[referral.pk, "rapprochements"]),
        "searching": duplicates_queries.searching(referral, ties),
    }
