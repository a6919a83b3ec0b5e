"""SEC-CR8: one suite that every key provider passes, whatever holds the root key.

The file is the real one. Vault and KMS are asked over HTTP, as in production, at strict stand-ins on this machine
(tests/encryption/services): they refuse what the real ones would refuse, but they aren't the real ones. The HSM is SoftHSM,
a real PKCS#11 module without the hardware.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from botocore.config import Config

from encryption import awskms, bounded, hsm, provider, vault
from encryption.cache import forget_all
from encryption.errors import KeysUnavailable, Unreadable
from encryption.roots import root_of
from tests.encryption.providers import gives_up_sooner
from tests.encryption.services.hsm import PIN, Hsm
from tests.encryption.services.kms import ACCESS, REGION, SECRET, Kms, arn
from tests.encryption.services.vault import TOKEN, Vault
from tests.night import NIGHT

pytestmark = pytest.mark.sec("SEC-CR8")
KEY = bytes(range(32))
#: Longer than a stand-in takes to answer, whatever else the machine does.
PATIENCE_SECONDS = 30
CONTEXT = b"repere root: authority"


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """By day let a service have its time, on a busy machine too; what is to end in time says so."""
    if not NIGHT:
        longer = Config(connect_timeout=PATIENCE_SECONDS, read_timeout=PATIENCE_SECONDS)
        monkeypatch.setattr(awskms, "_BOUNDS", awskms._BOUNDS.merge(longer))
        monkeypatch.setattr(vault, "STEP_SECONDS", PATIENCE_SECONDS)
        monkeypatch.setattr(bounded, "DEADLINE_SECONDS", PATIENCE_SECONDS)


class File:
    """The file of root keys."""

    def __init__(self, settings: Any) -> None:
        settings.KEY_PROVIDER = "encryption.provider.FileProvider"
        self.path = settings.KEY_FILE
        self._write({1: os.urandom(32)})

    def _write(self, roots: dict[int, bytes]) -> None:
        self.path.write_text("".join(f"{number} {root.hex()}\n" for number, root in roots.items()))
        self.path.chmod(0o600)

    def _read(self) -> dict[int, bytes]:
        lines = (line.split() for line in self.path.read_text().splitlines())
        return {int(number): bytes.fromhex(root) for number, root in lines}

    def rotate(self) -> None:
        roots = self._read()
        self._write(roots | {max(roots) + 1: os.urandom(32)})

    def retire_old(self) -> None:
        roots = self._read()
        self._write({max(roots): roots[max(roots)]})

    def lose(self) -> None:
        self._write({number: os.urandom(32) for number in self._read()})

    def stop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.path.mkdir()

    def close(self) -> None:
        pass


class AtVault:
    """Vault's transit engine."""

    def __init__(self, settings: Any) -> None:
        self.service = Vault()
        self.token = settings.KEY_FILE.with_name("token")
        self.token.write_text(f"{TOKEN}\n")
        settings.KEY_PROVIDER = "encryption.vault.VaultProvider"
        settings.VAULT_ADDR, settings.VAULT_TOKEN_FILE = self.service.address, str(self.token)
        self.rotate, self.retire_old, self.lose = (
            self.service.rotate,
            self.service.retire_old,
            self.service.lose,
        )

    def stop(self) -> None:
        self.service.stop()

    def close(self) -> None:
        self.service.settle()


