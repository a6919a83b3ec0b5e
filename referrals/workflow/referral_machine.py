"""Decorator of the case's own steps."""

from referrals.models import Referral
from referrals.vocabulary.states import Machine
from referrals.workflow.step import StepDecorator

step = StepDecorator(Machine.REFERRAL, Referral)
