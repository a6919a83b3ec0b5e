"""What the checks of a start would refuse is refused before anything is written, with the key of the plan."""

import dataclasses

import pytest

from config import clocks
from config.bootstrap import environments, files, lines, plan, running, stages
from config.bootstrap.environments import Places
from config.bootstrap.errors import BootstrapError
from config.bootstrap.plan import Plan
from config.bootstrap.processes import PROCESSES, WITNESS
from tests import forked
from tests.config.bootstrap.plans import said


@pytest.fixture(autouse=True)
def _in_forks(monkeypatch):
    """Let the checks run in forks of the test, on a machine whose clock nothing keeps."""

    def run(words, *, env, **options):
        return forked.run(words, env={**env, "DJANGO_SETTINGS_MODULE": "config.settings"}, **options)

    monkeypatch.setattr(running.subprocess, "run", run)
    monkeypatch.setattr(clocks, "is_synchronised", lambda: False)


def made(
    tmp_path, *, dry=False, only=("Réglages", "Dossiers", "Clés et secrets", "Environnements"), **changed
):
    """Do the stages that write files."""
    chosen = plan.of(said(state=str(tmp_path / "state"), **changed))
    places = Places(tmp_path / "etc", tmp_path / "state", one_account=True)
    on = stages.Installation(chosen, places, {})
    told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "STAGES", {name: stages.STAGES[name] for name in only})
        stages.made(on, dry=dry, say=told.append)
    return told


def content(folder):
    return {str(path): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("dry", [False, True])
@pytest.mark.parametrize(
    ("changed", "number", "key"),
    [
        ({"settings": {"REPERE_OPENINGS_PER_HOUR": "0"}}, "E028", "settings.REPERE_OPENINGS_PER_HOUR"),
        ({"service__clock_kept_by_host": False}, "E034", "service.clock_kept_by_host"),
        ({"settings": {"REPERE_LOG_LEVEL": "LOUD"}}, "REPERE_LOG_LEVEL must be", "settings.REPERE_LOG_LEVEL"),
        ({"mail__server": "smtp://mail.example.fr:25"}, None, None),
        ({"attachments__scanner": "tcp:scanner.example.fr:3310"}, "E026", "attachments.scanner"),
        ({"network__trusted_proxies": ["0.0.0.0/0"]}, "E015", "network.trusted_proxies"),
    ],
    ids=["a cap", "the clock", "a word", "nothing", "the antivirus", "proxies"],
)
def test_what_a_start_refuses_is_refused_before_anything_is_written(tmp_path, changed, number, key, dry):
    if number is None:
        assert any("web : les réglages" in line for line in made(tmp_path, dry=dry, **changed))
        return
    with pytest.raises(BootstrapError) as refused:
        made(tmp_path, dry=dry, **changed)

    assert "web ne démarrerait pas" in str(refused.value)
    assert number in str(refused.value)
    assert str(refused.value).endswith(f"→ plan : {key}")
    assert list(tmp_path.iterdir()) == []


def test_an_installation_that_is_there_stays_as_it_is(tmp_path):
    made(tmp_path)
    before = content(tmp_path)
    with pytest.raises(BootstrapError, match="E044"):
        made(tmp_path, settings={"REPERE_ROLE_REVIEW_DAYS": "7"})
    assert content(tmp_path) == before

    # What somebody added by hand counts, too, as soon as the file is written anew.
    file = tmp_path / "etc" / "web.env"
    file.write_text(f"{file.read_text()}REPERE_LINES_PER_HOUR=0\n")
    with pytest.raises(BootstrapError, match="E028"):
        made(tmp_path, mail__sender="other@repere.example")
    assert lines.read(file.read_text())["REPERE_LINES_PER_HOUR"] == "0"

    # And what never changes is refused first.
    with pytest.raises(BootstrapError, match="REPERE_LOG_ORIGIN"):
        made(tmp_path, journal__origin="another.example/journal")


def test_where_nothing_changes_nothing_is_asked_again(tmp_path, monkeypatch):
    made(tmp_path)
    monkeypatch.setattr(running, "run", lambda *_: pytest.fail("asked"))

    assert not any(line.strip().startswith("fait") for line in made(tmp_path))


def test_nothing_of_the_trial_is_left(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        running, "run", lambda places, *_: (seen.append(places.out), running.Done(True, ""))[1]
    )
    made(tmp_path, only=["Réglages"])

    assert len(seen) == 3
    assert not any(files.exists(path.parent) for path in seen)
    assert list(tmp_path.iterdir()) == []


# --- The keys of the plan -------------------------------------------------------------------------------


def keys_of(kind=Plan, where=""):
    for one in dataclasses.fields(kind):
        hints = plan.get_type_hints(kind)
        yield f"{where}{one.name}"
        if dataclasses.is_dataclass(hints[one.name]):
            yield from keys_of(hints[one.name], f"{where}{one.name}.")


def test_each_key_of_the_table_is_one_of_the_plan():
    assert set(environments.PLAN_KEYS.values()) - set(keys_of()) == set()


def test_each_variable_that_the_plan_sets_has_its_key(tmp_path):
    chosen = plan.of(said(state=str(tmp_path / "state")))
    places = Places(tmp_path / "etc", tmp_path / "state")
    made(tmp_path)
    named = {
        name.removeprefix("MIGRATION_").removesuffix("_FILE")
        for process in PROCESSES
        if process is not WITNESS
        for name in environments._all(process, chosen, places)
    }

    known = {name.removesuffix("_FILE") for name in (*environments.PLAN_KEYS, *environments.MADE)}
    assert named - known == set()


def test_a_sentence_leads_to_the_keys_that_it_is_about():
    chosen = plan.of(said(settings={"REPERE_ATTACHMENT_BYTES": "1", "REPERE_OUTBOUND_CA_FILE": "/etc/ca"}))
    sentence = (
        "REPERE_CLOCK_KEPT_BY_HOST=yes, KEYS_DATABASE_URL and DATABASE_URL, REPERE_ATTACHMENT_BYTES, "
        "REPERE_SMS_GATEWAY_TOKEN_FILE, REPERE_VAULT_TOKEN_FILE, REPERE_THREADS, REPERE_CLOCK_KEPT_BY_HOST"
    )

    assert environments.plan_keys(sentence, chosen) == [
        "service.clock_kept_by_host", "databases.keys", "databases.cases", "settings.REPERE_ATTACHMENT_BYTES",
        "network.sms_token_file", "keys.vault_token_file", "settings.REPERE_THREADS",
    ]  # fmt: skip
    assert environments.plan_keys("No variable at all.", chosen) == []
