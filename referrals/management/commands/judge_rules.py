"""Evaluate the anomaly rules at their default thresholds, on a synthetic corpus with planted abuse."""

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser

from audit.anomalies import measuring, synthetic_corpus
from audit.anomalies.rules import BY_CODE, RULES
from referrals.policy.definitions import DEFAULTS

#: The seed on which nobody tuned anything.
HELD_OUT: Final = 20_261_125


class Command(BaseCommand):
    """Print how much the rules find, and how often they cry wolf."""

    help = "Mesure les règles d'anomalie sur un corpus inventé : rappel, fausses alertes pour 1 000 journées-agent."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the corpus."""
        parser.add_argument(
            "--seed", type=int, default=HELD_OUT, help="graine du corpus ; par défaut la réservée"
        )
        parser.add_argument("--people", type=int, default=120, help="agents")
        parser.add_argument("--days", type=int, default=120, help="jours")
        parser.add_argument("--episodes", type=int, default=200, help="abus semés")

    def handle(self, *_: object, **options: Any) -> None:
        """Draw, ask, print."""
        of = synthetic_corpus.corpus(
            options["seed"], people=options["people"], days=options["days"], episodes=options["episodes"]
        )
        figures = measuring.measure(of, default_limits())
        self.stdout.write(
            f"Graine {options['seed']} : {len(of.facts)} entrées, {figures.user_days} journées-agent"
        )
        for kind, (caught, planted_) in figures.by_kind.items():
            self.stdout.write(f"  {kind:<14} {caught:>4} / {planted_}")
        self.stdout.write(f"Rappel : {figures.recall:.1%}")
        for code, count in figures.by_rule.items():
            self.stdout.write(f"  {code} {BY_CODE[code].label} : {count}")
        self.stdout.write(f"Fausses alertes pour 1 000 journées-agent : {figures.false_rate:.2f}")


def default_limits() -> dict[str, int]:
    """Return the figures from which on each rule fits, as they are by default."""
    return {limit: getattr(DEFAULTS, limit) for rule in RULES for limit in rule.limits}
