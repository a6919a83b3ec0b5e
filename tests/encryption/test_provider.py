"""The file provider: the root key of a first run, and nothing that a file can't promise."""

import stat
from threading import Barrier, Thread

import pytest

from encryption import provider
from encryption.errors import KeysUnavailable, Unreadable
from encryption.provider import FileProvider

KEY = bytes(range(32))
ROOT = "aa" * 32
NEXT = "bb" * 32


def write(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)


@pytest.mark.parametrize("context", [b"", b"authority"])
def test_a_wrapped_key_comes_back(context):
    wrapped = FileProvider().wrap(KEY, context)

    assert KEY not in wrapped
    assert FileProvider().unwrap(wrapped, context) == KEY


def test_the_root_is_made_once_and_for_its_owner_alone(settings):
    FileProvider().health()
    made = settings.KEY_FILE.read_bytes()
    FileProvider().health()

    assert settings.KEY_FILE.read_bytes() == made
    assert stat.S_IMODE(settings.KEY_FILE.stat().st_mode) == 0o600
    assert [path.name for path in settings.KEY_FILE.parent.iterdir()] == ["root.key"]


def test_processes_that_start_together_agree_on_one_root(settings):
    together, wrapped = Barrier(8), []

    def start():
        together.wait()
        wrapped.append(FileProvider().wrap(KEY, b""))

    threads = [Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [FileProvider().unwrap(one, b"") for one in wrapped] == [KEY] * 8


def test_production_makes_no_root(settings):
    settings.PRODUCTION = True

    with pytest.raises(KeysUnavailable):
        FileProvider().health()
    assert not settings.KEY_FILE.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_root_that_others_may_read_is_refused(settings, mode):
    write(settings.KEY_FILE, f"1 {ROOT}\n", mode)

    with pytest.raises(KeysUnavailable):
        FileProvider().health()


@pytest.mark.sec("SEC-CR9")
@pytest.mark.parametrize("text", ["", "\n", ROOT, f"1 {ROOT[:-2]}", f"one {ROOT}", f"1 {ROOT[:-1]}g", "1 é"])
def test_a_file_that_is_not_one_is_refused_without_quoting_it(settings, text):
    write(settings.KEY_FILE, text)

    with pytest.raises(KeysUnavailable) as caught:
        FileProvider().health()
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert ROOT[:8] not in str(caught.value)


def test_the_newest_root_wraps_and_older_ones_unwrap(settings):
    write(settings.KEY_FILE, f"1 {ROOT}\n")
    old = FileProvider().wrap(KEY, b"c")
    write(settings.KEY_FILE, f"2 {NEXT}\n1 {ROOT}\n")

    new = FileProvider().rewrap(old, b"c")

    assert FileProvider().current_version() == 2
    write(settings.KEY_FILE, f"2 {NEXT}\n")
    assert FileProvider().unwrap(new, b"c") == KEY
    with pytest.raises(Unreadable):
        FileProvider().unwrap(old, b"c")


@pytest.mark.sec("SEC-CR3")
def test_every_changed_byte_and_another_context_are_refused(settings):
    wrapped = FileProvider().wrap(KEY, b"c")

    for place in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[place] ^= 1
        with pytest.raises(Unreadable):
            FileProvider().unwrap(bytes(changed), b"c")
        with pytest.raises(Unreadable):
            FileProvider().unwrap(wrapped[:place], b"c")
    with pytest.raises(Unreadable):
        FileProvider().unwrap(wrapped, b"d")


def test_a_path_that_is_no_file_is_a_provider_that_is_down(settings):
    settings.KEY_FILE.mkdir(mode=0o700)

    with pytest.raises(KeysUnavailable):
        FileProvider().health()


def test_a_folder_that_is_missing_is_a_provider_that_is_down(settings):
    settings.KEY_FILE = settings.KEY_FILE.parent / "absent" / "root.key"

    with pytest.raises(KeysUnavailable):
        FileProvider().health()


def test_the_settings_name_the_provider(settings):
    assert isinstance(provider.configured(), FileProvider)

    settings.KEY_PROVIDER = "tests.encryption.providers.Stopped"
    with pytest.raises(KeysUnavailable):
        provider.configured().health()
