"""Base classes of the journal's pages: authority, navigation, filters, and display of entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import acts
from accounts.models import Authority
from audit import inspection
from audit.inputs import Act
from audit.models import ReadEntry
from audit.outputs import EntryOut
from core.inputs import Code, Day, Id, Whole
from core.query import InvalidQuery, PagedQuery, Query
from referrals.vocabulary.states import State
from web import forms
from web.cases import display
from web.cases import words as case_words
from web.cases.base import BlanksLeftOut
from web.cases.choices import role_words
from web.forms import Ask, Pairs
from web.journal import rules, words
from web.page import Page

#: As many subjects of an entry are shown; the export has all.
SUBJECTS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the journal: its words and the name of its address."""

    label: Any
    name: str


TABS: Final = (
    Tab(_("À traiter"), "journal"),
    Tab(_("Anomalies"), "anomalies-page"),
    Tab(_("Réclamations"), "journal-lookups"),
    Tab(_("Questions"), "journal-questions"),
    Tab(_("Entrées"), "journal-entries"),
    Tab(_("En images"), "journal-pictures"),
    Tab(_("Preuves"), "journal-proofs"),
)


class Anything(Query):
    """The parameters of a form of filters: each page reads them itself, and shows its form again where one is wrong."""

    @classmethod
    def of(cls, params: object) -> dict[str, Any]:  # noqa: ARG003 - as of every query
        """Return nothing."""
        return {}


#: As many entries has a page, unless its address asks for another number: more of them weigh too much.
PAGE_SIZE: Final = 40


class FilterQuery(BlanksLeftOut, PagedQuery):
    """What narrows a list of entries; days are whole days, the last included."""

    limit = Whole(
        in_query=True, required=False, min_value=1, max_value=settings.PAGE_SIZE_MAX, default=PAGE_SIZE
    )
    actor = Id(required=False)
    subject = Id(required=False)
    since = Day(required=False)
    until = Day(required=False)


class EntriesQuery(FilterQuery):
    """The filters of all entries."""

    family = Code(choices=[(one, one) for one in words.FAMILIES], required=False)
    act = Act(required=False)
    purpose = Code(choices=[(one, one) for one in words.PURPOSES], required=False)
    outcome = Code(choices=[(one, one) for one in words.OUTCOMES], required=False)


_OF_FILTER: Final = {"maxlength": "36", "spellcheck": "false"}
_NAMED: Final = {"maxlength": "254", "spellcheck": "false", "autocomplete": "off"}
#: The filters as their form asks for them.
ASKS: Final[Mapping[str, Ask]] = {
    ask.name: ask
    for ask in (
        Ask("actor", _("Personne (adresse ou pseudonyme)"), attributes=_NAMED),
        Ask("subject", _("Dossier (référence ou pseudonyme)"), attributes=_NAMED),
        Ask("since", _("Du"), kind="date", attributes=_OF_FILTER),
        Ask("until", _("Au"), kind="date", attributes=_OF_FILTER),
        Ask("family", _("Domaine"), kind="select", nothing=_("Tous")),
        Ask("act", _("Acte"), kind="select", nothing=_("Tous")),
        Ask("purpose", _("Finalité"), kind="select", nothing=_("Toutes")),
        Ask("outcome", _("Issue"), kind="select", nothing=_("Tous")),
    )
}
FAULTS: Final[Mapping[str, Any]] = {
    "actor": _(
        "Saisissez l'adresse électronique telle que la réclamation la donne, ou un pseudonyme tel que le journal le "
        "montre (32 chiffres et lettres de a à f)."
    ),
    "subject": _(
        "Saisissez la référence telle que la réclamation la donne, ou un pseudonyme tel que le journal le montre "
        "(32 chiffres et lettres de a à f)."
    ),
    "since": _("Choisissez un jour."),
    "until": _("Choisissez un jour."),
    "family": _("Choisissez un domaine de la liste."),
    "act": _("Choisissez un acte de la liste."),
    "purpose": _("Choisissez une finalité de la liste."),
    "outcome": _("Choisissez une issue de la liste."),
}


