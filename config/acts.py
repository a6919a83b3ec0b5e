"""Acts of the operator's commands; every process loads them, because pages name them."""

from typing import Final

from audit.events import register

BACKUP_MADE: Final = "backup:made"
#: A whole copy that is there, with its database and its instant; and a rehearsed restore, begun and ended.
BACKUP_SEEN: Final = "backup:kept"
#: The table of keys was rewritten before a copy, so that the copy holds no rest of a destroyed key; with its instant.
KEYS_COMPACTED: Final = "keys:compacted"
RESTORE_REHEARSED: Final = "restore:rehearsed"
RESTORE_ENDED: Final = "restore:held"
#: What a restore has lost was looked for; the entry counts the filings.
RESTORE_RECALLED: Final = "restore:recalled"
RESTORE_OPENED: Final = "restore:opened"
KEY_ROTATED: Final = "key:rotated"
KEY_DESTROYED: Final = "key:destroyed"
KEY_ESCROWED: Final = "key:escrowed"
KEY_RECOVERED: Final = "key:recovered"
TRAINING_RESET: Final = "training:reset"

register(
    KEYS_COMPACTED,
    BACKUP_MADE,
    BACKUP_SEEN,
    RESTORE_REHEARSED,
    RESTORE_ENDED,
    RESTORE_RECALLED,
    RESTORE_OPENED,
)
register(KEY_ROTATED, KEY_DESTROYED, KEY_ESCROWED, KEY_RECOVERED, TRAINING_RESET)
