"""The pages of the journal: what the auditors' calls tell, in words, to auditors and data protection officers alone."""

import ast
import csv
import io
import re
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

import pytest
from django.apps import apps
from django.db import connection
from django.utils import translation

from accounts.permissions import PERMISSIONS
from audit import activity, events
from audit.models import Checkpoint
from audit.questions import QUESTIONS
from audit.sequencer import Sequencer
from config import error_messages, errors
from config.env import BASE_DIR
from encryption.signing import FileSigner
from referrals.access.matrix import Relation
from referrals.access_review.inputs import RULE_LABELS
from referrals.policy.definitions import SETTINGS
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.night import some
from tests.referrals.api.routes import counting
from tests.security.procedure import Case, filed, play, triaged
from tests.shared import known_to_processes
from tests.shared_fixtures import shared_fixture
from tests.sources import nodes
from tests.web.visiting import Visitor, form_in, links, text
from web.journal import oddities, rules, words
from web.journal.base import field_in_words
from web.journal.rules import rule

PACKAGES = ("encryption", "core", "outbox", "audit", "accounts", "referrals", "web", "config")
#: Imported, they start a server.
STARTING = {"config.asgi", "config.wsgi", "config.demo.serving"}
READERS = ["auditor", "dpo"]
OTHERS = ["crip_coordinator", "supervisor", "territory_admin", "filer", "statistician", "platform_admin"]
PAGES = [
    "",
    "/questions",
    "/questions/refusals",
    "/entrees",
    "/preuves",
    "/anomalies",
    "/images",
    "/verificateur",
    "/tableau",
    "/export",
]
WHO = re.compile(r"/questions/person-openings\?actor=([0-9a-f-]{36})")
FILE = re.compile(r"/questions/file-openings\?subject=([0-9a-f-]{36})")
PROOF = re.compile(r"/journal/preuves\?entry=([0-9a-f-]{36})")


@shared_fixture
def case(world):
    """A case whose every text names itself, and that the cell has read."""
    made = Case(world, "canari-{}.".format)
    form = concern(filer_name="Canari-filer", strengths="canari-strengths.")
    form["children"][0] |= {"last_name": "Canari-name", "first_names": "Prenom"}
    play(world, filed(made, form))
    play(world, triaged(made))
    assert world.as_("crip_coordinator").get(f"referrals/{made.pk}").status_code == 200
    see_all()
    assert world.as_("filer_2").get(f"referrals/{made.pk}").status_code == 404
    see_all()
    return made


@pytest.fixture
def log(case, tmp_path, settings):
    """Give the entries their places as the sequencer does, and sign; again whenever it is called."""
    settings.LOG_WITNESS_FILE, settings.LOG_WITNESSES = "", []
    sequencer = Sequencer(FileSigner(tmp_path / "log.key", make=True))

    def grows():
        see_all()
        with as_owner():
            sequencer.once()
        return bytes(Checkpoint.objects.order_by("-size").first().note).decode()

    grows()
    return grows


# --- Words --------------------------------------------------------------------------------------------


def test_whose_journal_it_is_reads_well_whatever_the_name(world):
    assert "Journal – Autorité 93" in text(Visitor(world, "auditor").get("/journal"))


def test_a_refusal_is_told_in_words_and_not_by_its_code():
    assert rule("not-found") == "introuvable, ou hors de portée de cette personne"
    assert rule("wrong-state") == "l'état du dossier ne le permet pas"
    assert rule("search_is_proven").startswith("La recherche de dossiers antérieurs doit être faite")
    assert rule("referral:qualify") == "Qualifier en information préoccupante"
    assert rule("sign-in-refused") == "Adresse ou mot de passe incorrect."
    assert rule("of-no-version") == "of-no-version"


