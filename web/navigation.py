"""Navigation: the entries that the reader's rights open, by the same rules as the acts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.roles import Role
from referrals.access import matrix
from referrals.access import people as access_people
from referrals.access_requests import queries as access_requests_queries
from referrals.conflicts_of_interest import actions as conflicts_of_interest_actions
from referrals.data_breaches import steps as data_breaches_steps
from referrals.emergency_search import actions as emergency_search_actions
from referrals.execution import row_approvals
from referrals.exports import actions as exports_actions
from referrals.inquiries import queries as inquiries_queries
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps

CASES: Final = _("Dossiers et mesures")


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the menu: its words, the name of its address, who has it, and what one does there.

    ``group``: the heading under which it stands where it is folded.
    """

    label: Any
    name: str
    opens_for: Callable[[Actor], bool]
    about: Any = ""
    group: Any = CASES


#: Roles of people who file, or of programs: they have no day's work here.
FILING: Final = frozenset({Role.FILER, Role.FILER_ORG_LEAD, Role.API_119})
#: As many entries stand in the menu; where there are more, the rarest are folded.
SHORT: Final = 7


def is_staff(actor: Actor) -> bool:
    """Tell whether the reader works here, and so has a page of the day."""
    return bool(actor.roles - FILING)


def _files(actor: Actor) -> bool:
    return access_people.may_begin(actor) is not None


def _leads(actor: Actor) -> bool:
    return not _files(actor) and bool(actor.holding([Role.FILER_ORG_LEAD]))


def works(actor: Actor) -> bool:
    """Tell whether the reader works on cases."""
    return bool(actor.holding([role for role in matrix.MATRIX if role is not Role.DPO]))


def _signs(actor: Actor) -> bool:
    return bool(actor.holding(matrix.APPROVERS)) or row_approvals.signs(actor)


def executes(actor: Actor) -> bool:
    """Tell whether the reader reads measures."""
    return bool(
        actor.holding([role for role in matrix.MATRIX if "J" in matrix.reads_by(role, matrix.ORDINARY[role])])
    )


def _breaks(actor: Actor) -> bool:
    return bool(actor.holding(matrix.BREAKERS))


def _answers(actor: Actor) -> bool:
    return bool(actor.holding(access_people.ANSWERING))


def _reads_the_journal(actor: Actor) -> bool:
    return bool(actor.may("audit.read"))


def is_called(actor: Actor) -> bool:
    """Tell whether the reader answers urgent calls."""
    return bool(actor.holding(steps.get(Machine.ALERT, "acknowledge").roles))


def _decides_on_transfers(actor: Actor) -> bool:
    return bool(actor.holding(matrix.DECIDE_ON_TRANSFERS))


def _has_access_requests(actor: Actor) -> bool:
    return bool(actor.holding(access_requests_queries.LISTERS))


def _answers_inquiries(actor: Actor) -> bool:
    return bool(actor.holding(inquiries_queries.LISTERS))


def _searches_in_emergencies(actor: Actor) -> bool:
    return bool(actor.holding(emergency_search_actions.ROLES))


def _excludes(actor: Actor) -> bool:
    return bool(actor.holding(conflicts_of_interest_actions.DECIDERS))


def _declares_breaches(actor: Actor) -> bool:
    return bool(actor.holding(data_breaches_steps.DECLARERS))


def _administers(actor: Actor) -> bool:
    return bool(actor.may("accounts.manage"))


def _lets_out(actor: Actor) -> bool:
    return not works(actor) and bool(actor.holding(exports_actions.SECONDS))


def _confirms(actor: Actor) -> bool:
    return not _administers(actor) and bool(actor.may("memberships.confirm") or actor.may("factors.reset"))


def _reads_figures(actor: Actor) -> bool:
    return bool(actor.may("figures.read"))


def _runs_the_service(actor: Actor) -> bool:
    return bool(actor.may("operations.read"))


def _reads_the_directory(actor: Actor) -> bool:
    return bool(actor.may("directory.read"))


def _looks_at_openings(actor: Actor) -> bool:
    return bool(actor.may("directory.review"))


