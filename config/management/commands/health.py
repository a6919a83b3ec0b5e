"""Say how each part of the service is, in sentences or as JSON, and exit with the worst: 0, 1 or 2."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from config.metrics import asking, judging
from config.metrics.parts import PARTS


class Command(BaseCommand):
    """What ``/metrics`` says, judged, for whoever is at the machine."""

    help = "Dit l'état de chaque partie du service ; code de sortie 0 (ok), 1 (attention) ou 2 (défaut)."
    # It is asked when something is wrong: nothing may end it before it has said what.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the form of the answer."""
        parser.add_argument("--json", action="store_true", help="un objet JSON, pour un programme")

    def handle(self, *_: object, **options: Any) -> None:
        """Print it.

        Raises:
            SystemExit: with 1 or 2 where something is wrong.
        """
        judged = judging.lines(asking.read(PARTS), at=timezone.now())
        level = judging.worst(judged)
        self.stdout.write(_as_json(judged, level) if options["json"] else _as_text(judged))
        if level:
            raise SystemExit(int(level))


def _as_text(judged: list[judging.Line]) -> str:
    return "\n".join(
        f"{judging.LABELS[line.level]:9}  {line.part} : {line.sentence}{line.see and f' → {line.see}'}"
        for line in judged
    )


def _as_json(judged: list[judging.Line], level: judging.Level) -> str:
    parts = [
        {"part": line.part, "level": line.level.name.lower(), "sentence": line.sentence, "see": line.see}
        for line in judged
    ]
    return json.dumps({"level": level.name.lower(), "parts": parts}, ensure_ascii=False)