@cache
def rules_in_the_code():
    """Return the codes that calls of the service's code name as their rule, letter for letter."""
    files = (file for package in PACKAGES for file in (BASE_DIR / package).rglob("*.py"))
    return {
        node.value.value
        for _, node in nodes((file for file in files if "migrations" not in file.parts), r"\brule\s*=")
        if isinstance(node, ast.keyword) and node.arg == "rule" and isinstance(node.value, ast.Constant)
    } - {None, ""}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_code_that_an_entry_names_as_its_rule_has_words(language):
    """Refusals of every app, rights, relations, settings, rules of anomalies, and what calls name themselves."""
    codes = {
        *(error.code for error in errors.STATUS),
        *(code for _, code in errors.FRAMEWORK.values()),
        *error_messages.TITLES,
        *(f"status-{status}" for status in error_messages.STATUSES),
        *PERMISSIONS,
        *map(str, Relation),
        *SETTINGS,
        *RULE_LABELS,
        *rules_in_the_code(),
    }

    assert len(codes) > 300
    with translation.override(language):
        assert sorted(code for code in codes if rule(code) == code) == []
    assert set(rules.RIGHTS) == set(PERMISSIONS)


def test_the_count_of_an_anomaly_is_told_in_the_unit_of_its_rule():
    assert set(oddities.COUNTED) == set(RULE_LABELS)
    assert oddities.counted("R06", 12) == "12 demandes refusées"
    assert oddities.counted("R06", 1) == "1 demande refusée"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_purpose_outcome_and_topic_has_words(language):
    with translation.override(language):
        for words_of in (words.PURPOSES, words.OUTCOMES):
            assert [code for code, label in words_of.items() if str(label) == code] == []
    assert {question.filters["topic"] for question in QUESTIONS if "topic" in question.filters} == set(
        events.Topic
    )


@pytest.mark.slow("starts the service anew")
def test_every_act_of_the_service_has_words(db, folder_of_run):
    """Whatever this process happened to load: a command's act too is one that the auditor asks for."""
    served = known_to_processes(folder_of_run)["acts"]
    for package in PACKAGES:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            if module.name not in STARTING:
                import_module(module.name)
    # Acts that only tests perform come from their own modules.
    ours = [act for act in events.registered() if not act.startswith("test")]

    assert sorted(set(ours) - set(served)) == []
    for language in ("fr", "en"):
        with translation.override(language):
            assert [act for act in ours if words.act(act) == act] == []
    in_families = [act for family in words.FAMILIES for act in words.acts_in(family)]
    assert len(in_families) == len(set(in_families))
    assert [act for act in ours if act not in in_families] == []
    assert set(words.PURPOSES) == {str(one) for one in events.Purpose}
    assert set(words.OUTCOMES) == {str(one) for one in events.Outcome}


def test_every_sealed_field_has_words(db):
    """A reader of openings is told in words what was opened."""
    sealed = {
        field.label
        for model in apps.get_models()
        if not model.__module__.startswith("tests")
        for field in model._meta.concrete_fields
        if isinstance(getattr(field, "label", None), str) and "." in field.label
    }

    assert len(sealed) > 100
    assert [label for label in sealed if field_in_words(label) == label] == []


# --- Who may ------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ2")
@pytest.mark.parametrize("name", OTHERS)
def test_who_reads_no_journal_has_no_page_of_it(world, log, name):
    visitor = Visitor(world, name)

    assert "/journal" not in links(visitor.client.get("/", follow=True))
    for page in some(PAGES, name, 3):
        assert visitor.get(f"/journal{page}").status_code == 403, page
    assert visitor.post("/journal/preuves", {"note": "x"}).status_code == 403


@pytest.mark.parametrize("name", READERS)
def test_auditor_and_officer_have_every_page(world, log, name):
    visitor = Visitor(world, name)

    assert "/journal" in links(visitor.get("/aujourdhui"))
    for page in PAGES:
        answer = visitor.get(f"/journal{page}")
        b"".join(answer)  # an export is a file: read, and so closed
        assert answer.status_code == 200, page


