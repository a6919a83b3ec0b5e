"""``docs/permissions.md``: who reads what, who does what, who manages accounts, from the access rules."""

from collections.abc import Iterator
from typing import Final

from accounts.permissions import PERMISSIONS
from accounts.roles import BY_TWO, NEED_ORGANISATION, NEED_UNIT, PROGRAMS, Role
from config.documents.tables import MADE, code, named, table
from core.languages import ENGLISH, in_language
from referrals.access import matrix
from referrals.access.matrix import APPROVER_READS, BLIND, CLASSES, MATRIX, ORDINARY, Relation
from referrals.access.relations import CaseAccess
from referrals.conflicts_of_interest.actions import DECIDERS
from referrals.conflicts_of_interest.declarations import WITHOUT_TIES
from referrals.vocabulary.states import Machine, State
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import Step, steps

CLASS_NAMES: Final = {
    "A": "the shell: reference, authority, département, age band, state, dates, urgency, clocks",
    "B": "who the child and the holders of parental authority are",
    "C": "who filed",
    "D": "facts, words, signs",
    "E": "health",
    "F": "alleged exploiters and other third parties",
    "G": "digital traces",
    "H": "the assessment: notes, conclusions, report",
    "I": "documents of justice",
    "J": "measures and the child's plan",
    "K": "a protected address",
}
CELL_NAMES: Final = {
    "R": "reads, for the whole authority",
    "W": "writes, by a correction or in the assessment",
    "a": "reads what the person is assigned to, or the service executes",
    "u": "as `a`, for every case of the own unit",
    "x": "reads where a child's situation as to prostitution isn't *none*",
    "b": "only while the glass is broken",
    "req": "only for a request of access in progress (not built yet: reads nothing)",
    "shell": "of a measure its type, state, dates and service",
    "extract": "the passages that the decider chose for whoever executes the measure",
    "concl": "the conclusion and proposals of the report, no notes",
    "order": "the judge's or prosecutor's decision, not the referral to them",
    "-": "nothing: the part is absent from the answer",
}
RELATION_RULES: Final = {
    Relation.OWN: "the person filed it; after submission a filer keeps five words of status and the own acts, the"
    " helpline's program nothing but the receipt that answered its filing",
    Relation.TERRITORY: "the role is held at the authority of the case (`exploitation_lead`: where `x` says so)",
    Relation.UNIT: "the case is with the person's unit",
    Relation.ASSIGNED: "the person was named on the case in this role",
    Relation.STANDING_IN: "the person stands in for somebody named on the case in this role, while both hold it; each"
    " act and read bears both names",
    Relation.EXECUTING: "the person's service carries out a measure that is alive, of whatever authority",
    Relation.APPROVER: "the person is asked for a second signature that is still open",
    Relation.GRANTED: "an exceptional access to one case, with a reason and an end",
    Relation.RECEIVING: "another authority asks the person's to take the case over: its coordinators read the shell and"
    " the documents listed, at an address of their own, and answer; its supervisors settle what was refused twice",
    Relation.SHARED: "the filer shares the draft with the institution that the person leads; nothing once it is"
    " submitted",
    Relation.BROKEN_GLASS: "the person opened the case in an emergency, with a reason, for an hour at most: the cells"
    " `b`; and of a restricted case what the usual relation reads and does, as if named on its list",
}
PERMISSION_RULES: Final = {
    "audit.read": "Read the journal of the authority.",
    "audit.hold": "Keep entries of the journal beyond their time, and let them go again.",
    "accounts.manage": "Make accounts and units, grant and end roles.",
    "factors.reset": "Confirm, beside the administrator who asks, that somebody's second factors are lost.",
    "memberships.confirm": "Confirm or refuse, beside the administrator who asks, a role that two persons give.",
    "honorability.read": "Read when the certificate of honorability of somebody in a service was seen.",
    "memberships.review": "Say each year of the roles held there, never of an own one, that they still are; who doesn't"
    " administer the authority, of those alone that two persons give.",
    "account-requests.decide": "Accept or refuse requests for accounts, and for roles of filers and services.",
    "organisations.manage": "Add institutions to the authority's list, and correct them.",
    "guidance.review": "Record a professional's review of a guidance page, and take it back.",
    "settings.read": "Read what the authority has chosen where the law leaves it the choice.",
    "settings.change": "Choose it, from a day on.",
    "figures.read": "Read how many cases there were of which kind, small numbers suppressed; administrators by the"
    " facts of the shell (class A) alone.",
    "rota.read": "Read who is on call when.",
    "rota.change": "Keep the rota.",
    "directory.read": "Search the directory of local resources; a secret address shows as its département.",
    "directory.edit": "Keep the authority's entries of it: structures, services, places; never read a secret address.",
    "directory.secret": (
        "Open a secret address that the authority keeps, for a case in hand of which the person reads the place of "
        "care, or at night, as the officer on duty, with another person's approval; each opening is an entry."
    ),
    "directory.review": "Look at what was opened of them outside working hours.",
    "operations.read": "See how the service itself stands, in numbers and codes: work that failed, mails that wait.",
}
INTRODUCTION: Final = """\
# Who may do what

The first no wins, in this order: signed in; role at the authority of the case; not excluded from the case; a
relation to it, and, where it is restricted, a name on its list; the state; the class of what is read. One table of
rules (`referrals/access/`) answers "may I" and "list mine"; this page is made from it. Whatever can't be seen is
answered like what doesn't exist.
"""


