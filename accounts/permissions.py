"""Role permissions: the table that ``Actor.may`` reads (domain.md §1.2)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from accounts.roles import OUTSIDE, PROGRAMS, Role

PERMISSIONS: Final[Mapping[str, frozenset[Role]]] = MappingProxyType(
    {
        # Read the access log of the authority (domain.md §1.3, class L).
        "audit.read": frozenset({Role.AUDITOR, Role.DPO}),
        # Keep entries of the access log beyond their time, and let them go again (SEC-AL15).
        "audit.hold": frozenset({Role.DPO}),
        # See and make the accounts and units of the authority, grant and end memberships (domain.md §1.1).
        "accounts.manage": frozenset({Role.TERRITORY_ADMIN}),
        # Confirm, beside the administrator who asks, that somebody's second factors are lost (SEC-AU1).
        "factors.reset": frozenset({Role.TERRITORY_ADMIN, Role.SUPERVISOR, Role.DPO}),
        # Confirm or refuse, beside the administrator who asks, a role that two persons give (SEC-AZ12).
        "memberships.confirm": frozenset({Role.TERRITORY_ADMIN, Role.SUPERVISOR, Role.DPO}),
        # Review the roles held at the authority, never an own one; who doesn't administer it, those alone that two
        # persons give (0034).
        "memberships.review": frozenset({Role.TERRITORY_ADMIN, Role.SUPERVISOR, Role.DPO}),
        # Read when somebody's certificate of honorability was seen, beside that person (domain.md §1.5).
        "honorability.read": frozenset({Role.TERRITORY_ADMIN, Role.SUPERVISOR}),
        # Decide on requests for an account, or for a role of who files or executes measures (docs/decisions/0035).
        "account-requests.decide": frozenset({Role.TERRITORY_ADMIN}),
        # Add institutions to the authority's list, and correct them.
        "organisations.manage": frozenset({Role.TERRITORY_ADMIN}),
        # Record that a professional has read a page of the guidance, and take it back (field.md B.6).
        "guidance.review": frozenset({Role.TERRITORY_ADMIN}),
        # Read the delays, thresholds and texts that the authority has chosen: who works in it (domain.md §11.1).
        "settings.read": frozenset(Role) - OUTSIDE,
        # Choose them.
        "settings.change": frozenset({Role.TERRITORY_ADMIN}),
        # Read numbers of cases, never a case: those who study them, and administrators (domain.md §1.3, classes M, A).
        "figures.read": frozenset(
            {
                Role.STATISTICIAN,
                Role.SUPERVISOR,
                Role.DPO,
                Role.TERRITORY_ADMIN,
                Role.PLATFORM_ADMIN,
            }
        ),
        # Read who is on call when, at the authority: whoever calls, is called, or keeps the rota (domain.md §11.1).
        "rota.read": frozenset(
            {Role.TERRITORY_ADMIN, Role.SUPERVISOR, Role.ON_CALL, Role.CRIP_COORDINATOR, Role.INTAKE_AGENT}
        ),
        # Keep it.
        "rota.change": frozenset({Role.TERRITORY_ADMIN, Role.SUPERVISOR}),
        # Keep the entries of the authority in the directory of resources: structures, services, places (domain.md §6).
        "directory.edit": frozenset({Role.DIRECTORY_EDITOR}),
        # Search the directory: every person who has a role (field.md A.6).
        "directory.read": frozenset(Role) - PROGRAMS,
        # Open a secret address of the authority that keeps it: who reads class K there (domain.md §1.3; field.md A.7).
        "directory.secret": frozenset(
            {Role.ASE_INSPECTOR, Role.CASE_REFERENT, Role.ON_CALL, Role.SUPERVISOR}
        ),
        # Look at what was opened of them, beside who opened it.
        "directory.review": frozenset({Role.SUPERVISOR}),
        # See how the service itself stands, in numbers and codes: which work failed, how many mails wait.
        "operations.read": frozenset({Role.PLATFORM_ADMIN}),
    }
)
