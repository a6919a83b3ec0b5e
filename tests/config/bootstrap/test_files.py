"""Files of an installation: whole, for one account, never over what is there; every failure is a sentence."""

import errno
import os
import stat
from contextlib import suppress

import pytest

from config.bootstrap import environments, files, plan, sheet, stages
from config.bootstrap.environments import Places
from config.bootstrap.errors import BootstrapError
from config.bootstrap.files import Files
from config.bootstrap.processes import PROCESSES
from core.clock import instant
from tests.config.bootstrap.plans import said

LOCAL = [name for name, stage in stages.STAGES.items() if stage in (
    stages.folders, stages.keys_and_secrets, stages.addresses, stages.environment_files)]  # fmt: skip


def installation(tmp_path, **changed):
    chosen = plan.of(said(state=str(tmp_path / "state"), **changed))
    return stages.Installation(chosen, Places(tmp_path / "etc", tmp_path / "state"), {})


@pytest.fixture
def local(monkeypatch):
    """Only the stages that write files."""
    monkeypatch.setattr(stages, "STAGES", {name: stages.STAGES[name] for name in LOCAL})


def content(folder):
    return {str(path): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def make(on, *, dry=False):
    lines = []
    return stages.made(on, dry=dry, say=lines.append), lines


@pytest.mark.usefixtures("local")
def test_a_second_run_changes_nothing_and_says_so(tmp_path):
    first, _ = make(installation(tmp_path))
    before = content(tmp_path)

    second, lines = make(installation(tmp_path))

    assert (first > 20, second) == (True, 0)
    assert content(tmp_path) == before
    assert not any(line.strip().startswith("fait") for line in lines)


@pytest.mark.usefixtures("local")
def test_a_dry_run_touches_nothing(tmp_path):
    count, lines = make(installation(tmp_path), dry=True)

    assert count == make(installation(tmp_path))[0]
    assert any(line.strip().startswith("à faire : le secret des sessions") for line in lines)


@pytest.mark.usefixtures("local")
def test_broken_off_after_any_step_it_goes_on_and_draws_no_key_twice(tmp_path, monkeypatch):
    """Each step in turn is the last one that is done; what was drawn until then stays as it was."""
    whole = len([step for name in LOCAL for step in stages.STAGES[name](installation(tmp_path))])
    for last in range(whole):
        folder = tmp_path / str(last)
        done = 0

        def stop(*_, last=last, **__):
            nonlocal done
            done += 1
            if done > last:
                raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            for name in ("folder", "place", "replace"):
                real = getattr(Files, name)
                broken.setattr(Files, name, lambda *a, real=real, **k: (stop(), real(*a, **k))[1])
            with suppress(KeyboardInterrupt):
                make(installation(folder))
        before = content(folder)

        make(installation(folder))

        assert before.items() <= content(folder).items()
        assert make(installation(folder))[0] == 0
        assert not list(folder.rglob(".*")), "no draft is left"


@pytest.mark.usefixtures("local")
def test_what_the_plan_says_anew_is_shown_and_written_and_what_was_added_by_hand_stays(tmp_path):
    make(installation(tmp_path))
    web = tmp_path / "etc" / "web.env"
    with web.open("a") as file:
        file.write("REPERE_ROLE_REVIEW_DAYS=400\n")
    keys = content(tmp_path / "etc" / "secrets")

    count, lines = make(installation(tmp_path, network__trusted_proxies=["10.0.0.5"]))

    assert count == 1
    assert any("REPERE_TRUSTED_PROXIES : 127.0.0.1 → 10.0.0.5" in line for line in lines)
    assert "REPERE_TRUSTED_PROXIES=10.0.0.5\n" in web.read_text()
    assert "REPERE_ROLE_REVIEW_DAYS=400\n" in web.read_text()
    assert content(tmp_path / "etc" / "secrets") == keys


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"journal__origin": "other.example/journal"}, "REPERE_LOG_ORIGIN"),
        ({"roles__service": "other_app"}, "REPERE_DATABASE_ROLE"),
        ({"keys__provider": "vault"}, "REPERE_KEY_PROVIDER"),
        ({"databases__cases__name": "other"}, "mène ailleurs que le plan"),
        ({"journal__ledger": "/elsewhere/shreds.log"}, "REPERE_SHRED_FILE"),
    ],
)
def test_what_must_never_change_is_refused(tmp_path, changed, sentence):
    make(installation(tmp_path))
    before = content(tmp_path)

    with pytest.raises(BootstrapError, match=sentence):
        make(installation(tmp_path, **changed))

    assert content(tmp_path) == before


