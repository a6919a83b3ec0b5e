"""Who reads and who keeps the directory (field.md A.6, A.7): one rule each, for lists and for one row alike.

Every person who has a role reads what all authorities keep, a secret address as its département; the editors of the
keeping authority alone change it. A program reads none of it.
"""

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.access import require_somewhere
from accounts.errors import NotAllowed, NotVisible
from accounts.roles import Role
from directory.models import DirectoryImport, ErrorReport, HeldRow, Place, SecretOpening, Service, Structure

if TYPE_CHECKING:
    from accounts.actor import Actor

READ: Final = "directory.read"
EDIT: Final = "directory.edit"
SECRET: Final = "directory.secret"  # noqa: S105 - the name of a permission
REVIEW: Final = "directory.review"
#: Who asks a service for a child, and so may learn its number of the night.
ASKING: Final = (
    Role.INTAKE_AGENT,
    Role.CRIP_COORDINATOR,
    Role.ASE_INSPECTOR,
    Role.ON_CALL,
    Role.CASE_REFERENT,
    Role.SUPERVISOR,
)


def visible_structures(actor: "Actor") -> QuerySet[Structure]:
    """Return the structures of all authorities, those merged into others included.

    Raises:
        NotAllowed: the actor doesn't read the directory.
    """
    require_somewhere(actor, READ)
    return Structure.objects.select_related("authority")


def visible_services(actor: "Actor") -> QuerySet[Service]:
    """Return the services of all authorities, those merged into others included.

    Raises:
        NotAllowed: the actor doesn't read the directory.
    """
    require_somewhere(actor, READ)
    return Service.objects.select_related("authority", "structure")


def editable_structures(actor: "Actor") -> QuerySet[Structure]:
    """Return the structures that the actor keeps.

    Raises:
        NotAllowed: the actor keeps none.
    """
    return Structure.objects.filter(authority__in=_where(actor, EDIT)).select_related("authority")


def editable_services(actor: "Actor") -> QuerySet[Service]:
    """Return the services that the actor keeps; raises as ``editable_structures``."""
    rows = Service.objects.filter(authority__in=_where(actor, EDIT))
    return rows.select_related("authority", "structure")


def editable_reports(actor: "Actor") -> QuerySet[ErrorReport]:
    """Return the errors reported of what the actor keeps; raises as ``editable_structures``."""
    return ErrorReport.objects.filter(authority__in=_where(actor, EDIT)).select_related("service__structure")


def editable_imports(actor: "Actor") -> QuerySet[DirectoryImport]:
    """Return the imports at the authorities whose entries the actor keeps; raises as ``editable_structures``."""
    rows = DirectoryImport.objects.select_related("authority", "tried_by")
    return rows if actor.is_system else rows.filter(authority__in=_where(actor, EDIT))


def import_rows(actor: "Actor") -> QuerySet[HeldRow]:
    """Return the rows that imports held there (field.md A.7, rule 2); raises as ``editable_structures``."""
    rows = HeldRow.objects.select_related("authority", "structure", "run")
    return rows if actor.is_system else rows.filter(authority__in=_where(actor, EDIT))


def openable_places(actor: "Actor") -> QuerySet[Place]:
    """Return the places whose address the actor may open: those of the authorities where the role reads class K.

    Raises:
        NotAllowed: the actor opens none.
    """
    return Place.objects.filter(authority__in=_where(actor, SECRET)).select_related("authority", "service")


def reviewable_openings(actor: "Actor") -> QuerySet[SecretOpening]:
    """Return the openings of secret addresses that the actor may look at, the own ones left out.

    Raises:
        NotAllowed: the actor reviews none.
    """
    rows = SecretOpening.objects.filter(authority__in=_where(actor, REVIEW)).exclude(by=actor.user_id)
    return rows.select_related("by", "place__structure", "place__service")


def may_ask(actor: "Actor") -> bool:
    """Tell whether the actor asks services for children, somewhere."""
    return bool(actor.holding(ASKING))


def require_editable(actor: "Actor", row: Structure | Service | None) -> None:
    """Refuse whoever doesn't keep a row that is read by all: it is there, and not theirs to change.

    Raises:
        NotVisible: there is no such row.
        NotAllowed: another authority keeps it.
    """
    if row is None:
        raise NotVisible
    if not actor.is_system and row.authority_id not in actor.may(EDIT):
        raise NotAllowed(rule=EDIT)


def _where(actor: "Actor", permission: str) -> frozenset[UUID]:
    require_somewhere(actor, permission)
    return actor.may(permission)
