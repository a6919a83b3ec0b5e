"""What an authority needs before its first concern, and what of it is there: derived each time, stored nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.access import waiting_grants
from accounts.models import Authority, Membership, Unit, User
from accounts.people import AccountState, with_state
from accounts.roles import Role
from directory.models import Structure
from referrals.on_call_rota.actions import has_hole
from referrals.policy.definitions import protocol_of


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, why, and the page on which it is done."""

    label: Any
    about: Any
    address: str
    done: bool


#: Which roles, how many people at least, and what doesn't work without them.
ROLES: Final = (
    (
        Role.TERRITORY_ADMIN,
        2,
        _("Deux administrateurs"),
        _("L'un demande, l'autre confirme ; et l'un remplace l'autre."),
    ),
    (
        Role.CRIP_COORDINATOR,
        1,
        _("Un responsable CRIP"),
        _("Reçoit et oriente les transmissions. Prévoyez aussi qui le remplace."),
    ),
    (
        Role.SUPERVISOR,
        1,
        _("Un encadrant"),
        _("Signe en second, et reçoit l'appel quand l'astreinte ne répond pas."),
    ),
    (Role.AUDITOR, 1, _("Un auditeur"), _("Vérifie qui a lu quoi. Cette personne n'ouvre aucun dossier.")),
    (
        Role.DPO,
        1,
        _("Le délégué à la protection des données"),
        _("Répond aux demandes d'accès, et veille aux durées de conservation."),
    ),
    (
        Role.ON_CALL,
        2,
        _("Deux cadres d'astreinte"),
        _("Le premier est appelé pour un danger immédiat, puis le second."),
    ),
    (Role.ASSESSMENT_LEAD, 1, _("Un cadre d'évaluation"), _("Reçoit les dossiers à évaluer de son unité.")),
    (
        Role.ASSESSOR,
        2,
        _("Deux évaluateurs"),
        _("L'évaluation est faite par deux professionnels au moins (CASF D226-2-5)."),
    ),
    (Role.ASE_INSPECTOR, 1, _("Un inspecteur ASE"), _("Décide de la suite, une fois le rapport remis.")),
    (Role.FILER, 1, _("Un premier déclarant"), _("Transmet l'essai, puis les vraies situations.")),
)
#: Texts without which people can't be reached, or letters have no sender.
SETTINGS: Final = (
    ("crip_phone", _("Le téléphone de la cellule"), _("Affiché aux personnes qui transmettent.")),
    ("on_call_phone", _("Le téléphone de l'astreinte"), _("Pour joindre quelqu'un quand un appel échoue.")),
    (
        "prosecutor_phone",
        _("Le téléphone de la permanence du parquet"),
        _("Affiché pendant la recherche d'une place pour la nuit."),
    ),
    (
        "letter_head_lines",
        _("L'adresse en tête des courriers"),
        _("Sans elle, un courrier n'a pas d'expéditeur."),
    ),
)


#: The keys of these settings.
NEEDED: Final = tuple(key for key, _label, _about in SETTINGS)


def tasks(authority: Authority, *, at: datetime) -> list[Task]:
    """Return what is to be done at an authority, in the order in which it is best done."""
    return [*_people(authority, at), *_duty(authority, at), *_settings(authority, at), *_resources(authority)]


def _people(authority: Authority, at: datetime) -> Iterator[Task]:
    in_force = Membership.objects.in_force(at).filter(authority=authority, user__is_active=True)
    counted = in_force.order_by().values_list("role").annotate(Count("user", distinct=True))
    counts = dict(counted)
    has_unit = Unit.objects.filter(authority=authority).exists()
    for role, least, label, about in ROLES:
        if role is Role.ASSESSMENT_LEAD:
            yield Task(
                _("Une unité d'évaluation"),
                _("Réunit les évaluateurs d'un même service."),
                reverse("units-page"),
                has_unit,
            )
        yield Task(label, about, reverse("person-new"), counts.get(role, 0) >= least)
    yield Task(
        _("Les rôles demandés sont confirmés"),
        _("Par une autre personne que celle qui les a demandés, dans la semaine."),
        reverse("requests-page"),
        not waiting_grants(frozenset({authority.pk}), at=at).exists(),
    )
    yield Task(
        _("Chacun s'est connecté une première fois"),
        _("Un lien d'invitation vaut une semaine ; vous pouvez en renvoyer un."),
        f"{reverse('administration')}?{urlencode({'state': AccountState.INVITED.value})}",
        not _invited(in_force).exists(),
    )


def _invited(held: QuerySet[Membership]) -> QuerySet[Any]:
    """Return the accounts of people who hold a role and have an invitation that they haven't used."""
    users = User.objects.filter(pk__in=held.values("user"))
    return with_state(users).filter(state=AccountState.INVITED)


def _duty(authority: Authority, at: datetime) -> Iterator[Task]:
    yield Task(
        _("Quelqu'un est d'astreinte pendant les prochaines 24 heures"),
        _("Sans personne au tableau, tous les cadres d'astreinte sont appelés en même temps."),
        reverse("rota-page", args=[authority.pk]),
        not has_hole(authority, at),
    )


def settings_left(authority: UUID, *, at: datetime) -> int:
    """Return how many of these texts an authority hasn't set."""
    protocol = protocol_of(Authority.objects.get(pk=authority), at)
    return sum(not getattr(protocol, key) for key in NEEDED)


def _settings(authority: Authority, at: datetime) -> Iterator[Task]:
    protocol = protocol_of(authority, at)
    for key, label, about in SETTINGS:
        address = reverse("setting-page", args=[authority.pk, key])
        yield Task(label, about, address, bool(getattr(protocol, key)))


def _resources(authority: Authority) -> Iterator[Task]:
    yield Task(
        _("L'annuaire a ses premières structures"),
        _("L'hébergeur les charge, ou un gestionnaire de l'annuaire les importe."),
        reverse("directory"),
        Structure.objects.filter(authority=authority).exists(),
    )
