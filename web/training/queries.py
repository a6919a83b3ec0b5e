"""Queries of the training: what of a story's goals is met, and whether a learner may have an attestation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.models import User
from accounts.signin import actor_of_user
from audit import proofs, verifier
from referrals.access import row_level_security, visibility
from referrals.models import Referral
from web.training import files
from web.training.attestation import Claim
from web.training.checks import is_met
from web.training.company import Company
from web.training.evidence import Evidence
from web.training.files import Goal, Story, Words
from web.training.progress import Begun, Progress

#: A learner has a story behind them from so many on.
STORIES: Final = 1


@dataclass(frozen=True, slots=True)
class Result:
    """A goal, and whether the learner met it."""

    goal: Goal
    met: bool

    @property
    def words(self) -> Words:
        """What is said of it."""
        return self.goal.met if self.met else self.goal.missed


def results(story: Story, begun: Begun, *, at: datetime) -> list[Result]:
    """Return each goal of a story with what the learner made of it, what went well first.

    Asked are rows, records of steps, second signatures.
    """
    with row_level_security.beyond():  # an officer on call doesn't see the case before it is opened
        evidence = _evidence(begun, at=at)
        found = [Result(goal, is_met(goal.check, evidence, goal.said)) for goal in story.goals]
    return sorted(found, key=lambda one: not one.met)


def has_acted(begun: Begun, *, at: datetime) -> bool:
    """Tell whether the learner did anything yet: no answer is told to whoever hasn't tried."""
    with row_level_security.beyond():
        return _evidence(begun, at=at).has_acted


def _evidence(begun: Begun, *, at: datetime) -> Evidence:
    learner = actor_of_user(User.objects.get(pk=begun.learner), Company.origin, at=at)
    own = visibility.own_filings(learner, at=at).exclude(submitted_at=None)
    own = own.filter(submitted_at__gte=begun.since)
    if begun.case is None:
        case = own.order_by("-submitted_at", "pk").first()
    else:
        case = Referral.objects.filter(pk=begun.case).first()
    return Evidence(case, begun.learner, begun.since, filed=own.count())


def reference(case: UUID) -> str:
    """Return the reference of a story's case, by which it is told on the telephone."""
    with row_level_security.beyond():
        return Referral.objects.only("reference").get(pk=case).reference


def completed(progress: Progress, *, at: datetime) -> set[str]:
    """Return the stories of which the learner met all goals."""
    done = set()
    for story in files.stories().values():
        begun = progress.begun(story.code)
        if begun is not None and all(one.met for one in results(story, begun, at=at)):
            done.add(story.code)
    return done


def may_be_attested(progress: Progress, *, at: datetime) -> bool:
    """Tell whether the course is done, and a story."""
    whole = progress.learnt >= files.lessons().keys()
    return whole and len(completed(progress, at=at)) >= STORIES


def attested(claim: Claim, entry: UUID) -> bytes | None:
    """Return the file of an attestation; None for the seconds until a signed checkpoint covers its entry.

    Raises:
        NotVisible: no entry of the journal says this name, course and day.
    """
    return claim.file(proofs.of_digest(entry, verifier.ATTESTED, claim.digest))
