"""The rules at their default figures, on a seed that nobody tuned on (SEC-AL18: ≥ 95 %, ≤ 1 per 1,000 user-days)."""

import pytest
from django.core.management import call_command

from audit.anomalies import measuring, synthetic_corpus
from referrals.management.commands.judge_rules import HELD_OUT, default_limits

pytestmark = [pytest.mark.sec("SEC-AL18")]


@pytest.mark.slow("a year of planted entries")
def test_the_rules_find_planted_abuse_and_seldom_cry_wolf():
    figures = measuring.measure(
        synthetic_corpus.corpus(HELD_OUT, people=80, days=70, episodes=100), default_limits()
    )

    assert figures.planted == 100 == sum(synthetic_corpus.SHARES.values())
    assert figures.recall >= 0.95, figures.by_kind
    assert figures.false_rate <= 1, figures.by_rule
    assert figures.by_kind.keys() == synthetic_corpus.SHARES.keys()


def test_rules_that_never_fit_find_nothing_and_rules_that_always_fit_cry_wolf():
    """So that the two figures above can tell one from the other."""
    of = synthetic_corpus.corpus(7, people=20, days=20, episodes=25)
    never = measuring.measure(of, dict.fromkeys(default_limits(), 10**6))
    always = measuring.measure(of, default_limits() | {"anomaly_night_files": 1, "anomaly_files_a_day": 10})

    assert never.recall < 0.5
    assert always.false_rate > 10


def test_a_seed_gives_the_same_corpus_again():
    one, other = (synthetic_corpus.corpus(3, people=30, days=20, episodes=3) for _ in range(2))

    assert one.facts == other.facts


def test_the_command_prints_both_figures(capsys):
    call_command("judge_rules", "--people", "20", "--days", "20", "--episodes", "10")

    said = capsys.readouterr().out
    assert f"Graine {HELD_OUT}" in said
    assert "Rappel : " in said
    assert "Fausses alertes pour 1 000 journées-agent : " in said
