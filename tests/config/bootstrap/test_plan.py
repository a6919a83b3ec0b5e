"""Plan of an installation: whatever a file says, it is a plan or one sentence a fault."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import env
from config.bootstrap import asking, plan
from config.bootstrap.errors import BootstrapError
from config.env import BASE_DIR
from tests.config.bootstrap.plans import said


def refused(**changed):
    with pytest.raises(BootstrapError) as error:
        plan.of(said(**changed))
    return str(error.value)


def test_the_example_is_a_plan():
    read = plan.read(BASE_DIR / "deploy" / "repere.toml")

    assert read.service.hosts == ("repere.example.fr",)
    assert read.origin == "repere.example.fr/journal"


FAULTS = {
    "an unknown key, with the one that was meant": ({"service__host": ["a.example"]}, "service.hosts ?"),
    "an unknown section": ({"datebases": {}}, "vouliez-vous dire databases ?"),
    "a key that is missing": ({"keys__provider": None}, "keys.provider"),
    "a section that is missing": ({"databases": None}, "databases.cases.admin"),
    "a text where a list belongs": ({"service__hosts": "repere.example"}, "doit être une liste de textes"),
    "a number where a text belongs": ({"databases__cases__name": 5}, "databases.cases.name doit être un texte"),
    "no host": ({"service__hosts": []}, "service.hosts ne nomme aucune machine"),
    "a host that is none": ({"service__hosts": ["REPERE"]}, "REPERE n'est pas un nom de machine"),
    "files in clear": ({"service__files_origin": "http://files.example"}, "service.files_origin"),
    "a quote, which would end a line of the environment": ({"mail__sender": 'a"b'}, "mail.sender contient"),
    "a line break": ({"mail__sender": "a\nREPERE_MODE=local"}, "mail.sender contient"),
    "a witness nowhere": ({"journal__witness_address": "127.0.0.1:8100"}, "journal.witness_address doit être"),
    "a witness on no port": ({"journal__witness_address": "http://127.0.0.1:81000"}, "journal.witness_address"),
    "an unknown key service": ({"keys__provider": "valut"}, "keys.provider doit être file"),
    "no address": ({"databases__cases__admin": "db.internal:5432 oops"}, "n'est pas une adresse"),
    "a password in an address": (
        {"databases__keys__admin": "postgres://postgres:s3cr3t@localhost/postgres"},
        "databases.keys.password_file",
    ),
    "an address in clear": (
        {"databases__cases__admin": "postgres://postgres@db.internal/postgres"},
        "databases.cases.admin passe en clair",
    ),
    "a password of the mail server": ({"mail__server": "smtps://a:s3cr3t@mail.example"}, "mail.password_file"),
    "one name for two roles": ({"roles__auditor": "repere_app"}, "six noms différents"),
    "a name that SQL would have to quote": ({"roles__web_login": "web; DROP"}, "six noms différents"),
    "both databases under one name in one cluster": (
        {"databases__one_cluster": True, "databases__keys__name": "repere"},
        "deux noms",
    ),
    "a setting that nobody reads": (
        {"settings": {"REPERE_ROLE_REVIEW_DAY": "400"}},
        "vouliez-vous dire REPERE_ROLE_REVIEW_DAYS ?",
    ),
    "a secret among the settings": ({"settings": {"REPERE_SMS_GATEWAY_TOKEN": "s3cr3t"}}, "REPERE_SMS_GATEWAY_TOKEN_FILE"),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "sentence"), FAULTS.values(), ids=FAULTS.keys())
def test_what_cannot_be_is_a_sentence_without_the_secret(changed, sentence):
    found = refused(**changed)

    assert sentence in found
    assert "s3cr3t" not in found


def test_all_faults_are_said_at_once():
    found = refused(service__hosts=["X"], keys__provider="none", attachments__store="tape")

    assert len(found.splitlines()) == 3


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    ["service", "databases", "keys", "roles", "mail", "network", "settings", "state", "journal"]
)


def sentences(document):
    """What is wrong with a document, if it is no plan."""
    try:
        plan.of(document)
    except BootstrapError as error:
        return str(error).splitlines() or [""]
    return []


@given(changes=st.dictionaries(_KEYS | st.text(max_size=6), _VALUES, max_size=4))
def test_any_document_is_a_plan_or_sentences(changes):
    assert sentences({**said(), **changes}) != [""]


@given(
    part=st.sampled_from(["service", "databases", "keys", "mail", "network", "attachments"]), inner=_VALUES
)
def test_any_value_of_a_key_is_taken_or_sentences(part, inner):
    document = said()
    section = document.setdefault(part, {})
    for key in [*section, "server", "admin", "trusted_proxies"]:
        assert sentences({**document, part: {**section, key: inner}}) != [""]


@pytest.mark.parametrize(
    ("admin", "host", "port", "options"),
    [
        ("postgres://root@db.internal:5433/postgres?sslmode=verify-full&sslrootcert=/etc/ca.pem",
         "db.internal", 5433, {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}),
        ("host=localhost user=root", "localhost", "", {}),
        ("postgres:///postgres?host=/run/postgresql&port=5433", "", "", {"host": "/run/postgresql", "port": 5433}),
    ],
)  # fmt: skip
def test_the_address_of_a_login_leads_where_the_administrators_does(monkeypatch, admin, host, port, options):
    address = plan.Database(admin=admin, name="repere").address("web", "p@ss/wörd?")
    monkeypatch.setenv("DATABASE_URL", address)

    found = env.database("DATABASE_URL", local="")

    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("repere", "web", "p@ss/wörd?")
    assert (found["HOST"], found["PORT"]) == (host, port)
    assert found.get("OPTIONS", {}) == options


def test_answers_make_a_plan_that_reads_back(tmp_path):
    given_answers = iter(["a.example, b.example", "https://f.example", "93", "host=/run", "", "host=/run2", "", "file", "", "", ""])  # fmt: skip
    document = asking.answers(lambda _: next(given_answers))
    file = tmp_path / "plan.toml"
    file.write_text(asking.as_toml(document))

    read = plan.read(file)

    assert read == plan.of(document)
    assert read.service.hosts == ("a.example", "b.example")
    assert read.databases.keys.name == "repere_keys"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("[service", "n'est pas du TOML"), ("\xff", "n'est pas du TOML"), (None, "ne peut pas être lu")],
)
def test_the_command_says_it_and_shows_no_traceback(tmp_path, text, sentence):
    """SEC-CF1: and it needs no setting: nothing is set yet."""
    file = tmp_path / "plan.toml"
    if text is not None:
        file.write_bytes(text.encode("latin-1"))
    run = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "manage.py", "bootstrap", "--plan", str(file), "--out", str(tmp_path / "etc")],
        cwd=BASE_DIR, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 1
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "etc").exists()
