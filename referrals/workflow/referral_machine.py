"""The decorator of the case's own steps."""

from referrals.models import Referral
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Declare

step = Declare(Machine.REFERRAL, Referral)
