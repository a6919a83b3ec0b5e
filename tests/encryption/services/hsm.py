"""SoftHSM: a PKCS#11 module in software, with a token of its own for each test (Debian: ``softhsm2``)."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, ObjectClass

from encryption import hsm
from encryption.cache import forget_all
from tests.system_packages import softhsm

PIN = "pin-of-the-tests-51"


def _module() -> str:
    found = softhsm()
    if found is None or shutil.which("softhsm2-util") is None:
        pytest.fail("SoftHSM is missing: install softhsm2 (Debian), or what your system calls it.")
    return found


def _configuration() -> None:
    """Say where tokens lie: once a process, for the module reads it once."""
    if "SOFTHSM2_CONF" in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="softhsm-"))
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")


class Hsm:
    """A token, and what may become of it."""

    def __init__(self, settings: Any) -> None:
        settings.PKCS11_MODULE = _module()
        _configuration()
        self.settings = settings
        self.label = f"repere-{uuid4().hex[:12]}"
        words = ["--init-token", "--free", "--label", self.label, "--so-pin", f"so-{PIN}", "--pin", PIN]
        subprocess.run(  # noqa: S603 - our own words
            [shutil.which("softhsm2-util"), *words], check=True, capture_output=True
        )
        self.pin = settings.KEY_FILE.with_name("pin")
        self.pin.write_text(f"{PIN}\n")
        settings.KEY_PROVIDER = "encryption.hsm.HsmProvider"
        settings.PKCS11_TOKEN, settings.PKCS11_PIN_FILE = self.label, str(self.pin)
        settings.PKCS11_KEY = "repere"
        self.forget()
        pkcs11.lib(settings.PKCS11_MODULE).reinitialize()  # the token is new
        self.rotate()

    def _session(self) -> Any:
        """Another application's; the service's own is closed, for a login counts for a whole process."""
        self.forget()
        return (
            pkcs11.lib(self.settings.PKCS11_MODULE)
            .get_token(token_label=self.label)
            .open(rw=True, user_pin=PIN)
        )

    def _made(self, session: Any, number: int) -> None:
        session.generate_key(
            KeyType.AES, 256, label=f"repere-{number}", store=True,
            template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
        )  # fmt: skip

    def _roots(self, session: Any) -> dict[int, Any]:
        found = session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY})
        return {int(key.label.rpartition("-")[2]): key for key in found}

    def rotate(self) -> None:
        with self._session() as session:
            self._made(session, max(self._roots(session), default=0) + 1)

    def retire_old(self) -> None:
        with self._session() as session:
            roots = self._roots(session)
            for number in roots.keys() - {max(roots)}:
                roots[number].destroy()

    def lose(self) -> None:
        with self._session() as session:
            for number, key in self._roots(session).items():
                key.destroy()
                self._made(session, number)

    def attributes(self) -> dict[str, bool]:
        with self._session() as session:
            (key,) = self._roots(session).values()
            names = (Attribute.SENSITIVE, Attribute.EXTRACTABLE, Attribute.NEVER_EXTRACTABLE)
            return {name.name.lower(): key[name] for name in names}

    def forget(self) -> None:
        hsm._token.forget()
        forget_all()

    def stop(self) -> None:
        self.forget()
        self.pin.unlink()

    def close(self) -> None:
        self.forget()
