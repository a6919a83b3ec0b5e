"""Enter a training instance by a click: as one of its people, or as a filer of one's own; nowhere else.

No password and no factor: everybody there is invented. Each act refuses where this is no training instance
(``settings.TRAINING``), whoever calls it.
"""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings

from accounts.actions.memberships import Appointment, grant
from accounts.actions.sessions import record_session
from accounts.actions.users import NewUser, make_user, verify_user
from accounts.actor import SYSTEM
from accounts.errors import NotAllowed, NotVisible
from accounts.models import Membership, User
from accounts.roles import PROGRAMS, Role
from audit.events import Origin

#: The roles of a story, in their order: who files, who triages, who assesses, who decides.
OF_A_STORY: Final = (Role.FILER, Role.CRIP_COORDINATOR, Role.ASSESSOR, Role.ASE_INSPECTOR)
HOME: Final = "93"
DOMAIN: Final = "demo.invalid"
_VISITOR: Final = "visiteur."


def require_training() -> None:
    """Refuse anywhere but in a training instance."""
    if not settings.TRAINING:
        raise NotVisible


def people(*, at: datetime) -> list[Membership]:
    """Return everybody that somebody may enter as, those of a story first; no program, and no other visitor."""
    require_training()
    memberships = (
        Membership.objects.in_force(at)
        .filter(user__is_active=True)
        .select_related("user", "authority", "organisation")
    )
    candidates = memberships.exclude(role__in=PROGRAMS).exclude(user__email__startswith=_VISITOR)
    order = {role: number for number, role in enumerate(dict.fromkeys((*OF_A_STORY, *Role)))}
    return sorted(
        candidates,
        key=lambda one: (
            one.authority is None or one.authority.code != HOME,
            order[Role(one.role)],
            one.user.email,
        ),
    )


def enter(membership: UUID, *, origin: Origin, at: datetime) -> User:
    """Let somebody be one of the people from now on; return whom."""
    user = next((one.user for one in people(at=at) if one.pk == membership), None)
    if user is None:
        raise NotVisible
    record_session(user=user, origin=origin, at=at)
    return user


def enter_anew(*, origin: Origin, at: datetime) -> User:
    """Make a filer of their own for somebody, where the first filer works, and let them be it; return it."""
    colleague = next((one for one in people(at=at) if one.role == Role.FILER and one.authority), None)
    if colleague is None or colleague.authority is None:
        raise NotVisible
    visitors = User.objects.filter(email__startswith=_VISITOR).count()
    if visitors >= settings.TRAINING_VISITORS:
        raise NotAllowed(rule="training-full")
    email = f"{_VISITOR}{uuid4().hex[:12]}@{DOMAIN}"
    name = f"Visiteur n° {visitors + 1} (entraînement)"
    user = make_user(actor=SYSTEM, at=at, new_user=NewUser(email, name, colleague.authority))
    user = verify_user(actor=SYSTEM, at=at, user_id=user.pk)
    appointment = Appointment(user, Role.FILER, colleague.authority, organisation=colleague.organisation)
    grant(actor=SYSTEM, at=at, appointment=appointment)
    record_session(user=user, origin=origin, at=at)
    return user
