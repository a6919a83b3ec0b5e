"""Pages of the training: found in a training instance alone, in both languages; the course explains; the attestation."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from audit import notes, tree, verifier
from audit.models import Entry
from audit.sequencer import Sequencer
from encryption.signing import FileSigner
from referrals.models import Referral
from tests.night import NIGHT
from tests.web.learning import answers, completes
from tests.web.visiting import Visitor, form_in, links, text
from web.training import files

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = (
    "/entrainement",
    "/entrainement/histoires/inconnue-a-l-hotel",
    "/entrainement/histoires/inconnue-a-l-hotel/bilan",
    "/entrainement/cours/victime",
    "/entrainement/attestation",
)


@pytest.fixture
def training(settings):
    settings.TRAINING = True


@pytest.fixture
def learner(world, training):
    return Visitor(world, "filer")


@pytest.fixture
def signer(tmp_path, settings):
    settings.LOG_WITNESS_FILE, settings.LOG_WITNESSES = str(tmp_path / "witness.txt"), []
    return FileSigner(tmp_path / "log_key", make=True)


# --- Where the pages are ------------------------------------------------------------------------------


def test_outside_a_training_instance_there_is_no_such_page(world):
    somebody = Visitor(world, "filer")

    for address in ADDRESSES:
        assert somebody.get(address).status_code == 404, address
    for address in (ADDRESSES[1], ADDRESSES[3], ADDRESSES[4], "/entrainement/attestation/preuve"):
        assert somebody.post(address, {}).status_code == 404, address


def test_strangers_are_led_to_the_way_in(client, training, db_both):
    led = client.get("/entrainement", headers={"accept": "text/html"})

    assert (led.status_code, led["Location"]) == (303, "/entrainement/entrer")
    assert client.get("/entrainement/cours/victime").status_code == 401


@pytest.mark.parametrize("language", ["fr", "en"])
def test_stories_and_course_are_there_in_both_languages(learner, language):
    learner.post("/langue", {"language": language})
    index = learner.get("/entrainement")

    for one in (*files.stories().values(), *files.lessons().values()):
        assert getattr(one.title, language) in text(index)
    for address in [*links(index, "/entrainement/histoires"), *links(index, "/entrainement/cours/")]:
        page = text(learner.get(address))
        code = address.rpartition("/")[2]
        told = files.stories().get(code) or files.lessons().get(code)
        assert getattr(told.title, language) in page
        assert getattr((told.seen if hasattr(told, "seen") else told.text)[0], language)[:40] in page


def test_an_unknown_story_or_lesson_is_not_found(learner):
    assert learner.get("/entrainement/histoires/rien").status_code == 404
    assert learner.get("/entrainement/cours/rien").status_code == 404


# --- A story ------------------------------------------------------------------------------------------


def test_a_story_of_another_role_is_told_and_not_begun(learner):
    address = "/entrainement/histoires/lundi-matin"

    assert "Responsable" in text(learner.get(address)) or "autre rôle" in text(learner.get(address))
    assert learner.post(address, {}).status_code == 403


def test_nothing_is_told_before_the_first_act(learner):
    address = "/entrainement/histoires/inconnue-a-l-hotel"
    learner.post(address, {})

    before = text(learner.get(f"{address}/bilan"))

    assert "Vous n'avez encore rien fait dans cette histoire." in before
    assert "Rien n'est arrivé à la cellule" not in before


def test_what_went_well_is_said_before_what_was_missed_each_with_the_guide_and_the_article(world, training):
    """A coordinator takes one step of many, and reads what was missed and why it matters."""
    coordinator = Visitor(world, "crip_coordinator")
    address = "/entrainement/histoires/lundi-matin"
    coordinator.post(address, {})
    page = coordinator.get(address)
    case = next(one for one in links(page, "/dossiers/"))
    assert "Noa" in text(coordinator.get(case))

    coordinator.post(f"{case}/etape/referral/take_charge", form_in(coordinator.get(case)))

    told = coordinator.get(f"{address}/bilan")
    halves = [one for one in ("Ce qui est bien fait", "Ce qui a manqué") if one in text(told)]
    assert halves[-1] == "Ce qui a manqué"
    assert text(told).count("La page du guide") == text(told).count("Base légale") > 1
    assert any(one.startswith("/textes#") for one in links(told))


def test_the_story_stays_beside_the_pages_on_which_one_works(world, learner):
    address = "/entrainement/histoires/inconnue-a-l-hotel"
    assert 'class="at-hand' not in learner.get("/transmissions").content.decode()
    learner.post(address, {})

    page = learner.get("/transmissions")

    assert 'class="at-hand' in page.content.decode()
    assert "Une inconnue à l'hôtel" in text(page)
    assert f"{address}/bilan" in links(page)
    assert 'class="at-hand' not in learner.get(address).content.decode(), "there it is told already"


def test_an_officer_on_call_is_led_to_where_files_are_opened_in_an_emergency(world, training):
    officer = Visitor(world, "on_call")
    address = "/entrainement/histoires/nuit-d-astreinte"
    officer.post(address, {})
    page = officer.get(address)

    reference = Referral.objects.latest("created_at").reference
    assert reference in text(page)
    assert "/ouvertures" in links(page)


def test_what_was_done_as_one_person_stays_done_as_another(world, complete):
    """Stories are for several roles: who enters as somebody else goes on from there."""
    who = world.memberships["93", "crip_coordinator"].pk
    assert complete.post("/entrainement/entrer", {"who": str(who)}).status_code == 303

    assert "Réussie" in text(complete.get("/entrainement"))


# --- The course ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", files.lessons().values(), ids=files.lessons())
def test_each_page_of_the_course_asks_three_questions_and_explains_each_wrong_answer(learner, lesson):
    address = f"/entrainement/cours/{lesson.code}"
    assert len(lesson.questions) >= 3

    wrong = text(learner.post(address, answers(lesson, right=False)))
    for question in lesson.questions:
        assert next(one.why.fr for one in question.choices if not one.right) in wrong.replace(
            "\u00a0", " "
        ).replace("\u202f", " ")
    assert "Toutes les réponses sont justes" not in wrong

    assert "Toutes les réponses sont justes" in text(learner.post(address, answers(lesson)))


def test_no_answer_or_a_made_up_one_is_not_right(learner):
    address = "/entrainement/cours/victime"

    assert "Choisissez une réponse" in text(learner.post(address, {}))
    assert "Choisissez une réponse" in text(learner.post(address, {"q0": "9", "q1": "x", "q2": "²"}))


def test_there_are_five_to_seven_pages():
    assert 5 <= len(files.lessons()) <= 7


# --- The attestation ----------------------------------------------------------------------------------

NAME = "Camille Exemple"


@pytest.fixture
def complete(world, learner):
    """Somebody who went through the course and one story."""
    completes(world, learner)
    return learner


def fetched(visitor, page, form="json", **changed):
    return visitor.post("/entrainement/attestation/preuve", form_in(page) | {"form": form} | changed)


@pytest.fixture
def attested(complete, signer, tmp_path):
    """The file of an attestation, and the key of the log."""
    page = complete.post("/entrainement/attestation", {"name": NAME})
    assert page.status_code == 200, text(page)
    Sequencer(signer).once()
    answer = fetched(complete, page)
    assert answer["Content-Type"] == "application/json", text(answer)
    file = tmp_path / "attestation.json"
    file.write_bytes(answer.content)
    keys = tmp_path / "log.vkey"
    keys.write_text(notes.vkeys(tree.newest().name, signer)[0] + "\n")
    return file, keys


def verified(file, keys):
    return verifier.main(["attestation", str(file), "--key", str(keys)])


def test_without_course_and_story_there_is_none(learner):
    assert "après le cours" in text(learner.get("/entrainement/attestation"))
    assert learner.post("/entrainement/attestation", {"name": NAME}).status_code == 403
    assert not Entry.objects.filter(act=verifier.ATTESTED).exists()


def test_the_journal_keeps_one_entry_with_a_hash_alone(complete):
    complete.post("/entrainement/attestation", {"name": NAME})

    entry = Entry.objects.get(act=verifier.ATTESTED)
    said = json.loads(bytes(entry.body))
    assert NAME not in bytes(entry.body).decode()
    assert (said["actor"], said["org"], said["obj"]) == (None, None, [])
    assert len(said["to"]) == 64


def test_it_waits_for_the_sequencer(complete, signer):
    page = complete.post("/entrainement/attestation", {"name": NAME})
    waiting = fetched(complete, page)

    assert waiting["Content-Type"].startswith("text/html")
    assert "quelques secondes" in text(waiting)
    Sequencer(signer).once()
    assert fetched(complete, waiting)["Content-Type"] == "application/json"
    assert NAME in text(fetched(complete, waiting, "page"))


def test_another_name_or_number_gets_none(complete, signer):
    page = complete.post("/entrainement/attestation", {"name": NAME})
    Sequencer(signer).once()

    assert fetched(complete, page, name="Quelqu'un d'autre").status_code == 404
    assert fetched(complete, page, nonce="0" * 32).status_code == 404
    assert fetched(complete, page, day="2020-01-01").status_code == 404


def test_an_attestation_is_a_pdf_too(complete, signer):
    page = complete.post("/entrainement/attestation", {"name": NAME})
    Sequencer(signer).once()

    answer = fetched(complete, page, "pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert NAME not in answer["Content-Disposition"]


def test_it_verifies_offline_with_nothing_but_the_file_and_the_key(attested, tmp_path):
    """The service, its database and this repository are of no use to it: one file, a Python, the key."""
    file, keys = attested
    alone = tmp_path / "verifier.py"
    alone.write_bytes((ROOT / "audit" / "verifier.py").read_bytes())
    told = subprocess.run(  # noqa: S603 - our own file
        [sys.executable, "-I", str(alone), "attestation", str(file), "--key", str(keys)],
        capture_output=True, text=True, cwd=tmp_path, env={}, check=False,
    )  # fmt: skip

    assert told.returncode == 0, told.stdout + told.stderr
    assert NAME in told.stdout


def test_one_changed_byte_fails_wherever_it_is(attested, tmp_path, capsys):
    file, keys = attested
    raw, other = file.read_bytes(), tmp_path / "changed.json"
    assert verified(file, keys) == 0

    for place in range(0, len(raw), max(1, len(raw) // (400 if NIGHT else 100))):
        changed = bytearray(raw)
        changed[place] ^= 1
        other.write_bytes(bytes(changed))
        assert verified(other, keys) != 0, place
    for more in (raw + b" ", raw[:-1], raw.replace(b'"name":', b'"name": ')):
        other.write_bytes(more)
        assert verified(other, keys) != 0


def test_another_name_fails_though_the_sum_is_reckoned_anew(attested, tmp_path):
    file, keys = attested
    said = json.loads(file.read_bytes()) | {"name": "Dominique Exemple"}
    said["sum"] = verifier.attestation_sum(said)
    file.write_bytes(verifier.canonical_json(said) + b"\n")

    assert verified(file, keys) == verifier.FAULTS["proof"][0]


def test_another_key_or_an_entry_of_something_else_fails(attested, complete, tmp_path):
    file, keys = attested
    keys.write_text(notes.vkeys(tree.newest().name, FileSigner(tmp_path / "another", make=True))[0])
    assert verified(file, keys) == verifier.FAULTS["signature"][0]

    said = json.loads(file.read_bytes())
    said["entry"] = said["entry"].replace("training:attested", "referral:submit")
    said["sum"] = verifier.attestation_sum(said)
    file.write_bytes(verifier.canonical_json(said) + b"\n")
    assert verified(file, keys) != 0


def test_what_is_no_attestation_is_told_so(tmp_path, attested):
    _, keys = attested
    for raw in (b"[]", b"{}", b"nothing", b'{"name": 3}'):
        (tmp_path / "other.json").write_bytes(raw)
        assert verified(tmp_path / "other.json", keys) == verifier.FAULTS["malformed"][0]
