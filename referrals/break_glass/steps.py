"""Break glass: opens one case at once, for an hour at most; another person reviews it (§1.3 rule 7).

The ``BreakGlass`` machine of domain.md §2.7. The right itself is a grant with its end, which ``referrals/access/``
reads like the other exceptional ones; this module has its reason, its end and its review. A renewal is a new opening
with a new reason. How a hidden case is opened by its reference: ``referrals/break_glass/queries.py``.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from audit.events import Purpose
from referrals.break_glass import checks, effects
from referrals.models import BreakGlass
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.role_sets import BREAKERS, SEEING
from referrals.vocabulary.states import GlassState, Machine
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.step import StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.GLASS, BreakGlass)
REVIEWERS: Final = (Role.SUPERVISOR, Role.CRIP_COORDINATOR)


@step(
    "open",
    number="G01",
    label=_("Ouvrir en urgence (bris de glace)"),
    creates=True,
    grave=True,
    source=[],
    target=GlassState.OPENED,
    roles=BREAKERS,
    checks=[checks.own_reviews_are_in_time],
    effects=[effects.break_it],
    takes=inputs.Reasoned,
    tells=["supervisors", "coordinator", "auditors"],
    notice="glass.broken",
    watchers_notice="glass.watched",
    starts=[C.R_OPENING],
    law="CASF R221-8",
    purpose=Purpose.EMERGENCY,
    usual=[
        Usual(
            _("Pour lire les faits en urgence ; le motif que vous donnez est examiné ensuite."),
            roles=[Role.ON_CALL],
        )
    ],
)
def open(glass: BreakGlass, step_input: inputs.Reasoned, case: Case) -> None:
    """Open one case at once, with a reason; another person looks at it by the end of the next working day."""


@step(
    "give_back",
    number="G02",
    label=_("Mettre fin à l'ouverture d'urgence"),
    source=[GlassState.OPENED],
    target=GlassState.TO_REVIEW,
    roles=SEEING,
    seeing=True,
    guards=[checks.opener_gives_back],
    effects=[effects.end_right],
    takes=inputs.Nothing,
    law="CASF R221-8",
    data_class="A",
    purpose=Purpose.EMERGENCY,
    usual=[
        Usual(
            _("Le dossier vous est ouvert en urgence : refermez-le dès que vous n'en avez plus besoin."),
            rank=3,
        )
    ],
)
def give_back(glass: BreakGlass, step_input: inputs.Nothing, case: Case) -> None:
    """End an emergency opening before its time."""
    glass.ended_at = case.at


@step(
    "expire",
    number="G03",
    label=_("Arriver à son terme"),
    internal=True,
    source=[GlassState.OPENED],
    target=GlassState.TO_REVIEW,
    roles=[],
    effects=[effects.end_right],
    takes=inputs.Nothing,
    law="CASF R221-8",
    data_class="A",
    purpose=Purpose.EMERGENCY,
)
def expire(glass: BreakGlass, step_input: inputs.Nothing, case: Case) -> None:
    """Note that an emergency opening is over; it had ended by itself at that instant."""
    glass.ended_at = glass.expires_at


@step(
    "approve",
    number="G04",
    label=_("Valider l'ouverture d'urgence"),
    source=[GlassState.TO_REVIEW],
    target=GlassState.REVIEWED_OK,
    roles=REVIEWERS,
    guards=[checks.reviewer_did_not_open, checks.reviewer_is_named],
    effects=[effects.keep_review],
    takes=inputs.Noted,
    stops=[C.R_OPENING],
    law="CASF R221-8",
    purpose=Purpose.EMERGENCY,
    usual=[Usual(_("Une ouverture d'urgence attend d'être examinée."), rank=2)],
)
def approve(glass: BreakGlass, step_input: inputs.Noted, case: Case) -> None:
    """Agree with an emergency opening that another person made."""
    glass.reviewed_at, glass.reviewed_by = case.at, case.actor.user_id


@step(
    "contest",
    number="G05",
    label=_("Contester l'ouverture d'urgence"),
    source=[GlassState.TO_REVIEW],
    target=GlassState.REVIEWED_KO,
    roles=REVIEWERS,
    guards=[checks.reviewer_did_not_open, checks.reviewer_is_named],
    effects=[effects.keep_review],
    takes=inputs.Reasoned,
    tells=["auditors"],
    watchers_notice="glass.contested",
    stops=[C.R_OPENING],
    law="CASF R221-8",
    purpose=Purpose.EMERGENCY,
)
def contest(glass: BreakGlass, step_input: inputs.Reasoned, case: Case) -> None:
    """Contest an emergency opening, with a reason; the auditors are told."""
    glass.reviewed_at, glass.reviewed_by = case.at, case.actor.user_id
