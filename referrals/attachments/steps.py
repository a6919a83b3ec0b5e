"""Steps of a file that must not be kept: one person sets it aside at once, two return or destroy it (X10 to X12).

The service asks that no sexual image of a minor be sent (domain.md §4.6; code pénal 227-23). If one arrives all the
same, the person who finds it blocks it for everybody; setting aside destroys nothing, because the prosecutor may need
the file. How it is destroyed: ``referrals/attachments/quarantine.py``.
"""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.attachments import effects, guards, inputs
from referrals.attachments.inputs import DestroyFile, UnbarFile
from referrals.models import Referral
from referrals.vocabulary.role_sets import READING
from referrals.vocabulary.states import ACTIVE, ANY, KEPT_HERE, Machine, State
from referrals.workflow.case import Case
from referrals.workflow.rules import two_sign
from referrals.workflow.step import SAME, StepDecorator, Theme

step = StepDecorator(Machine.REFERRAL, Referral)
#: Where two may decide: a case that another authority took over is decided on there.
DECIDED_IN = (*ACTIVE, *KEPT_HERE, State.ARCHIVED)
DECIDERS = (Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.SUPERVISOR)


@two_sign(_("Décider d'un fichier écarté demande une seconde signature."))
def deciding_on_a_file_calls_for_two(case: Case, step_input: DestroyFile | UnbarFile) -> bool:
    """A file that was set aside is given back or destroyed by two (§4.6)."""
    return True


@step(
    "bar_file",
    number="X10",
    label=_("Écarter un fichier"),
    source=ANY,
    target=SAME,
    roles=READING,
    holding=True,
    guards=[guards.file_may_be_barred],
    effects=[effects.bar],
    takes=inputs.BarFile,
    tells=["coordinator", "supervisor"],
    law="CP 227-23",
    theme=Theme.PEOPLE,
)
def bar_file(referral: Referral, step_input: inputs.BarFile, case: Case) -> None:
    """Stop everybody from reading a file, at once; nothing is destroyed by it."""


@step(
    "unbar_file",
    number="X11",
    label=_("Rétablir un fichier écarté"),
    source=DECIDED_IN,
    target=SAME,
    roles=DECIDERS,
    guards=[guards.file_is_barred],
    effects=[effects.give_back],
    signed_when=deciding_on_a_file_calls_for_two,
    takes=inputs.UnbarFile,
    law="CASF L226-2-2",
    theme=Theme.PEOPLE,
)
def unbar_file(referral: Referral, step_input: inputs.UnbarFile, case: Case) -> None:
    """Let a file be read again that was set aside by mistake, by two persons."""


@step(
    "destroy_file",
    number="X12",
    label=_("Détruire un fichier écarté"),
    grave=True,
    source=DECIDED_IN,
    target=SAME,
    roles=DECIDERS,
    guards=[guards.file_is_barred, guards.file_is_not_held],
    checks=[guards.authorities_were_told],
    effects=[effects.condemn],
    signed_when=deciding_on_a_file_calls_for_two,
    takes=inputs.DestroyFile,
    law="CP 227-23; CPP art. 40",
    theme=Theme.PEOPLE,
)
def destroy_file(referral: Referral, step_input: inputs.DestroyFile, case: Case) -> None:
    """Destroy a file that was set aside, key and objects, by two persons; its row stays."""