class JournalPage(Page):
    """A page for whoever reads the journal of an authority; nothing on it is of a case but pseudonyms and states."""

    #: The entry of the menu of the journal that this page stands under.
    tab: ClassVar[str] = "journal"

    def require_person(self) -> None:
        """Ask for somebody who has signed in and reads a journal.

        Raises:
            NotAuditor: the reader holds no office that does.
        """
        super().require_person()
        inspection.authorities_of(self.actor)

    @cached_property
    def authorities(self) -> dict[str, Authority]:
        """Return the authorities whose journal the reader reads, by id."""
        authorities = Authority.objects.filter(pk__in=inspection.authorities_of(self.actor)).order_by("code")
        return {str(one.pk): one for one in authorities}

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the zone in which times are told: that of the first authority."""
        return ZoneInfo(next(iter(self.authorities.values())).timezone)

    def when(self, value: datetime | str | None) -> str:
        """Return an instant in words."""
        return display.instant(value.isoformat() if isinstance(value, datetime) else value, self.zone)

    def around(self) -> dict[str, Any]:
        """Return what stands on every page of the journal: the pages beside it, and whose journal it is."""
        return super().around() | {
            "tabs": TABS,
            "tab": self.tab,
            "whose": ", ".join(one.name for one in self.authorities.values()),
        }

    def filters(
        self, kind: type[Query], params: QueryDict | None = None
    ) -> tuple[dict[str, Any] | None, dict[str, str]]:
        """Return the parameters of the address, or None and what is wrong with those that its form asks for.

        ``params``: those that the form sent instead.

        Raises:
            InvalidQuery: a parameter is wrong that no form of ours sends.
        """
        try:
            return kind.of(self.request.GET if params is None else params), {}
        except InvalidQuery as refused:
            if not set(refused.parameters) <= set(ASKS):
                raise
            return None, {name: str(FAULTS[name]) for name in refused.parameters}

    def narrowed(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """Return filters as the journal takes them.

        Days become instants of the authority's zone, the last one whole, and a family the acts in it.
        """
        narrowed = {
            name: value for name, value in filters.items() if name not in ("since", "until", "family")
        }
        if "family" in filters:
            narrowed["acts"] = words.acts_in(filters["family"])
        if "since" in filters:
            narrowed["since"] = self._begins(filters["since"])
        if "until" in filters:
            narrowed["until"] = self._begins(filters["until"] + timedelta(days=1))
        return narrowed

    def _begins(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone)

    def form(
        self, names: Sequence[str], faults: Mapping[str, str], choices: Mapping[str, Pairs] | None = None
    ) -> dict[str, Any]:
        """Return the form of filters, filled as it was sent, and the summary of what is wrong with it."""
        posted = self.request.method == "POST"
        sent = {name: self.sent.text(name) if posted else self.request.GET.get(name, "") for name in names}
        asks = [ASKS[name] for name in names]
        fields = forms.fields_of(EntriesQuery, asks, sent, faults=faults, choices=choices)
        context: dict[str, Any] = {"filters": fields, "filtered": any(sent.values())}
        if faults:
            problem = {"title": gettext("Critères non valides.")}
            context |= {"problem": problem, "faults": forms.beside(fields)}
        return context

    def entry_lines(self, entries: Sequence[ReadEntry]) -> list[dict[str, Any]]:
        """Return entries as lines of words."""
        return [self._line(EntryOut().to_representation(entry)) for entry in entries]

    def _line(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        subjects = entry["subjects"]
        several = len(self.authorities) > 1
        return {
            "id": entry["id"],
            "at": self.when(entry["at"]),
            "act": words.act(entry["act"]),
            "outcome": entry["outcome"],
            "outcome_words": words.OUTCOMES[entry["outcome"]],
            "actor": entry["actor"] or "",
            "for": entry["on_behalf_of"] or "",
            "role": role_in_words(entry["role"]),
            "about": "person" if entry["act"] in acts.ABOUT_ACCOUNTS else "file",
            "subjects": subjects[:SUBJECTS_SHOWN],
            "others": max(0, len(subjects) - 1),
            "more": max(0, len(subjects) - SUBJECTS_SHOWN),
            "purpose": words.PURPOSES.get(entry["purpose"] or "", ""),
            "rule": rules.rule(entry["rule"] or ""),
            "moved": moved(entry["from_state"], entry["to_state"]),
            "fields": [(field_in_words(label), count) for label, count in entry["fields_opened"].items()],
            "count": entry["count"],
            "pruned": entry["pruned"],
            "set_apart": entry["set_apart"],
            "authority": self.authorities[str(entry["authority"])].name if several else "",
        }


def role_in_words(code: str | None) -> str:
    """Return the role of an entry; the service itself has none that people hold."""
    if not code:
        return ""
    try:
        return role_words(code)
    except ValueError:
        return gettext("Le service")


def moved(before: str | None, after: str | None) -> str:
    """Return the states of a case before and after an act; empty where the codes are of something else."""
    labels = [str(State(code).label) for code in (before, after) if code and code in State.values]
    return " → ".join(dict.fromkeys(labels))


def field_in_words(label: str) -> str:
    """Return what a sealed field is called; its own label where it has no words."""
    owner, _dot, name = label.partition(".")
    model = owner.title().replace("_", "")
    return str(case_words.of(name, model)) if case_words.has_words(name, model) else label


def address(name: str, params: Mapping[str, Any], *args: object) -> str:
    """Return the address of a page with its parameters; those without a value are left out."""
    query = {key: str(value) for key, value in params.items() if value not in (None, "")}
    return reverse(name, args=args) + (f"?{urlencode(query)}" if query else "")
