"""Files and folders of an installation: written whole, for one account, and never over what is there."""

import grp
import os
import pwd
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.bootstrap.errors import BootstrapError
from encryption import digest

ROOT: Final = "root"
OPEN_FOLDER: Final = 0o755  # on the way to what each account may read
FOLDER: Final = 0o750
#: A folder of one account whose files another's group may read: they get that group.
READ_BY_OTHERS: Final = 0o2750
#: A file that root writes and the account of a process reads.
SHARED: Final = 0o640
#: A file that its account alone reads; what holds a key has to be its own (E046, E047).
OWN: Final = 0o600


@dataclass
class Files:
    """Writes for accounts, and remembers which of them it couldn't give files to."""

    foreign: set[str] = field(default_factory=set)

    def folder(self, path: Path, *, account: str, own: bool, readers: str = "") -> None:
        """Make a folder of an account (``own``), or one of root's that its group may read.

        ``readers``: the account whose group may read in it too.

        Raises:
            BootstrapError: it can't be made.
        """
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = 0o700 if own else OPEN_FOLDER if account == ROOT else FOLDER
            # Before it is given away: without a capability of its own nobody marks a folder of a foreign group.
            path.chmod(READ_BY_OTHERS if readers else mode)
            self._give(path, account, own=own, readers=readers)
        except OSError as error:
            raise _refused(path, error) from None

    def place(self, path: Path, text: str, *, account: str, mode: int) -> None:
        """Write a new file, on the disk when this returns. One that is there stays as it is.

        Raises:
            BootstrapError: it can't be written.
        """
        draft = self._draft(path, text, account, mode)
        try:
            os.link(draft, path)
        except FileExistsError:
            self.give(path, account=account, own=mode == OWN)
        except OSError as error:
            raise _refused(path, error) from None
        finally:
            draft.unlink()

    def replace(self, path: Path, text: str, *, account: str, mode: int) -> None:
        """Write a file in the place of the old one; never what holds a key or a secret.

        Raises:
            BootstrapError: it can't be written; the old one stays.
        """
        draft = self._draft(path, text, account, mode)
        draft.replace(path)

    def _draft(self, path: Path, text: str, account: str, mode: int) -> Path:
        draft = path.with_name(f".{path.name}.{digest.random_bytes(8).hex()}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            self._give(draft, account, own=mode == OWN)
            draft.chmod(mode)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise _refused(path, error) from None
        return draft

    def is_given(self, path: Path, *, account: str, own: bool, readers: str = "") -> bool:
        """Tell whether a file is there and its account's, as far as this process can give it.

        Raises:
            BootstrapError: it can't be looked at.
        """
        if not exists(path):
            return False
        ids = self._ids(account, own=own, readers=readers)
        status = path.stat()
        return ids is None or ids == (status.st_uid, status.st_gid)

    def give(self, path: Path, *, account: str, own: bool) -> None:
        """Give a file to an account (``own``), or to root with its group, where root writes and there is one.

        Raises:
            BootstrapError: it can't be given.
        """
        try:
            self._give(path, account, own=own)
        except OSError as error:
            raise _refused(path, error) from None

    def _give(self, path: Path, account: str, *, own: bool, readers: str = "") -> None:
        if ids := self._ids(account, own=own, readers=readers):
            os.chown(path, *ids)

    def _ids(self, account: str, *, own: bool, readers: str = "") -> tuple[int, int] | None:
        """Return whose a file has to be; None where there is no such account, or this process isn't root."""
        try:
            user, group = pwd.getpwnam(account).pw_uid, grp.getgrnam(readers or account).gr_gid
        except KeyError:
            self.foreign.add(account)
            return None
        if os.geteuid() != 0:
            if (user, group) != (os.geteuid(), os.getegid()):
                self.foreign.add(account)
            return None
        return (user if own else 0), group


def exists(path: Path) -> bool:
    """Tell whether a file is there.

    Raises:
        BootstrapError: it can't be looked at.
    """
    try:
        return path.exists()
    except OSError as error:
        raise _refused(path, error) from None


def text_of(path: Path) -> str:
    """Return what a file says; empty where there is none.

    Raises:
        BootstrapError: it can't be read.
    """
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(path, error) from None


def _refused(path: Path, error: OSError | UnicodeDecodeError) -> BootstrapError:
    why = error.strerror if isinstance(error, OSError) else "ce n'est pas du texte"
    hint = " Lancez la commande en root." if isinstance(error, PermissionError) else ""
    return BootstrapError(f"{path} : {why}.{hint}")
