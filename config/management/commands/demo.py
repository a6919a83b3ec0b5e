"""Run the whole service on this machine with synthetic data: start here."""

import os
import socket
import sys
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, transaction
from django.utils import timezone

from audit.errors import LogContradicted, WitnessFileFaulty
from config import env
from config.demo import breach, oddity, orientations, proof, resources, rights, show
from config.demo.cast import (
    CODES,
    Cast,
    Stage,
    gather,
    give_applications,
    give_password,
    give_tokens,
    put_on_duty,
)
from config.demo.serving import HOST, PORT_VARIABLE
from config.demo.stories import STORIES, Story
from referrals.access import row_level_security, visibility
from referrals.access_review import tasks as access_review_tasks
from referrals.duplicates import tasks as duplicates_tasks
from referrals.models import Referral
from referrals.vocabulary.states import State
from web.training.forms import born, child, concern

IN_PLACE_FOR = timedelta(days=150)
ZONE = ZoneInfo("Europe/Paris")


class Command(BaseCommand):
    """Migrate, gather the cast, play what isn't played yet, print what to try, and serve."""

    help = "Lance le service complet avec des données fictives, sur cette machine seulement."
    # Production settings are refused in this command's own words, before anything looks at them.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the port, and how to stop before serving."""
        parser.add_argument("--port", type=int, default=8000, help="port local (8000 par défaut)")
        parser.add_argument("--no-serve", action="store_true", help="préparer et afficher, sans servir")

    def handle(self, *_: object, **options: Any) -> None:
        """Prepare, tell, serve; doing it again changes nothing but the tokens.

        Raises:
            CommandError: the settings are those of production, the port is taken, or the state folder is only half of
                what it was.
        """
        if settings.PRODUCTION:
            raise CommandError("La démonstration refuse les réglages de production (REPERE_MODE=production).")
        if settings.TRAINING:
            raise CommandError("La démonstration n'est pas l'entraînement : lancez « make training ».")
        port: int = options["port"]
        if not options["no_serve"]:
            require_free(port)
        self.stdout.write("Préparation : bases, comptes, scénarios…")
        prepare()
        # In the zone of its authorities: a day that a story names is a day there, at any hour at which it is played.
        now = timezone.now().astimezone(ZONE)
        demo = _prepared(now, f"http://{HOST}:{port}")
        try:
            # Of another day, as the stories: before the rules pass over what was written so.
            rights.stage(demo.cast, now=now)
            resources.stage(demo.cast, now=now)
            orientations.stage(demo.cast, now=now)
            proof.build()
            access_review_tasks.pass_over(now)
            oddity.stage(demo.cast, now=now)
            breach.stage(demo.cast, now=now)
        except (LogContradicted, WitnessFileFaulty) as refused:
            raise CommandError(f"{refused} Supprimez {env.state_dir()} pour repartir de rien.") from None
        show.write_files(demo.cast, at=now)
        self.stdout.write(show.page(demo) + "\n")
        if not options["no_serve"]:
            self.stdout.flush()
            serve(port)


def require_free(port: int, another: str = "make demo PORT=") -> None:
    """Refuse a port on which something listens, before anything is done.

    Raises:
        CommandError: names the way out.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as taken:
            raise CommandError(
                f"Le port {port} n'est pas libre : choisissez-en un autre, par exemple `{another}{port + 1}`."
            ) from taken


def prepare() -> None:
    """Bring both databases and the three authorities to where the demonstration begins."""
    for alias in connections:
        call_command("migrate", database=alias, interactive=False, verbosity=0)
    connections.close_all()  # the next ones take the application's role
    with open(os.devnull, "w") as nowhere:
        call_command("load_territories", only=",".join(CODES), stdout=nowhere)


def _prepared(now: datetime, address: str) -> show.Audited:
    """Gather the cast, play what is missing, give tokens; return what there is to tell.

    Each part is a transaction of its own: one that was broken off is done whole in the next run.
    """
    with transaction.atomic():
        cast = gather(since=now - IN_PLACE_FOR, now=now)
    played = [(story, _played(cast, story, now=now)) for story in STORIES]
    waiting = _waiting(cast, now=now)
    # As a minute later: what is found while somebody tries the printed lines would stop them (T06).
    duplicates_tasks.keep_index(now)
    duplicates_tasks.search_duplicates(now)
    with transaction.atomic():
        give_tokens(cast, at=now)
        give_password(cast)
        give_applications(cast, at=now)
        put_on_duty(cast, at=now)
    return show.Audited(cast, played, waiting, address)


def _played(cast: Cast, story: Story, *, now: datetime) -> Referral:
    """Return the case of a story, played now if it never was."""
    stage = Stage(cast, story.code)
    filer = stage.actor(story.filer, at=now)
    with row_level_security.for_the_service():
        filed = visibility.own_filings(filer, at=now).order_by("created_at").first()
        return filed or show.case_of(story.play(stage, now))


def _waiting(cast: Cast, *, now: datetime) -> Referral:
    """Return a concern that nobody has opened yet, filed two hours ago if there is none."""
    waiting = Referral.objects.filter(authority=cast.authorities[show.HOME], state=State.SUBMITTED)
    with row_level_security.for_the_service():
        referral = waiting.order_by("created_at").first()
        return referral or show.case_of(_file_one(cast, now=now))


def _file_one(cast: Cast, *, now: datetime) -> UUID:
    at = now - timedelta(hours=2)
    form = concern(
        [child(show.HOME, "Jo", born(14, at), "boy", last_name="Prototype")],
        "Il a disparu deux jours et revient avec de l'argent.",
        on=at,
        prostitution_status_filer="at_risk",
    )
    return Stage(cast, show.HOME).file("filer", form, at=at)


def serve(port: int) -> None:
    """Become the web server; it ends with Ctrl-C."""
    connections.close_all()
    environment = {"REPERE_PUBLIC_ADDRESS": f"http://{HOST}:{port}", **os.environ, PORT_VARIABLE: str(port)}
    os.chdir(settings.BASE_DIR)
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.demo.serving", "config.wsgi"]
    os.execve(sys.executable, command, environment)  # noqa: S606 - no shell, and no word of it is foreign