class AtKms:
    """AWS KMS."""

    def __init__(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        self.service, self.settings = Kms(), settings
        settings.KEY_PROVIDER = "encryption.awskms.KmsProvider"
        settings.KMS_REGION, settings.KMS_ENDPOINT = REGION, self.service.address
        settings.KMS_KEYS = {1: arn(1)}
        self.lose = self.service.lose

    def rotate(self) -> None:
        number = max(self.settings.KMS_KEYS) + 1
        self.service.add(number)
        self.settings.KMS_KEYS = self.settings.KMS_KEYS | {number: arn(number)}

    def retire_old(self) -> None:
        newest = max(self.settings.KMS_KEYS)
        self.settings.KMS_KEYS = {newest: arn(newest)}

    def stop(self) -> None:
        self.service.stop()

    def close(self) -> None:
        self.service.settle()
        awskms._client.cache_clear()


@pytest.fixture(params=["file", "vault", "kms", pytest.param("pkcs11", marks=pytest.mark.needs("softhsm"))])
def holder(request: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    made = {"file": File, "vault": AtVault, "pkcs11": Hsm}.get(request.param)
    holder = made(settings) if made else AtKms(settings, monkeypatch)
    yield holder
    holder.close()


def test_a_wrapped_key_comes_back_and_does_not_show(holder):
    holding = provider.configured()
    wrapped = holding.wrap(KEY, CONTEXT)

    assert holding.unwrap(wrapped, CONTEXT) == KEY
    assert KEY not in wrapped
    assert holding.wrap(KEY, CONTEXT) != wrapped


def test_a_key_wrapped_for_one_context_opens_for_no_other(holder):
    wrapped = provider.configured().wrap(KEY, CONTEXT)

    for other in (b"", b"repere root: drafts", CONTEXT + b"\0"):
        with pytest.raises(Unreadable):
            provider.configured().unwrap(wrapped, other)
        with pytest.raises(Unreadable):
            provider.configured().rewrap(wrapped, other)


def test_a_changed_or_cut_wrap_is_unreadable(holder):
    """A byte of each part: head, what the service adds, ciphertext, tag."""
    wrapped = provider.configured().wrap(KEY, CONTEXT)

    for place in {0, 1, 4, 5, 12, len(wrapped) // 2, len(wrapped) - 5}:
        changed = bytearray(wrapped)
        changed[place] ^= 4
        with pytest.raises(Unreadable):
            provider.configured().unwrap(bytes(changed), CONTEXT)
    for size in (0, 1, 5, 6, len(wrapped) - 1):
        with pytest.raises(Unreadable):
            provider.configured().unwrap(wrapped[:size], CONTEXT)


def test_the_head_names_the_version_that_wrapped(holder):
    old = provider.configured().wrap(KEY, CONTEXT)
    assert root_of(old) == (provider.configured().format, provider.configured().current_version())

    holder.rotate()

    assert provider.configured().current_version() == 2
    assert root_of(old)[1] == 1
    assert root_of(provider.configured().wrap(KEY, CONTEXT))[1] == 2


def test_after_a_rotation_old_wraps_open_until_the_old_root_is_gone(holder):
    old = provider.configured().wrap(KEY, CONTEXT)
    holder.rotate()
    assert provider.configured().unwrap(old, CONTEXT) == KEY

    new = provider.configured().rewrap(old, CONTEXT)
    holder.retire_old()

    assert root_of(new)[1] == 2
    assert provider.configured().unwrap(new, CONTEXT) == KEY
    with pytest.raises(Unreadable):
        provider.configured().unwrap(old, CONTEXT)


def test_a_wrong_root_is_unreadable_and_not_an_outage(holder):
    wrapped = provider.configured().wrap(KEY, CONTEXT)
    holder.lose()

    with pytest.raises(Unreadable):
        provider.configured().unwrap(wrapped, CONTEXT)
    provider.configured().health()


def test_a_holder_that_is_healthy_says_so(holder):
    provider.configured().health()


@pytest.mark.sec("SEC-FT8")
def test_a_stopped_holder_is_an_outage_and_never_a_lost_key(holder):
    wrapped = provider.configured().wrap(KEY, CONTEXT)
    holder.stop()
    began = time.monotonic()

    for call in (
        lambda: provider.configured().wrap(KEY, CONTEXT),
        lambda: provider.configured().unwrap(wrapped, CONTEXT),
        lambda: provider.configured().rewrap(wrapped, CONTEXT),
        lambda: provider.configured().health(),
    ):
        with pytest.raises(KeysUnavailable):
            call()
    assert time.monotonic() - began < 2


def test_no_refusal_carries_the_key_or_a_secret_of_ours(holder):
    wrapped = provider.configured().wrap(KEY, CONTEXT)
    holder.stop()

    with pytest.raises(KeysUnavailable) as caught:
        provider.configured().unwrap(wrapped, CONTEXT)

    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    for secret in (KEY.hex(), repr(KEY), TOKEN, SECRET, PIN):
        assert secret not in repr(caught.value)


# --- the services' own ways to fail


@pytest.fixture
def at_vault(settings: Any) -> Iterator[AtVault]:
    holder = AtVault(settings)
    yield holder
    holder.close()


@pytest.fixture
def at_kms(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[AtKms]:
    holder = AtKms(settings, monkeypatch)
    yield holder
    holder.close()


@pytest.mark.sec("SEC-FT8")
@pytest.mark.parametrize("fault", ["cut", "slow", "trickle", "garbage", "sealed", "denied", "no key"])
def test_a_vault_that_fails_is_an_outage_within_two_seconds(at_vault, fault, monkeypatch):
    wrapped = provider.configured().wrap(KEY, CONTEXT)
    gives_up_sooner(monkeypatch)
    at_vault.service.fault = fault
    began = time.monotonic()

    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            provider.configured().unwrap(wrapped, CONTEXT)

    assert time.monotonic() - began < 2


@pytest.mark.sec("SEC-FT8")
@pytest.mark.parametrize("fault", ["cut", "slow", "trickle", "garbage", "throttled", "denied", "broken"])
def test_a_kms_that_fails_is_an_outage_within_two_seconds(at_kms, fault, monkeypatch):
    wrapped = provider.configured().wrap(KEY, CONTEXT)
    gives_up_sooner(monkeypatch)
    at_kms.service.fault = fault
    began = time.monotonic()

    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            provider.configured().unwrap(wrapped, CONTEXT)

    assert time.monotonic() - began < 2


def test_a_kms_key_that_is_disabled_or_absent_is_an_outage(at_kms):
    wrapped = provider.configured().wrap(KEY, CONTEXT)
    at_kms.service.disabled.add(arn(1))
    with pytest.raises(KeysUnavailable):
        provider.configured().unwrap(wrapped, CONTEXT)

    at_kms.service.keys.clear()
    forget_all()
    with pytest.raises(KeysUnavailable):
        provider.configured().unwrap(wrapped, CONTEXT)


def test_a_request_to_kms_that_is_badly_signed_is_an_outage(at_kms, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")

    with pytest.raises(KeysUnavailable):
        provider.configured().wrap(KEY, CONTEXT)


def test_a_token_is_read_anew_at_each_call(at_vault):
    at_vault.token.write_text("expired")
    with pytest.raises(KeysUnavailable):
        provider.configured().wrap(KEY, CONTEXT)

    at_vault.token.write_text(TOKEN)
    provider.configured().health()

    assert provider.configured().wrap(KEY, CONTEXT)


@pytest.mark.sec("SEC-FT8")
def test_a_service_that_failed_is_not_asked_at_each_request(at_vault):
    """A page of fifty cases under ten authorities must not wait ten times."""
    at_vault.service.fault = "cut"
    for _ in range(10):
        with pytest.raises(KeysUnavailable):
            provider.configured().wrap(KEY, CONTEXT)

    assert len(at_vault.service.asked) == 1


def test_a_health_check_ends_the_pause(at_vault):
    at_vault.service.fault = "cut"
    with pytest.raises(KeysUnavailable):
        provider.configured().health()
    at_vault.service.fault = ""

    provider.configured().health()

    assert provider.configured().wrap(KEY, CONTEXT)


# --- an HSM's own ways


@pytest.fixture
def at_hsm(settings: Any) -> Iterator[Hsm]:
    holder = Hsm(settings)
    yield holder
    holder.close()


@pytest.mark.needs("softhsm")
def test_a_root_of_the_hsm_never_leaves_it(at_hsm):
    assert at_hsm.attributes() == {"sensitive": True, "extractable": False, "never_extractable": True}


@pytest.mark.needs("softhsm")
def test_a_wrong_pin_and_a_missing_module_are_outages(at_hsm, settings):
    wrapped = provider.configured().wrap(KEY, CONTEXT)
    for change in ({"PKCS11_TOKEN": "nobody's"}, {"PKCS11_PIN_FILE": "/nowhere"}, {"PKCS11_KEY": "another"}):
        before = {name: getattr(settings, name) for name in change}
        for name, value in change.items():
            setattr(settings, name, value)
        at_hsm.forget()
        if "PKCS11_KEY" not in change:  # no key of that name is no outage of the others
            with pytest.raises(KeysUnavailable):
                provider.configured().unwrap(wrapped, CONTEXT)
        with pytest.raises(KeysUnavailable):
            provider.configured().wrap(KEY, CONTEXT)
        for name, value in before.items():
            setattr(settings, name, value)
        forget_all()
    at_hsm.forget()

    assert provider.configured().unwrap(wrapped, CONTEXT) == KEY


@pytest.mark.needs("softhsm")
def test_several_threads_share_the_one_session(at_hsm):
    wrapped = provider.configured().wrap(KEY, CONTEXT)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: provider.configured().unwrap(wrapped, CONTEXT), range(64)))

    assert found == [KEY] * 64


@pytest.mark.needs("softhsm")
def test_a_forked_worker_opens_a_session_of_its_own(at_hsm):
    wrapped = provider.configured().wrap(KEY, CONTEXT)
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writes, hsm.HsmProvider().unwrap(wrapped, CONTEXT))
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reads, 100) == KEY
    assert provider.configured().unwrap(wrapped, CONTEXT) == KEY, "the parent's goes on"
    os.close(reads)
    os.close(writes)


@pytest.mark.sec("SEC-FT8")
@pytest.mark.needs("softhsm")
def test_an_hsm_that_hangs_is_an_outage_within_two_seconds(at_hsm, monkeypatch):
    wrapped = provider.configured().wrap(KEY, CONTEXT)
    gives_up_sooner(monkeypatch)
    done = Event()
    monkeypatch.setattr(hsm, "_versions", lambda _: done.wait(10) and ())
    began = time.monotonic()

    with pytest.raises(KeysUnavailable):
        provider.configured().unwrap(wrapped, CONTEXT)

    assert time.monotonic() - began < 2
    done.set()


# --- from one service to another


def test_what_the_former_service_wrapped_still_opens_and_is_wrapped_by_the_new(at_vault, settings):
    vault = provider.configured()
    wrapped = vault.wrap(KEY, CONTEXT)
    settings.KEY_PROVIDER = "encryption.provider.FileProvider"
    with pytest.raises(Unreadable):
        provider.that_wrapped(wrapped)

    settings.KEY_PROVIDER_BEFORE = "encryption.vault.VaultProvider"

    assert provider.that_wrapped(wrapped).unwrap(wrapped, CONTEXT) == KEY
    assert provider.configured().format == 1


def test_production_wants_no_file_unless_it_is_accepted_by_name(settings):
    File(settings)
    settings.PRODUCTION = True
    settings.ALLOW_FILE_KEYS = False
    with pytest.raises(KeysUnavailable):
        provider.configured().wrap(KEY, CONTEXT)

    settings.ALLOW_FILE_KEYS = True

    assert provider.configured().wrap(KEY, CONTEXT)
