"""Mark of a state folder: what a training instance may empty is what it began itself, and no other may begin there.

Databases bear marks of their own (``config/training/kind.py``); a folder can hold objects, mails and keys whose
databases lie elsewhere, or under other names. The mark is a file whose name alone counts, so that two processes that
begin at once agree.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.core.exceptions import ImproperlyConfigured

#: The file that says that a folder is a training instance's.
MARK: Final = "training-instance"
_TEXT: Final = "The state of a training instance: nothing here is real, and each night it is emptied.\n"


def is_marked(folder: Path) -> bool:
    """Tell whether a training instance began this folder; one that this process may not look into bears no mark."""
    try:
        return (folder / MARK).is_file()
    except OSError:
        return False


def marked_above(path: Path) -> Path | None:
    """Return the folder of a training instance in which ``path`` lies, or which it is; None where there is none."""
    whole = path.resolve()
    return next((one for one in (whole, *whole.parents) if is_marked(one)), None)


def require_own(folder: Path) -> None:
    """Refuse a folder that no training instance began.

    Raises:
        ImproperlyConfigured: names the folder, and what to do.
    """
    if not is_marked(folder):
        raise ImproperlyConfigured(
            f"{folder} isn't empty, and no training instance began it (there is no file {MARK}): "
            "set REPERE_STATE_DIR to an empty folder, or to one that isn't there yet. Nothing in it was touched."
        )


def begin(folder: Path) -> None:
    """Mark a folder as this training instance's if it is empty; one that bears the mark stays as it is.

    Raises:
        ImproperlyConfigured: it holds something, and not the mark.
        OSError: it can't be read or written.
    """
    if not is_marked(folder) and not any(folder.iterdir()):
        with suppress(FileExistsError):
            mark = os.open(folder / MARK, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(mark, "w", encoding="utf-8") as file:
                file.write(_TEXT)
    require_own(folder)


def require_none(folder: Path) -> None:
    """Refuse a folder of training, or one within it, to every instance that isn't one.

    Raises:
        ImproperlyConfigured: names the folder, and what to do.
    """
    if marked := marked_above(folder):
        raise ImproperlyConfigured(
            f"{marked} is the folder of a training instance, which empties it each night (it holds the file {MARK}): "
            "set another REPERE_STATE_DIR, or REPERE_MODE=training."
        )
