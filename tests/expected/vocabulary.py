"""Words that the hand-kept tables share: roles, relations, and the shape of an expected step.

Typed by hand from domain.md §1.1 (roles), §1.3 (relations) and §2.2 (sets of roles).
"""

from dataclasses import dataclass

ROLES = (
    "filer", "filer_org_lead", "intake_agent", "crip_coordinator", "assessor", "assessment_lead",
    "ase_inspector", "on_call", "case_referent", "measure_service", "supervisor", "exploitation_lead",
    "auditor", "dpo", "territory_admin", "platform_admin", "statistician", "directory_editor", "api_119",
)  # fmt: skip

# How to build the world of each relation (one at a time, in the case's own authority unless said otherwise).
OWN = "own"  # typed the draft; for a filer also the filing that it became
TERRITORY = "territory"  # a membership of that role in the case's authority, no other tie
UNIT = "unit"  # a membership in the unit that the case was given to
ASSIGNED = "assigned"  # named on this case: team (T13, T47), decider or referent (T48)
EXECUTING = "executing"  # member of the organisation of an alive measure, of whichever authority
APPROVER = "approver"  # named in an Approval that is still requested; beside `territory` for a supervisor
NAMED = "named"  # the case is restricted; on its list, besides the ordinary relation of the role
GRANTED = "granted"  # an exceptional grant in force, no ordinary relation
STANDING_IN = (
    "standing_in"  # stands in for somebody who is `assigned` in that role, no tie of the own (SEC-AZ11)
)
EXCLUDED = "excluded"  # every ordinary relation of the role at once, and excluded
NONE = "none"  # the role, but no tie (territory roles: in another authority)
SHARED = (
    "shared"  # leads the institution with which the draft was shared; of a submitted case nothing is left
)
# Coordinates at an authority to which the case was sent, or supervises there once it is in arbitration: the case is
# the same 404, save for the steps by which that authority answers (T32, T33; §2.7).
RECEIVING = "receiving"
# The case is restricted, the ordinary relation of the role, not on its list, and the glass is broken: everybody reads
# as if named (§1.3 rules 3 and 7), on_call and supervisor the cells `b` too.
BROKEN_GLASS = "broken_glass"
RELATIONS = (
    OWN, TERRITORY, UNIT, ASSIGNED, EXECUTING, APPROVER, NAMED, GRANTED, SHARED, STANDING_IN, BROKEN_GLASS, RECEIVING,
    EXCLUDED, NONE,
)  # fmt: skip

# A restricted case, the ordinary relation, but not on its list: as `none`. A filer's own filing alone is not
# touched by a restriction: it leaves no mark there (§1.4).
OFF_THE_LIST = "off_the_list"

# The relation by which each role works; the others (no row in §1.3, or no case at all) have none.
ORDINARY = {
    "filer": OWN, "api_119": OWN, "intake_agent": TERRITORY, "crip_coordinator": TERRITORY, "on_call": TERRITORY,
    "supervisor": TERRITORY, "dpo": TERRITORY, "exploitation_lead": TERRITORY, "assessment_lead": UNIT,
    "assessor": ASSIGNED, "ase_inspector": ASSIGNED, "case_referent": ASSIGNED, "measure_service": EXECUTING,
}  # fmt: skip

# The relation `own` of these roles is told from `territory` on a draft only: afterwards they have both. 119 has
# its receipt then, and no relation.
OWN_ON_DRAFTS_ONLY = ("intake_agent", "crip_coordinator", "on_call", "api_119")

TERRITORIAL = (TERRITORY, NAMED)
ON_ASSIGNMENT = (ASSIGNED, NAMED, STANDING_IN)
IN_UNIT = (UNIT, NAMED)
BY_EXECUTION = (EXECUTING, NAMED)
BY_RECEIVING = (RECEIVING,)
# No case exists yet: the role alone counts.
NO_CASE = ("no_case",)

Who = dict[str, tuple[str, ...]]

