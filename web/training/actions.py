"""Acts of the training: begins a story, and has the journal hold the digest of an attestation."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.actor import Actor
from accounts.models import Authority
from audit import journal
from audit.events import register
from audit.verifier import ATTESTED
from referrals.access import row_level_security
from web.training.attestation import Claim
from web.training.company import gathered
from web.training.files import Story
from web.training.scenes import SCENES

register(ATTESTED)
#: What is played before ends so long before the learner's part begins.
BEFORE = timedelta(seconds=1)


def begin(story: Story, *, actor: Actor, at: datetime) -> tuple[UUID | None, UUID]:
    """Play what comes before the learner's part; return its case, None where the learner files it, and the learner.

    Every act of it is one of the real ones, with its own entry in the journal.

    Raises:
        ValueError: the learner doesn't hold the role of the story.
        LookupError: the instance lacks somebody for it.
    """
    company = gathered(actor, story.role, at=at)
    if not story.scene:
        return None, company.learner.pk
    with row_level_security.beyond():
        return SCENES[story.scene](company, at - BEFORE), company.learner.pk


def attest(name: str, *, actor: Actor, at: datetime) -> tuple[Claim, UUID]:
    """Have the journal hold the digest of a new attestation, and nothing else of it; return the claim, and the entry.

    ``name`` as its holder typed it. It isn't kept; nor does the entry say by whose account.
    """
    zone = Authority.objects.get(pk=min(actor.authority_ids)).timezone
    claim = Claim.fresh(name, at.astimezone(ZoneInfo(zone)).date())
    entry = journal.record(ATTESTED, actor=None, at=at, to_state=claim.digest)
    return claim, entry.pk
