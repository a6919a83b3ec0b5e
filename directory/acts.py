"""Acts of the directory that the journal knows (``source:done``). None names a case: a search isn't an entry."""

from typing import Final

from audit import events
from audit.events import Topic

STRUCTURE_MADE: Final = "directory:structure-made"
STRUCTURE_CHANGED: Final = "directory:structure-changed"
SERVICE_MADE: Final = "directory:service-made"
SERVICE_CHANGED: Final = "directory:service-changed"
SERVICE_VERIFIED: Final = "directory:service-verified"
SERVICE_CONFIRMED: Final = "directory:service-confirmed"
PLACE_CHANGED: Final = "directory:place-changed"
SECRET_SEALED: Final = "directory:secret-sealed"  # noqa: S105 - the name of an act
SECRET_OPENED: Final = "directory:secret-opened"  # noqa: S105 - the name of an act
SECRET_LOOKED_AT: Final = "directory:secret-looked-at"  # noqa: S105 - the name of an act
NIGHT_PHONE_OPENED: Final = "directory:night-phone"
ENTRIES_MERGED: Final = "directory:merged"
ERROR_REPORTED: Final = "directory:error-reported"
ERROR_SETTLED: Final = "directory:error-settled"
ERRORS_READ: Final = "directory:errors-read"
LINK_SENT: Final = "directory:link-sent"
IMPORT_TRIED: Final = "directory:import-tried"
IMPORT_DONE: Final = "directory:import-done"
ROW_SETTLED: Final = "directory:held-settled"
EXPORTED: Final = "directory:exported"

events.register(
    STRUCTURE_MADE,
    STRUCTURE_CHANGED,
    SERVICE_MADE,
    SERVICE_CHANGED,
    SERVICE_VERIFIED,
    SERVICE_CONFIRMED,
    PLACE_CHANGED,
    SECRET_SEALED,
    SECRET_OPENED,
    SECRET_LOOKED_AT,
    NIGHT_PHONE_OPENED,
    ENTRIES_MERGED,
    ERROR_REPORTED,
    ERROR_SETTLED,
    ERRORS_READ,
    LINK_SENT,
    IMPORT_TRIED,
    IMPORT_DONE,
    ROW_SETTLED,
    EXPORTED,
)
events.file_under(Topic.RIGHTS, SECRET_SEALED, SECRET_LOOKED_AT)
