"""Second signature for a step on a past status: when it is required."""

from referrals.workflow.case import Case


def history_calls_for_two(case: Case, step_input: object) -> str | None:
    """A status was once at least *at risk*, or urgency once U2: closing needs two (2S?)."""
    return (
        "Situation ou urgence passée : une seconde signature est requise."
        if case.history_calls_for_two()
        else None
    )
