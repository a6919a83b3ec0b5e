"""Acts of the operator's commands; every process loads them, because pages name them."""

from typing import Final

from audit.events import register

BACKUP_MADE: Final = "backup:made"
RESTORE_OPENED: Final = "restore:opened"
KEY_ROTATED: Final = "key:rotated"
KEY_DESTROYED: Final = "key:destroyed"
KEY_ESCROWED: Final = "key:escrowed"
KEY_RECOVERED: Final = "key:recovered"
TRAINING_RESET: Final = "training:reset"

register(BACKUP_MADE, RESTORE_OPENED, KEY_ROTATED, KEY_DESTROYED, KEY_ESCROWED, KEY_RECOVERED, TRAINING_RESET)
