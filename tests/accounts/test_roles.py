"""The catalogue of roles against domain.md §1.1, typed by hand."""

from accounts.roles import NEED_ORGANISATION, NEED_UNIT, POWERFUL, PROGRAMS, SYSTEM_ROLE, Role
from core.languages import in_both

CATALOGUE = {
    "filer": "Déclarant professionnel",
    "filer_org_lead": "Référent de l'établissement",
    "intake_agent": "Agent de recueil CRIP",
    "crip_coordinator": "Responsable CRIP",
    "assessor": "Évaluateur",
    "assessment_lead": "Cadre d'évaluation",
    "ase_inspector": "Inspecteur ASE",
    "on_call": "Cadre d'astreinte",
    "case_referent": "Référent ASE",
    "measure_service": "Service chargé de la mesure",
    "supervisor": "Encadrant",
    "exploitation_lead": "Référent prostitution des mineurs",
    "auditor": "Auditeur",
    "dpo": "Délégué à la protection des données",
    "territory_admin": "Administrateur fonctionnel",
    "platform_admin": "Administrateur technique",
    "statistician": "Chargé d'études ODPE",
    "directory_editor": "Gestionnaire de l'annuaire",
    "api_119": "119 – Snated",
}


def test_the_roles_are_those_of_the_procedure():
    assert dict(Role.choices) == CATALOGUE


def test_each_has_an_english_label():
    labels = [in_both(role.label) for role in Role]

    assert all(label["fr"] != label["en"] for label in labels)
    assert len({label["en"] for label in labels}) == len(Role)


def test_the_service_itself_is_no_role_of_people():
    assert SYSTEM_ROLE not in Role.values


def test_programs_hold_no_powerful_role():
    assert not PROGRAMS & POWERFUL
    assert set(Role) >= NEED_UNIT | NEED_ORGANISATION