def page() -> str:
    """Return the page."""
    parts = [MADE, INTRODUCTION, *_reading(), *_relations(), *_doing(), *_accounts()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


# --- Reading ------------------------------------------------------------------------------------------


def _reading() -> Iterator[str]:
    yield "## Reading a case"
    yield "Classes of data:\n\n" + "\n".join(f"- **{letter}** {CLASS_NAMES[letter]}" for letter in CLASSES)
    rows = [[named(role), *MATRIX[role].split()] for role in MATRIX]
    rows.append(
        ["*second signer, while asked*", *("a" if letter in APPROVER_READS else "-" for letter in CLASSES)]
    )
    rows.append(["*author of a draft*", *("RW" if letter in _of_draft() else "-" for letter in CLASSES)])
    yield table(["Role", *CLASSES], rows)
    used = {cell for row in rows for cell in row[1:]}
    marks = [mark for mark in CELL_NAMES if any(_says(mark, cell) for cell in used)]
    yield "Cells:\n\n" + "\n".join(f"- **{mark}** {CELL_NAMES[mark]}" for mark in marks)
    blind = ", ".join(named(role) for role in Role if role in BLIND)
    yield f"These never read a case, its shell included: {blind}."


def _says(mark: str, cell: str) -> bool:
    """Tell whether a cell uses a mark: words stand alone, single letters may stand together."""
    return mark == cell or (len(mark) == 1 and mark in cell and cell not in CELL_NAMES)


def _of_draft() -> frozenset[str]:
    return CaseAccess(pairs=frozenset({(Role.FILER, Relation.OWN)}), draft=True, named=False).reads


def _relations() -> Iterator[str]:
    yield "## Relations to a case"
    rows = []
    for relation in Relation:
        roles = [code(str(role)) for role, usual in ORDINARY.items() if usual is relation]
        rows.append([code(str(relation)), RELATION_RULES[relation], ", ".join(roles) or "–"])
    yield table(["Relation", "When", "The usual one of"], rows)


# --- Doing --------------------------------------------------------------------------------------------


def _doing() -> Iterator[str]:
    yield "## Doing a step"
    yield (
        "A cell holds the relations by which the role may do the step; where it is empty, the role may not. "
        "Whoever reads the facts of a case now may warn, whatever the relation: T14, T44, T45, T49, or answer "
        "and write: T08, E02; whoever knows of "
        "it may step aside: X04. "
        "What must hold besides is in `docs/workflow.md`."
    )
    for machine in Machine:
        declared = [step for step in steps.of(machine) if step.roles]
        roles = [role for role in Role if any(role in step.roles for step in declared)]
        head = ["Step", *(code(str(role)) for role in roles)]
        yield f"### {in_language(machine.label, ENGLISH)} (*{machine.label}*)"
        yield table(head, ([_step(step), *(relations(step, role) for role in roles)] for step in declared))


def _step(step: Step) -> str:
    return f"{step.number} {code(step.name)}"


def relations(step: Step, role: Role) -> str:
    """Return by which relations a role may do a step, asked of the rule itself."""
    if role not in step.roles:
        return ""
    if step.machine is Machine.REFERRAL and step.creates:
        return "any" if role in matrix.DRAFTERS else ""
    if not MACHINES[step.machine].of_case:
        return str(Relation.TERRITORY)  # what is the authority's own, and of no case
    draft = State.DRAFT in step.source
    words = [
        str(relation)
        for relation in Relation
        if relation is not Relation.SHARED  # whoever a draft is shown to does nothing with it
        and (relation is not Relation.BROKEN_GLASS or role in matrix.BREAKERS)
        and CaseAccess(pairs=frozenset({(role, relation)}), draft=draft, named=False).role_for(step) is role
    ]
    return ", ".join(words)


# --- Accounts -----------------------------------------------------------------------------------------


def _accounts() -> Iterator[str]:
    yield "## Accounts and the journal"
    rows = (
        [code(name), PERMISSION_RULES[name], ", ".join(code(str(role)) for role in Role if role in roles)]
        for name, roles in PERMISSIONS.items()
    )
    yield table(["Permission", "What it allows, at the own authority", "Roles"], rows)
    yield (
        "Whoever works on cases or watches over them, administrators included, declares to whom they are tied and "
        f"reads that alone; never {_listed(WITHOUT_TIES)}. Whom the service excluded for a tie or a likeness is shown "
        f"to {_listed(frozenset(DECIDERS))} of the cases that they see, without the tie; they confirm a likeness, and "
        "two lift any exclusion (X02)."
    )
    yield "\n".join(
        [
            f"- Given by two persons, or in front of the server (`manage.py grant`): {_listed(BY_TWO)}.",
            f"- Held within a unit: {_listed(NEED_UNIT)}.",
            f"- Held for an institution: {_listed(NEED_ORGANISATION)}.",
            f"- Programs, which sign in with a token: {_listed(PROGRAMS)}.",
        ]
    )


def _listed(roles: frozenset[Role]) -> str:
    return ", ".join(code(str(role)) for role in Role if role in roles)
