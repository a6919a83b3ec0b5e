"""Steps of a file that must not be kept: one person sets it aside at once, two return or destroy it (X10 to X12).

The service asks that no sexual image of a minor be sent (domain.md §4.6; code pénal 227-23). If one arrives all the
same, the person who finds it blocks it for everybody; setting aside destroys nothing, because the prosecutor may need
the file. How it is destroyed: ``referrals/attachments/quarantine.py``.
"""

from typing import TYPE_CHECKING, Any

from accounts.roles import Role
from core.inputs import Code, Flag, Id, StrictSerializer
from referrals.attachments import quarantine
from referrals.models import Referral
from referrals.vocabulary.attachments import BARRINGS, Barring
from referrals.vocabulary.role_sets import READING
from referrals.vocabulary.states import ACTIVE, ANY, KEPT_HERE, Machine, State
from referrals.workflow.about_children import rows_among
from referrals.workflow.case import Case
from referrals.workflow.inputs import Signed, text
from referrals.workflow.step import SAME, StepDecorator

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

step = StepDecorator(Machine.REFERRAL, Referral)
#: Where two may decide: a case that another authority took over is decided on there.
DECIDED_IN = (*ACTIVE, *KEPT_HERE, State.ARCHIVED)
DECIDERS = (Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.SUPERVISOR)


class BarFile(StrictSerializer):
    """X10: which file is set aside, and why."""

    file = Id()
    reason = Code([(str(one), one.label) for one in BARRINGS])


class UnbarFile(Signed):
    """X11: which file is given back, and why."""

    file = Id()
    reason = text()


class DestroyFile(Signed):
    """X12: which file is destroyed, and why; ``authorities_told``: justice knows of it and has no need of the file."""

    file = Id()
    reason = text()
    authorities_told = Flag(required=False, default=False)


# --- What must hold -----------------------------------------------------------------------------------


def file_may_be_barred(case: Case, given: Any) -> str | None:
    """A file is set aside by whoever reads it or sent it, once (§4.6)."""
    found = [row for row in case.files if row.barred_at is None and row.object is not None]
    if given is None:
        return None if found else "Aucun fichier à votre portée ne peut être écarté."
    if any(row.pk == given.file for row in found):
        return None
    return "Ce fichier n'est pas à votre portée, ou il est déjà écarté."


def file_is_barred(case: Case, given: Any) -> str | None:
    """Only a file that was set aside is given back or destroyed, while its destruction isn't decided (§4.6)."""
    found = [row for row in case.files if row.barred_at is not None and row.condemned_at is None]
    if given is None:
        return None if found else "Aucun fichier écarté n'attend de décision."
    if any(row.pk == given.file for row in found):
        return None
    return "Ce fichier n'est pas écarté, ou sa destruction est déjà décidée."


def file_is_not_held(case: Case, given: Any) -> str | None:
    """Nothing of a case on hold is destroyed, wherever else the file is held (§2.8 no. 10)."""
    if given is not None and quarantine.on_hold(given.file):
        return "Une suspension d'élimination protège ce fichier."
    return None


def authorities_were_told(case: Case, given: Any) -> str | None:
    """What may prove an offence is destroyed only once justice knows of it and has no need of it (CPP art. 40)."""
    found = next((row for row in case.files if row.pk == given.file), None)
    if given.authorities_told or (found is not None and found.barred_for != Barring.MINOR_IMAGE):
        return None
    return "Le parquet ou les enquêteurs doivent d'abord être prévenus, et ne pas avoir besoin du fichier."


def deciding_on_a_file_calls_for_two(case: Case, given: Any) -> str | None:
    """A file that was set aside is given back or destroyed by two (§4.6)."""
    return "Décider d'un fichier écarté demande une seconde signature."


# --- What it does -------------------------------------------------------------------------------------


def bar(act: "StepContext") -> None:
    """Let nobody read the file any more, wherever it is held (X10)."""
    _becomes(act, "barred")


def give_back(act: "StepContext") -> None:
    """Let the file be read again, wherever it is held (X11)."""
    _becomes(act, "readable")


def condemn(act: "StepContext") -> None:
    """Let the service destroy the file, wherever it is held (X12)."""
    _becomes(act, "condemned")


def _becomes(act: "StepContext", what: str) -> None:
    about = rows_among(act.case.referral, {act.given.file}).get(act.given.file)
    act.child = next(iter(about.children)) if about is not None and len(about.children) == 1 else None
    quarantine.become(what, act)


@step(
    "bar_file",
    number="X10",
    label="Écarter un fichier",
    en="Set a file aside",
    source=ANY,
    target=SAME,
    roles=READING,
    holding=True,
    guards=[file_may_be_barred],
    effects=[bar],
    takes=BarFile,
    tells=["coordinator", "supervisor"],
    law="CP 227-23",
)
def bar_file(referral: Referral, given: Any, case: Case) -> None:
    """Stop everybody from reading a file, at once; nothing is destroyed by it."""


@step(
    "unbar_file",
    number="X11",
    label="Rendre un fichier écarté",
    en="Give a file back",
    source=DECIDED_IN,
    target=SAME,
    roles=DECIDERS,
    guards=[file_is_barred],
    effects=[give_back],
    signed_when=deciding_on_a_file_calls_for_two,
    takes=UnbarFile,
    law="CASF L226-2-2",
)
def unbar_file(referral: Referral, given: Any, case: Case) -> None:
    """Let a file be read again that was set aside by mistake, by two persons."""


@step(
    "destroy_file",
    number="X12",
    label="Détruire un fichier écarté",
    en="Destroy a file",
    grave=True,
    source=DECIDED_IN,
    target=SAME,
    roles=DECIDERS,
    guards=[file_is_barred, file_is_not_held],
    checks=[authorities_were_told],
    effects=[condemn],
    signed_when=deciding_on_a_file_calls_for_two,
    takes=DestroyFile,
    law="CP 227-23; CPP art. 40",
)
def destroy_file(referral: Referral, given: Any, case: Case) -> None:
    """Destroy a file that was set aside, key and objects, by two persons; its row stays."""