def _keeps_the_directory(actor: Actor) -> bool:
    return bool(actor.may("directory.edit"))


_DIRECTORY: Final = _("Annuaire")
_CONTROL: Final = _("Contrôle et urgence")
_RUNNING: Final = _("Administration et chiffres")
#: What is opened most comes first.
PLACES: Final = (
    Place(_("Aujourd'hui"), "today", is_staff),
    Place(_("Brouillons montrés"), "filings", _leads),
    Place(_("Dossiers"), "cases", works),
    Place(_("Appels d'urgence"), "calls", is_called),
    Place(_("Échéances"), "clocks-page", works),
    Place(_("À signer"), "to-sign", _signs),
    Place(
        _("Annuaire"),
        "directory",
        _reads_the_directory,
        _("Chercher un service : hébergement, soins, accompagnement, aide aux victimes."),
        group=_DIRECTORY,
    ),
    Place(
        _("Annuaire : à traiter"),
        "directory-tasks",
        _keeps_the_directory,
        _("Les erreurs signalées, les fiches à vérifier, les doublons possibles."),
        group=_DIRECTORY,
    ),
    Place(
        _("Structures de l'annuaire"),
        "directory-structures",
        _keeps_the_directory,
        _("Les structures que vous tenez, leurs services, leurs adresses."),
        group=_DIRECTORY,
    ),
    Place(_("Mesures"), "measures-page", executes),
    Place(_("Mes transmissions"), "filings", _files),
    Place(_("Charge de travail"), "workload", _answers),
    Place(_("Transferts demandés"), "transfers", _decides_on_transfers),
    Place(_("Demandes entre départements"), "inquiries-page", _answers_inquiries),
    Place(_("Demandes d'accès"), "access-requests-page", _has_access_requests),
    Place(_("Ouvertures d'urgence"), "openings", _breaks, group=_CONTROL),
    Place(_("Recherches d'urgence"), "emergency-searches", _searches_in_emergencies, group=_CONTROL),
    Place(_("Adresses secrètes consultées"), "directory-openings", _looks_at_openings, group=_CONTROL),
    Place(_("Déports"), "barred", _excludes, group=_CONTROL),
    Place(_("Exports"), "exports", _lets_out, group=_RUNNING),
    Place(
        _("Journal"),
        "journal",
        _reads_the_journal,
        _("Qui a lu quoi et pourquoi, les anomalies d'accès, les preuves."),
        group=_CONTROL,
    ),
    Place(
        _("Violations de données"),
        "breaches-page",
        _declares_breaches,
        _("Ce qui a été lu, modifié ou perdu à tort : déclarer, évaluer, aviser la CNIL et les personnes."),
        group=_CONTROL,
    ),
    Place(
        _("Administration"),
        "administration",
        _administers,
        _("Comptes, rôles, structures, demandes et réglages de votre autorité."),
        group=_RUNNING,
    ),
    Place(
        _("Demandes à confirmer"),
        "requests-page",
        _confirms,
        _("Ce qu'une autre personne demande et que vous confirmez ou refusez."),
        group=_RUNNING,
    ),
    Place(
        _("Chiffres"),
        "figures-page",
        _reads_figures,
        _(
            "Les nombres de dossiers d'une année, par thème ; tableaux à télécharger. Les petits nombres "
            "ne sont pas communiqués."
        ),
        group=_RUNNING,
    ),
    Place(
        _("Plateforme"),
        "platform",
        _runs_the_service,
        _("Les autorités, les travaux de fond, les courriels en attente, le journal."),
        group=_RUNNING,
    ),
)


def places(actor: Actor) -> list[Place]:
    """Return the entries for this reader."""
    return [place for place in PLACES if place.opens_for(actor)]


def folded(entries: list[Place]) -> tuple[list[Place], list[tuple[Any, list[Place]]]]:
    """Return the entries that stand in the menu, and those that are folded into its last one, by their groups."""
    if len(entries) <= SHORT:
        return entries, []
    groups: dict[Any, list[Place]] = {}
    for place in entries[SHORT - 1 :]:
        groups.setdefault(place.group, []).append(place)
    return entries[: SHORT - 1], list(groups.items())
