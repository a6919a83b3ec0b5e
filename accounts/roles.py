"""Roles of people and programs, with their French and English labels.

Codes are those of domain.md §1.1 and never change meaning; a renamed role leaves a note and a migration. The rights of
a role are in ``accounts/access.py`` (accounts) and ``referrals/access/visibility.py`` (cases), not here.
"""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

# The service itself, in recurring work and in the demonstration. It isn't a role of people: nobody holds it,
# no membership can name it, and it never stands in a Position.
SYSTEM_ROLE: Final = "system"


class Role(models.TextChoices):
    """A capacity in which a person or a program acts within one authority.

    Source: domain.md §1.1.
    """

    FILER = "filer", _("Déclarant professionnel")
    FILER_ORG_LEAD = "filer_org_lead", _("Référent de l'établissement")
    INTAKE_AGENT = "intake_agent", _("Agent de recueil CRIP")
    CRIP_COORDINATOR = "crip_coordinator", _("Responsable CRIP")
    ASSESSOR = "assessor", _("Évaluateur")
    ASSESSMENT_LEAD = "assessment_lead", _("Cadre d'évaluation")
    ASE_INSPECTOR = "ase_inspector", _("Inspecteur ASE")
    ON_CALL = "on_call", _("Cadre d'astreinte")
    CASE_REFERENT = "case_referent", _("Référent ASE")
    MEASURE_SERVICE = "measure_service", _("Service chargé de la mesure")
    SUPERVISOR = "supervisor", _("Encadrant")
    EXPLOITATION_LEAD = "exploitation_lead", _("Référent prostitution des mineurs")
    AUDITOR = "auditor", _("Auditeur")
    DPO = "dpo", _("Délégué à la protection des données")
    TERRITORY_ADMIN = "territory_admin", _("Administrateur fonctionnel")
    PLATFORM_ADMIN = "platform_admin", _("Administrateur technique")
    STATISTICIAN = "statistician", _("Chargé d'études ODPE")
    DIRECTORY_EDITOR = "directory_editor", _("Gestionnaire de l'annuaire")
    API_119 = "api_119", _("119 – Snated")


# Second persons themselves, or watchers (SEC-AZ12): who could make one alone would be two. The officer reads the
# journal and lifts veils with the auditor.
POWERFUL: Final[frozenset[Role]] = frozenset(
    {
        Role.CRIP_COORDINATOR,
        Role.SUPERVISOR,
        Role.AUDITOR,
        Role.DPO,
        Role.TERRITORY_ADMIN,
        Role.PLATFORM_ADMIN,
    }
)
# These open no more than the shell of a case: one administrator gives them.
BY_ONE: Final[frozenset[Role]] = frozenset({Role.FILER, Role.STATISTICIAN, Role.DIRECTORY_EDITOR})
# Two persons give all others (SEC-AZ12, SEC-AZ24): one asks, another confirms; or `manage.py grant` gives them, in
# front of whoever holds the server. A role that is added here needs two, unless it is listed above.
BY_TWO: Final[frozenset[Role]] = frozenset(Role) - BY_ONE
# Without the last of these at an authority a child in danger reaches nobody, or nobody can give roles: that one doesn't
# end because nobody reviewed it (``accounts/reviews.py``).
NEEDED: Final[frozenset[Role]] = frozenset({Role.CRIP_COORDINATOR, Role.ON_CALL, Role.TERRITORY_ADMIN})
# Nor does any of these. They open no case of others, and whoever has a concern to file finds the door open even where
# nobody had the time to review a thousand filers; what 119 collects is passed on at once (CASF L226-6).
REPORTING: Final[frozenset[Role]] = frozenset({Role.FILER, Role.API_119})
# Whoever watches over the readers or hands out the roles never obtains what a case holds (domain.md §2.8, 12): at one
# authority nobody holds one of these beside a role that opens cases there. Own filings of a filer are no such cases.
WATCHERS: Final[frozenset[Role]] = frozenset({Role.AUDITOR, Role.TERRITORY_ADMIN, Role.PLATFORM_ADMIN})
OPENERS: Final[frozenset[Role]] = frozenset(
    {
        Role.INTAKE_AGENT,
        Role.CRIP_COORDINATOR,
        Role.ASSESSOR,
        Role.ASSESSMENT_LEAD,
        Role.ASE_INSPECTOR,
        Role.ON_CALL,
        Role.CASE_REFERENT,
        Role.MEASURE_SERVICE,
        Role.SUPERVISOR,
        Role.EXPLOITATION_LEAD,
    }
)
# The cases of an assessment lead are those of the unit: without one the role means nothing (domain.md §1.3).
NEED_UNIT: Final[frozenset[Role]] = frozenset({Role.ASSESSMENT_LEAD})
# These act as an institution: drafts shared with it, measures confided to it. A filer may have none
# (a doctor in private practice).
NEED_ORGANISATION: Final[frozenset[Role]] = frozenset(
    {Role.FILER_ORG_LEAD, Role.MEASURE_SERVICE, Role.API_119}
)
# These hold a role at an authority without working in it: who files, who executes measures, who hosts the service.
OUTSIDE: Final[frozenset[Role]] = frozenset(
    {Role.FILER, Role.FILER_ORG_LEAD, Role.MEASURE_SERVICE, Role.PLATFORM_ADMIN, Role.API_119}
)
# For these a person may ask (accounts/accountrequests.py): who files, leads an institution's filers, executes measures.
ON_REQUEST: Final[frozenset[Role]] = frozenset({Role.FILER, Role.FILER_ORG_LEAD, Role.MEASURE_SERVICE})
# Held by programs: these sign in with a token. People sign in with a session (settings.TOKENS_FOR_PEOPLE).
PROGRAMS: Final[frozenset[Role]] = frozenset({Role.API_119})


class Scope(models.TextChoices):
    """What a token may be used for, within the rights of its membership: it narrows them, never widens."""

    READ = "read", "Lire"
    WRITE = "write", "Écrire"
