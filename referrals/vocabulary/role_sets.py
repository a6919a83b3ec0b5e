"""Sets of roles that several steps share (domain.md §2.2 Roles)."""

from typing import Final

from accounts.roles import Role

#: Whoever may read the facts of the case now; an extract counts.
HOLDING: Final = (
    Role.INTAKE_AGENT,
    Role.CRIP_COORDINATOR,
    Role.ASSESSOR,
    Role.ASSESSMENT_LEAD,
    Role.ASE_INSPECTOR,
    Role.CASE_REFERENT,
    Role.MEASURE_SERVICE,
    Role.ON_CALL,
    Role.SUPERVISOR,
    Role.EXPLOITATION_LEAD,
)
#: Whoever may correct, each on own entries.
AUTHORS: Final = (
    Role.INTAKE_AGENT,
    Role.CRIP_COORDINATOR,
    Role.ASSESSOR,
    Role.ASSESSMENT_LEAD,
    Role.ASE_INSPECTOR,
    Role.CASE_REFERENT,
    Role.MEASURE_SERVICE,
    Role.ON_CALL,
)
#: The cell, which types in what comes by phone or letter.
CELL: Final = (Role.INTAKE_AGENT, Role.CRIP_COORDINATOR)
#: Whoever may take a case in charge for the cell, by day or on call (X13).
IN_CELL: Final = (Role.CRIP_COORDINATOR, Role.INTAKE_AGENT, Role.ON_CALL)
#: Those of ``HOLDING`` who read the facts in full: a service has an extract, and no part in what is said of the case.
READING: Final = tuple(role for role in HOLDING if role is not Role.MEASURE_SERVICE)
#: Roles with cells that a broken glass opens (``b`` of §1.3); others break it where something is restricted alone.
BREAKERS: Final = (Role.ON_CALL, Role.SUPERVISOR)
#: Whoever may know of a case after its submission, its filer excepted, who has no act but the own (§1.4).
SEEING: Final = (*HOLDING, Role.DPO)
