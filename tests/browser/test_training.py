"""A newcomer at a training instance: enters by a click, completes a story, and reads what was missed on the way."""

import shutil
import socket
import subprocess
import sys
import tempfile

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Service, somebody_else
from tests.browser.test_filing import says, ticks
from tests.night import NIGHT
from tests.shared import ROOT, plain_environment

__test__ = NIGHT  # preparing an instance takes a minute; its pages by day: web/test_training.py, test_training_stories.py


@pytest.fixture
def training():
    """Run a training instance until the test ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    state = tempfile.mkdtemp(prefix="training")
    environment = plain_environment() | {
        "REPERE_MODE": "training",
        "REPERE_STATE_DIR": state,
        "REPERE_PUBLIC_ADDRESS": f"http://localhost:{port}",
    }
    command = [sys.executable, "manage.py", "training", "--port", str(port)]
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        for line in running.stdout:
            if "répond sur" in line:
                break
        yield Service(f"http://localhost:{port}", "", {}, {}, environment)
    finally:
        running.terminate()
        running.wait(timeout=30)
        running.stdout.close()
        shutil.rmtree(state, ignore_errors=True)


def test_a_newcomer_completes_a_story(browser, training):
    """By the way of a demonstration's link: as a filer of one's own, at night in a hotel."""
    with somebody_else(browser, training) as newcomer:
        main = newcomer.page.locator("main")
        newcomer.goes("/entrainement")
        newcomer.presses("Entrer comme nouveau déclarant")
        newcomer.glances("the stories")

        newcomer.follows("Toujours victime")
        newcomer.page.locator("[name=q0]").nth(1).check()
        newcomer.presses("Vérifier mes réponses")
        expect(main).to_contain_text("L'accord d'un mineur ne compte pas")
        newcomer.glances("a page of the course")

        newcomer.goes("/entrainement")
        newcomer.follows("Une inconnue à l'hôtel")
        newcomer.presses("Commencer")
        newcomer.glances("a story")
        newcomer.follows("Regarder ce que j'ai fait")
        expect(main).to_contain_text("Vous n'avez encore rien fait")
        newcomer.glances("nothing to tell yet")

        newcomer.follows("Aller à votre tâche")
        newcomer.presses("Transmettre en urgence")
        says(newcomer, "Numéro où vous rappeler", "06 39 98 12 34")
        says(newcomer, "Que se passe-t-il", "Des adultes différents montent dans la chambre 12.")
        ticks(newcomer, "Comment le savez-vous", "Vu")
        says(newcomer, "Quel danger", "Un adulte est dans la chambre.")
        ticks(newcomer, "Qui avez-vous déjà appelé", "Police / gendarmerie (17)")
        says(newcomer, "Dans quelle commune", "Bobigny")
        ticks(newcomer, "Où se trouve l'enfant", "Localisé")
        ticks(newcomer, "Connaissez-vous l'identité", "Inconnue")
        newcomer.page.locator("[name=child-age_estimated_min]").fill("13")
        newcomer.page.locator("[name=child-age_estimated_max]").fill("16")
        newcomer.presses("Transmettre maintenant")

        newcomer.goes("/entrainement/histoires/inconnue-a-l-hotel/bilan")
        expect(main).to_contain_text("Cette histoire est réussie")
        newcomer.glances("a story that succeeded")