@pytest.mark.usefixtures("local")
@pytest.mark.sec("SEC-CR12")
@pytest.mark.parametrize("ledger", ["", "/srv/ledger/shreds.log"])
def test_another_state_folder_is_refused_so_that_no_ledger_begins_empty(tmp_path, ledger):
    kept = {"journal__ledger": ledger} if ledger else {}
    make(installation(tmp_path, **kept))
    moved = plan.of(said(state=str(tmp_path / "other"), **kept))
    on = stages.Installation(moved, Places(tmp_path / "etc", tmp_path / "other"), {})

    with pytest.raises(BootstrapError, match=r"REPERE_(STATE_DIR|SHRED_FILE)"):
        make(on)


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("key", ["sequencer/log.key", "service/root.key", "witness/witness.key"])
def test_a_key_that_was_lost_is_not_drawn_anew(tmp_path, key):
    make(installation(tmp_path))
    lost = tmp_path / "etc" / "secrets" / key
    lost.unlink()

    with pytest.raises(BootstrapError, match="remettez la copie du coffre"):
        make(installation(tmp_path))

    assert not lost.exists()


@pytest.mark.usefixtures("local")
def test_keys_and_secrets_are_closed_to_others(tmp_path):
    make(installation(tmp_path))
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "etc" / "secrets").rglob("*")
        if path.is_file()
    }

    assert {name for name, mode in modes.items() if mode == 0o600} == {"root.key", "log.key", "witness.key"}
    assert all(mode in (0o600, 0o640) for mode in modes.values())
    for folder in (tmp_path / "etc" / "secrets").iterdir():
        assert stat.S_IMODE(folder.stat().st_mode) == 0o750


@pytest.mark.usefixtures("local")
def test_one_root_key_for_three_accounts_and_one_password_for_a_login(tmp_path):
    make(installation(tmp_path))
    secrets = tmp_path / "etc" / "secrets"

    assert len({(secrets / name / "root.key").read_text() for name in ("service", "sequencer", "owner")}) == 1
    passwords = {
        (folder, name): (secrets / folder / name).read_text().split("@")[0].rpartition(":")[2]
        for folder in ("service", "sequencer", "owner")
        for name in ("database.url", "keys-database.url")
    }
    assert len(set(passwords.values())) == 3
    assert all(len(password) == 43 for password in passwords.values())


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only"), (errno.EACCES, "root")],
)
def test_a_full_or_closed_disk_is_a_sentence_and_leaves_no_half_file(tmp_path, monkeypatch, number, sentence):
    def refuse(_):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", refuse)
        with pytest.raises(BootstrapError, match=sentence):
            Files().place(tmp_path / "secret", "s3cr3t", account="root", mode=files.SHARED)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("local")
def test_a_file_in_the_place_of_a_folder_is_a_sentence(tmp_path):
    (tmp_path / "etc").write_text("")

    with pytest.raises(BootstrapError, match="etc"):
        make(installation(tmp_path))


@pytest.mark.usefixtures("local")
def test_the_sheet_shows_no_secret_unless_it_is_asked_for(tmp_path):
    on = installation(tmp_path)
    make(on)
    secrets = [line.rpartition(" ")[2] for key in (tmp_path / "etc" / "secrets").rglob("*") if key.is_file()
               for line in key.read_text().splitlines()]  # fmt: skip

    shown = "\n".join(sheet.lines(on.plan, on.places, at=instant()))
    left = "\n".join(sheet.left(on.plan, on.places, {"repere"}))
    file = tmp_path / "sealed.txt"
    sheet.with_secrets(on.plan, on.places, file, at=instant())

    assert not any(secret in shown or secret in left for secret in secrets)
    assert "repere.example/journal+" in shown
    assert "escrow.py ceremony" in shown
    root = (tmp_path / "etc" / "secrets" / "service" / "root.key").read_text().strip()
    assert root in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(BootstrapError, match="existe déjà"):
        sheet.with_secrets(on.plan, on.places, file, at=instant())


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize(("state", "told"), [(plan.STATE, environments.COUNTS), ("/srv/elsewhere", None)])
def test_web_processes_count_in_memory_where_the_shipped_units_make_the_folder(tmp_path, state, told):
    make(installation(tmp_path), dry=False)
    places = Places(tmp_path / "etc", tmp_path / "state")
    chosen = plan.of(said(state=state))

    found = {
        one.name: environments.variables(one, chosen, places) for one in PROCESSES if one.name != "witness"
    }

    assert {name: one.get("REPERE_METRICS_DIR") for name, one in found.items() if name == "web"} == {
        "web": told
    }
    assert not any("REPERE_METRICS_DIR" in one for name, one in found.items() if name != "web")
