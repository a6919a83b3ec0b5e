"""Access matrix of domain.md §1.3: which role reads which classes of data by which relation."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from referrals.vocabulary.states import Coded, TransferState


class Relation(Coded):
    """What ties a person to a case."""

    OWN = "own", _("Sa propre transmission")
    TERRITORY = "territory", _("Territoire")
    UNIT = "unit", _("Unité")
    ASSIGNED = "assigned", _("Désigné sur le dossier")
    EXECUTING = "executing", _("Service chargé d'une mesure")
    APPROVER = "approver", _("Second signataire")
    STANDING_IN = "standing_in", _("Supplée une personne désignée")
    GRANTED = "granted", _("Accès exceptionnel")
    SHARED = "shared", pgettext_lazy("relation", "Brouillon partagé")
    BROKEN_GLASS = "broken_glass", pgettext_lazy("relation", "Ouverture d'urgence")
    RECEIVING = "receiving", _("Destinataire d'un transfert")


NOBODY: Final = UUID(int=0)
CLASSES: Final = "ABCDEFGHIJK"

#: Rows of domain.md §1.3, one cell a class from A to K. R/W over the territory; ``a`` by assignment or
#: execution; ``u`` for the own unit; ``x`` where a child's status isn't ``none``; ``b`` by broken glass;
#: ``req`` within an access request. A word is a part of the class: see ``PARTIAL``. W is written by T42, each
#: role on own entries; on H also by PATCH, which is the team's alone (§2.6): the lead's W is T42, for the lead
#: validates the report and is never one of the team that writes it (§1.1, T20).
MATRIX: Final[Mapping[Role, str]] = {
    Role.INTAKE_AGENT: "R RW RW RW W RW W - - shell -",
    Role.CRIP_COORDINATOR: "RW RW RW RW RW RW RW R RW R -",
    Role.ASSESSOR: "a a a a a a a aRW a a -",
    Role.ASSESSMENT_LEAD: "u u u u u u u uRW u u -",
    Role.ASE_INSPECTOR: "a a a a a a a aR aRW aRW a",
    Role.EXPLOITATION_LEAD: "x - - x - x x - - - -",
    Role.CASE_REFERENT: "a a - a a a a a a aRW a",
    Role.MEASURE_SERVICE: "a a - extract extract extract - concl order aRW a",
    Role.ON_CALL: "R b b b b b b - b bW b",
    Role.SUPERVISOR: "R b b b b b b b b R b",
    Role.DPO: "R req req req req req req req req req -",
}
#: What the lead of an institution reads of a draft that the filer shares, beside its coarse word (cell ``s``).
SHARED_READS: Final = frozenset("D")
APPROVER_READS: Final = frozenset("ABDEFGHIJ")
#: Cells of which a role reads a part only: the passages ticked for the service, the conclusion, the
#: judge's order, the shell of a measure.
PARTIAL: Final = ("extract", "concl", "order", "shell")
#: Where each role stands by its ordinary relation.
ORDINARY: Final[Mapping[Role, Relation]] = {
    Role.INTAKE_AGENT: Relation.TERRITORY,
    Role.CRIP_COORDINATOR: Relation.TERRITORY,
    Role.ON_CALL: Relation.TERRITORY,
    Role.SUPERVISOR: Relation.TERRITORY,
    Role.DPO: Relation.TERRITORY,
    Role.EXPLOITATION_LEAD: Relation.TERRITORY,
    Role.ASSESSMENT_LEAD: Relation.UNIT,
    Role.ASSESSOR: Relation.ASSIGNED,
    Role.ASE_INSPECTOR: Relation.ASSIGNED,
    Role.CASE_REFERENT: Relation.ASSIGNED,
    Role.MEASURE_SERVICE: Relation.EXECUTING,
}
ASSIGNED_ROLES: Final = (Role.ASSESSOR, Role.ASE_INSPECTOR, Role.CASE_REFERENT)
#: Roles that an exceptional grant lets read as if they were on the case; never class K, never a write.
GRANTABLE: Final = (Role.ASSESSOR, Role.ASSESSMENT_LEAD, Role.ASE_INSPECTOR, Role.CASE_REFERENT)
APPROVERS: Final = (Role.SUPERVISOR, Role.ASE_INSPECTOR, Role.CRIP_COORDINATOR)
#: Roles with cells that a broken glass opens; on a restricted case it gives everybody what the ordinary tie does.
BREAKERS: Final = tuple(role for role, row in MATRIX.items() if {"b", "bW"} & set(row.split()))
#: Who at an authority is asked to take a case over, and in which state of the request (T32, T33, §2.7). Of the case
#: itself they see no row: ``visible_to`` doesn't know them.
DECIDE_ON_TRANSFERS: Final[Mapping[Role, TransferState]] = {
    Role.CRIP_COORDINATOR: TransferState.SENT,
    Role.SUPERVISOR: TransferState.ARBITRATION,
}
#: What they read of it, beside the documents that are listed: the shell, and in an arbitration nothing.
RECEIVED_READS: Final[Mapping[Role, str]] = {Role.CRIP_COORDINATOR: "A"}
#: Who may begin a draft, and so has its row until it is submitted.
DRAFTERS: Final = (Role.FILER, Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.ON_CALL, Role.API_119)
#: Roles that keep something of what they filed: five words and the own acts (domain.md §1.4).
FILERS: Final = (Role.FILER,)
#: Roles that have the receipt, in the answer to their filing, and nothing later (cell *receipt* of §1.3).
RECEIVERS: Final = (Role.API_119,)
#: Roles that never read a case, its shell included (SEC-AZ16): they have no row above.
BLIND: Final = frozenset(Role) - set(MATRIX) - set(DRAFTERS) - {Role.FILER_ORG_LEAD}
#: Who reads figures, and of facts of which classes, those who read most first: column M of the matrix is all of them,
#: *counts* in column A those of the shell. Never a case (``referrals/statistics/queries.py``).
FIGURES: Final[Mapping[Role, str]] = {
    **dict.fromkeys((Role.SUPERVISOR, Role.DPO, Role.STATISTICIAN), CLASSES),
    **dict.fromkeys((Role.TERRITORY_ADMIN, Role.PLATFORM_ADMIN), "A"),
}


def _cells(role: Role) -> dict[str, str]:
    return dict(zip(CLASSES, MATRIX[role].split(), strict=True))


def reads_by(role: Role, relation: Relation) -> frozenset[str]:
    """Return the classes that a role reads in full by a relation."""
    if relation is Relation.APPROVER:
        return APPROVER_READS if role in APPROVERS else frozenset()
    if relation is Relation.RECEIVING:
        return frozenset(RECEIVED_READS.get(role, ""))
    if relation is Relation.OWN or role not in MATRIX:
        return frozenset()
    read = {c for c, cell in _cells(role).items() if "R" in cell or cell in ("a", "u", "x")}
    if relation is Relation.BROKEN_GLASS:
        broken = {c for c, cell in _cells(role).items() if cell.startswith("b")}
        return frozenset(read | broken) if role in BREAKERS else frozenset()
    if relation is Relation.GRANTED:
        return frozenset(read - {"K"}) if role in GRANTABLE else frozenset()
    if relation is Relation.STANDING_IN:
        return frozenset(read) if role in ASSIGNED_ROLES else frozenset()
    return frozenset(read) if relation is ORDINARY[role] else frozenset()


def works_by(role: Role, relation: Relation) -> bool:
    """Tell whether a role does its own steps by a relation: the ordinary one, or standing in for whoever has it."""
    return relation is ORDINARY.get(role) or (relation is Relation.STANDING_IN and role in ASSIGNED_ROLES)


def partial_by(role: Role, relation: Relation) -> dict[str, str]:
    """Return the classes of which a role reads a part, and which part."""
    if role not in MATRIX or relation is not ORDINARY[role]:
        return {}
    return {c: cell for c, cell in _cells(role).items() if cell in PARTIAL}


def writes_by(role: Role, relation: Relation) -> frozenset[str]:
    """Return the classes that a role writes by PATCH or T42."""
    if role not in MATRIX:
        return frozenset()
    written = {c: cell for c, cell in _cells(role).items() if "W" in cell}
    if relation is Relation.BROKEN_GLASS and role in BREAKERS:
        return frozenset(c for c, cell in written.items() if cell.startswith("b"))
    if not works_by(role, relation):
        return frozenset()
    return frozenset(c for c, cell in written.items() if not cell.startswith("b"))


@lru_cache(maxsize=1_000)
def classes_read_by(pairs: frozenset[tuple[Role, Relation]]) -> frozenset[str]:
    """Return the classes that these pairs of role and relation read together."""
    return frozenset().union(*(reads_by(role, relation) for role, relation in pairs))


#: Relations to what one files: they give the coarse line, and lift no bound (SEC-AZ19, SEC-AZ21).
FILED: Final = (Relation.OWN, Relation.SHARED)