# §2.2 `holding`: may read class D of this case now. Reading relations (approver, granted) are enough for
# these steps, and for these only. on_call reads D by break-glass alone, supervisor by it or as the named
# approver; exploitation_lead where a child's prostitution_status is not `none` (refuted included).
HOLDING: Who = {
    "intake_agent": TERRITORIAL,
    "crip_coordinator": TERRITORIAL,
    "assessor": (ASSIGNED, NAMED, GRANTED, STANDING_IN),
    "assessment_lead": (UNIT, NAMED, GRANTED),
    "ase_inspector": (ASSIGNED, APPROVER, NAMED, GRANTED, STANDING_IN),
    "case_referent": (ASSIGNED, NAMED, GRANTED, STANDING_IN),
    "measure_service": BY_EXECUTION,
    "on_call": (BROKEN_GLASS,),
    "supervisor": (APPROVER, BROKEN_GLASS),
    "exploitation_lead": TERRITORIAL,
}

# Whoever knows of the case, by whatever relation; a filer and 119 have no acts but their own (§1.4).
SEEING: Who = {
    "intake_agent": TERRITORIAL,
    "crip_coordinator": (*TERRITORIAL, APPROVER),
    "assessor": (ASSIGNED, NAMED, GRANTED, STANDING_IN),
    "assessment_lead": (UNIT, NAMED, GRANTED),
    "ase_inspector": (ASSIGNED, APPROVER, NAMED, GRANTED, STANDING_IN),
    "case_referent": (ASSIGNED, NAMED, GRANTED, STANDING_IN),
    "measure_service": BY_EXECUTION,
    "on_call": TERRITORIAL,
    "supervisor": (*TERRITORIAL, APPROVER),
    "exploitation_lead": TERRITORIAL,
    "dpo": TERRITORIAL,
}

# §2.2 `authors`: each on own entries; the coordinator on all of B to G.
AUTHORS: Who = {
    "intake_agent": TERRITORIAL,
    "crip_coordinator": TERRITORIAL,
    "assessor": ON_ASSIGNMENT,
    "assessment_lead": IN_UNIT,
    "ase_inspector": ON_ASSIGNMENT,
    "case_referent": ON_ASSIGNMENT,
    "measure_service": BY_EXECUTION,
    "on_call": TERRITORIAL,
}

# Conditions that a (role, relation) pair carries besides the relation, for each step by code; "*" = wherever
# the role appears.
ROLE_CONDITIONS = {
    ("exploitation_lead", "*"): "a child's prostitution_status is not none (§1.3, cell x)",
    ("on_call", "holding"): "a glass broken on this case and still open (§1.3 rule 7)",
    ("supervisor", "holding"): "named in an open Approval, or a broken glass (§1.3 rules 7 and 9)",
    ("measure_service", "M"): "the measure is the one that its own organisation executes (§1.1)",
    ("crip_coordinator", "rectify"): "any entry of classes B to G, and own entries",
    ("*", "rectify"): "own entries",
}


@dataclass(frozen=True)
class Guard:
    """One rule of a step: its name, the world in which it refuses, and where the rule stands."""

    name: str
    refuses_when: str
    source: str


@dataclass(frozen=True)
class Step:
    """One step as the procedure tells it.

    ``origins`` and ``targets`` are left empty for the referral's steps, which stand in referral_steps.yaml.
    ``who`` lists each role with the relations that allow it; a step without ``who`` is fired only and has no
    route. ``signed`` is "never", "conditional" or "always"; ``signed_when`` tells the condition. A data name
    that ends in "?" is needed in some cases only. Clocks that a fired step moves are listed with the step
    that fires it too.
    """

    number: str
    who: Who
    guards: tuple[Guard, ...] = ()
    data: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    signed: str = "never"
    signed_when: str = ""
    fires: tuple[str, ...] = ()
    opens_review: str = "never"
    system_too: bool = False
    origins: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    fired_by: tuple[str, ...] = ()
    note: str = ""

    @property
    def has_route(self) -> bool:
        """Say whether a person can ask for this step."""
        return bool(self.who)