@pytest.mark.sec("SEC-AZ16")
def test_no_page_of_the_journal_says_what_a_case_holds(world, case, log):
    """Pseudonyms, codes, states: neither names nor texts nor references nor ids of rows."""
    auditor = Visitor(world, "auditor")
    see_all()
    reference = world.as_("crip_coordinator").get(f"referrals/{case.pk}").json()["reference"]
    entries = auditor.get("/journal/entrees")
    subject, entry = FILE.search(entries.content.decode())[1], PROOF.search(entries.content.decode())[1]
    pages = [auditor.get(f"/journal{page}") for page in PAGES[:7]]
    pages += [auditor.get("/journal/questions/file-openings", subject=subject)]
    pages += [auditor.get("/journal/preuves", entry=entry), entries]

    for page in pages:
        told = page.content.decode()
        for said in ("anari", "Prenom", reference, case.pk, world.user("crip_coordinator").email):
            assert said not in told


# --- Questions ----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL17")
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.name)
def test_a_question_tells_the_entries_that_its_call_tells(world, case, question):
    auditor = Visitor(world, "auditor")
    all_of = auditor.get("/journal/entrees", act="field:opened").content.decode()
    given = {
        "subject": {"subject": FILE.search(all_of)[1]},
        "actor": {"actor": WHO.search(all_of)[1]},
        "": {},
    }[question.needs]

    asked = world.as_("auditor").get(f"audit/questions/{question.name}", **given).json()["results"]
    page = auditor.get(f"/journal/questions/{question.name}", **given)

    assert page.status_code == 200
    assert PROOF.findall(page.content.decode())[-len(asked) or 99 :] == [one["id"] for one in asked]
    if question.needs:
        first = auditor.get(f"/journal/questions/{question.name}")
        assert (first.status_code, PROOF.findall(first.content.decode())) == (200, [])
    assert auditor.get("/journal/questions/nonsense").status_code == 404


def test_entries_are_narrowed_by_family_and_by_purpose(world, case):
    auditor = Visitor(world, "auditor")

    def told(**filters):
        page = auditor.get("/journal/entrees", **filters)
        assert page.status_code == 200
        shown = set(PROOF.findall(page.content.decode()))
        asked = {name: value for name, value in filters.items() if name == "purpose"}
        return shown, {one["id"]: one for one in entries(world, **asked)}

    shown, every = told(family="procedure")
    assert {every[one]["act"].partition(":")[0] for one in shown} == {"referral"}
    for purpose in ("handling", "filing"):
        shown, of_purpose = told(purpose=purpose)
        assert {one["purpose"] for one in of_purpose.values()} == {purpose}
        assert shown
        assert shown == set(of_purpose)
    assert told(purpose="export") == (set(), {})
    assert auditor.get("/journal/entrees", purpose="x").status_code == 400


def entries(world, **asked):
    answer = world.as_("auditor").get("audit/entries", limit=100, **asked)
    see_all()
    return answer.json()["results"]


def test_days_are_whole_days_and_pages_follow_each_other(world, case):
    auditor = Visitor(world, "auditor")
    today = datetime.now(UTC).date().isoformat()

    all_of = PROOF.findall(auditor.get("/journal/entrees", limit=50).content.decode())
    page = auditor.get("/journal/entrees", limit=2)
    (onwards,) = [one for one in links(page, "/journal/entrees?") if "cursor=" in one]
    second = PROOF.findall(auditor.get(onwards + "&limit=2").content.decode())

    assert len(all_of) > 4
    assert PROOF.findall(auditor.get("/journal/entrees", until="2001-01-01").content.decode()) == []
    assert PROOF.findall(
        auditor.get("/journal/entrees", since="2001-01-01", until="2099-01-01").content.decode()
    )
    assert not set(second) & set(PROOF.findall(page.content.decode()))
    assert auditor.get("/journal/entrees", since=today, until="").status_code == 200


@pytest.mark.sec("SEC-IN2")
def test_a_filter_that_cannot_be_read_is_named_beside_its_field(world, case):
    auditor = Visitor(world, "auditor")

    page = auditor.get("/journal/questions/file-openings", subject="a name", since="")
    unknown = auditor.get("/journal/entrees", name="Canari")

    assert (page.status_code, unknown.status_code) == (400, 400)
    assert 'href="#f-subject"' in page.content.decode()
    assert 'aria-describedby="f-subject-error" aria-invalid="true"' in page.content.decode()
    assert "Canari" not in text(unknown)


def test_the_answer_to_a_question_leaves_as_a_table(world, case):
    auditor = Visitor(world, "auditor")
    page = auditor.get("/journal/questions/refusals")
    (table,) = links(page, "/journal/tableau?")

    answer = auditor.get(table)
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert rows
    assert {row["out"] for row in rows} <= {"deny", "fail"}
    exports = PROOF.findall(auditor.get("/journal/questions/exports").content.decode())
    assert len(exports) == 1
    assert auditor.get("/journal/tableau", question="file-openings").status_code == 400


# --- Proofs -------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL8")
def test_an_entry_has_its_proof_on_the_page(world, log):
    auditor = Visitor(world, "auditor")
    entry = PROOF.search(auditor.get("/journal/entrees", act="referral:submit").content.decode())[1]

    page = text(auditor.get("/journal/preuves", entry=entry))

    assert "la preuve est juste" in page
    assert "c2sp.org/tlog-proof@v1" in page
    assert f'"id":"{entry}"' in page
    assert Visitor(world, "auditor", "75").get("/journal/preuves", entry=entry).status_code == 404


def test_the_newest_entry_waits_for_its_place(world, log):
    auditor = Visitor(world, "auditor")
    auditor.get("/journal/entrees")  # which is written down, after the checkpoint
    newest = PROOF.search(auditor.get("/journal/entrees").content.decode())[1]
    assert "Aucun point de contrôle ne couvre encore" in text(auditor.get("/journal/preuves", entry=newest))


@pytest.mark.sec("SEC-AL9")
def test_a_kept_checkpoint_is_held_against_the_log(world, log):
    auditor = Visitor(world, "auditor")
    kept = log()
    auditor.get("/journal/entrees")
    assert log() != kept

    def compares(note, expect=200):
        shown = auditor.get("/journal/preuves")
        answer = auditor.post("/journal/preuves", form_in(shown) | {"note": note})
        assert answer.status_code == expect
        return text(answer)

    origin, size, root, *rest = kept.split("\n")
    other = "A" * 43 + "="
    assert "continue sans changement" in compares(kept.replace("\n", "\r\n"))
    assert "il a été réécrit" in compares("\n".join([origin, size, other, *rest]))
    assert "est plus court que celui de 999999" in compares("\n".join([origin, "999999", root, *rest]))
    assert "est d'un autre journal" in compares("\n".join(["elsewhere.example/log", size, root, *rest]))
    assert "n'est pas un point de contrôle" in compares("<b>nonsense</b>", expect=400)


def test_before_anything_is_signed_the_pages_say_so(world, case):
    auditor = Visitor(world, "auditor")

    for page in ("", "/preuves"):
        assert "Aucun point de contrôle n'est signé" in text(auditor.get(f"/journal{page}"))
    assert auditor.get("/journal/export").status_code == 404


@pytest.mark.sec("SEC-AL8")
def test_a_log_that_lags_is_the_first_thing_said(world, case, settings):
    settings.LOG_LAG_MINUTES = -1

    assert "Le journal a pris du retard" in text(Visitor(world, "auditor").get("/journal"))
    told = world.as_("auditor").get("audit/health").json()
    assert (told["behind"], told["size"], told["witnesses"]) == (True, 0, [])


def test_export_and_verifier_leave_as_files(world, log):
    auditor = Visitor(world, "auditor")
    (part,) = links(auditor.get("/journal/preuves"), "/journal/export?")

    export = auditor.get(part)
    program = auditor.get("/journal/verificateur")

    assert b"".join(export)[:2] == b"PK"
    assert b"def inclusion_holds" in program.content
    assert "attachment" in program["Content-Disposition"]


# --- What it costs, and in which language ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "twins"),
    [
        ("journal", ["audit/health", "audit/anomalies"]),
        ("journal/anomalies", ["audit/anomalies"]),
        ("acces", ["access-questions"]),
        ("journal/questions/refusals", ["audit/questions/refusals"]),
        ("journal/entrees", ["audit/entries"]),
        ("journal/preuves", ["audit/health"]),
        ("journal/images", ["audit/activity"]),
    ],
)
def test_a_page_asks_the_database_little_more_than_its_twin(world, log, address, twins):
    """At most two statements more than the calls of the API that tell the same."""
    auditor = Visitor(world, "auditor")
    for _ in range(2):  # the second time what is remembered for good is remembered
        with counting() as of_page:
            assert auditor.get(f"/{address}").status_code == 200
        of_twins = 0
        for twin in twins:
            with counting() as asked:
                answer = auditor.client.get(f"/api/v1/{twin}", headers={"accept": "*/*"})
                assert answer.status_code == 200
            of_twins += asked[0]

    seeing = connection.vendor == "postgresql"  # the one by which the test sees all rows again
    assert of_page[0] <= of_twins + 2 + seeing


def test_the_pages_speak_the_other_language(world, log):
    auditor = Visitor(world, "auditor")
    auditor.post("/langue", {"language": "en"})

    assert "Case read" in text(auditor.get("/journal/entrees"))
    assert "What was refused?" in text(auditor.get("/journal/questions"))
    for page in PAGES[:7]:
        assert auditor.get(f"/journal{page}").headers["Content-Language"] == "en", page


# --- Pictures -----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL17")
def test_the_pictures_say_what_the_call_counts(world, log):
    """One opening by the cell, and refusals; each picture has its title, description and table."""
    auditor = Visitor(world, "auditor")

    told = world.as_("auditor").get("audit/activity", days="7").json()
    page = auditor.get("/journal/images", days="7")

    html = page.content.decode()
    total = {kind: sum(day[kind] for day in told["days"]) for kind in ("files", "refusals")}
    assert len(told["days"]) == 7
    assert total["files"] == sum(map(sum, told["hours"])) > 0
    assert total["refusals"] > 0
    assert [len(row) for row in told["hours"]] == [24] * 7
    rows = re.findall(r"<th scope=\"row\">[\d/]+</th><td>(\d+)</td>", html)
    assert (len(rows), sum(map(int, rows))) == (7, total["files"])
    assert html.count("<svg viewBox") - 1 == html.count("<title id=") == html.count("<desc id=") == 8
    assert not re.search(r"\sstyle=", html)
    assert auditor.get("/journal/images", days="8").status_code == 400
    assert world.as_("auditor").get("audit/activity", actor=world.user("auditor").pk).status_code == 400


@pytest.mark.sec("SEC-AL17")
def test_a_year_is_told_by_month_with_what_was_changed_and_opened_in_an_emergency(world, log):
    told = world.as_("auditor").get("audit/activity", days="365").json()
    page = Visitor(world, "auditor").get("/journal/images", days="365")

    assert len(told["months"]) == 12
    assert {month["day"][-2:] for month in told["months"]} == {"01"}
    for kind in activity.kinds():
        assert sum(month[kind] for month in told["months"]) == sum(day[kind] for day in told["days"]), kind
    newest = told["months"][-1]
    steps = [
        one for one in entries(world) if one["act"].startswith("referral:") and one["outcome"] == "allow"
    ]
    assert newest["changes"] == len(steps) > 0
    assert (newest["emergencies"], newest["exports"]) == (0, 0)
    assert (
        re.findall(r'<th scope="row">(\d\d/\d{4})</th>', page.content.decode())[0]
        == f"{newest['day'][5:7]}/{newest['day'][:4]}"
    )
    assert "Par mois" in text(page)


def test_a_day_is_that_of_the_zone_and_another_authority_counts_nothing(world, log):
    elsewhere = world.as_("auditor", "75").get("audit/activity", zone="Indian/Reunion").json()

    assert sum(day["files"] for day in elsewhere["days"]) == 0
    assert world.as_("auditor").get("audit/activity", zone="Europe/Berlin").status_code == 400
