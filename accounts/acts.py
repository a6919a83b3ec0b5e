"""Acts of this app that the journal knows (``source:done``)."""

from typing import Final

from audit import events
from audit.events import Topic

_about_accounts: list[str] = []


def _act(name: str, *, rights: bool = False) -> str:
    """Register an act; ``rights``: among the entries about who may do what."""
    events.register(name)
    if rights:
        events.file_under(Topic.RIGHTS, name)
    return name


def _on_account(name: str, *, rights: bool = False) -> str:
    """Register what is done to an account: the subject of its entry is a person's pseudonym, not a case's."""
    _about_accounts.append(name)
    return _act(name, rights=rights)


SESSION_OPENED: Final = _on_account("session:opened")
SESSION_CLOSED: Final = _on_account("session:closed")
SESSION_REVOKED: Final = _on_account("session:revoked")
SESSION_CONFIRMED: Final = _on_account("session:confirmed")
SESSION_FROZEN: Final = _on_account("session:frozen")
SESSIONS_ENDED: Final = _on_account("session:ended")
ALL_SESSIONS_ENDED: Final = _act("session:ended-all")
FACTOR_ADDED: Final = _on_account("factor:added", rights=True)
FACTOR_NAMED: Final = _on_account("factor:named")
FACTOR_REMOVED: Final = _on_account("factor:removed", rights=True)
FACTOR_REFUSED: Final = _on_account("factor:refused")
RECOVERY_CODES_MADE: Final = _on_account("factor:recovery-codes", rights=True)
RESET_REQUESTED: Final = _on_account("factor:reset-asked", rights=True)
RESET_CONFIRMED: Final = _on_account("factor:reset", rights=True)
RESET_REFUSED: Final = _on_account("factor:reset-refused", rights=True)
IDENTITY_BOUND: Final = _on_account("identity:bound", rights=True)
IDENTITY_REFUSED: Final = _on_account("identity:refused")
IDENTITY_REMOVED: Final = _on_account("identity:removed", rights=True)
IDENTITY_USED: Final = _on_account("identity:used")
FEED_MADE: Final = _on_account("feed:made", rights=True)
FEED_REVOKED: Final = _on_account("feed:revoked", rights=True)
TOKEN_MADE: Final = _on_account("token:made", rights=True)
TOKEN_REVOKED: Final = _on_account("token:revoked", rights=True)
USER_MADE: Final = _on_account("user:made", rights=True)
USER_VERIFIED: Final = _on_account("user:verified", rights=True)
USER_CLOSED: Final = _on_account("user:closed", rights=True)
USER_REOPENED: Final = _on_account("user:reopened", rights=True)
USER_SUSPENDED: Final = _on_account("user:suspended", rights=True)
USER_RESTORED: Final = _on_account("user:restored", rights=True)
PASSWORD_SET: Final = _on_account("password:set")
ADDRESS_REQUESTED: Final = _on_account("user:address-asked", rights=True)
ADDRESS_CHANGED: Final = _on_account("user:address-changed", rights=True)
INVITED: Final = _on_account("user:invited", rights=True)
ACCESS_RENEWED: Final = _on_account("user:access-renewed", rights=True)
USERS_LISTED: Final = _act("user:listed")
MEMBERSHIP_REQUESTED: Final = _on_account("membership:asked", rights=True)
MEMBERSHIP_REFUSED: Final = _on_account("membership:refused", rights=True)
MEMBERSHIP_GRANTED: Final = _on_account("membership:granted", rights=True)
MEMBERSHIP_ENDED: Final = _on_account("membership:ended", rights=True)
MEMBERSHIP_REVIEWED: Final = _on_account("membership:reviewed", rights=True)
MEMBERSHIP_LAPSED: Final = _on_account("membership:lapsed", rights=True)
CERTIFICATE_SEEN: Final = _on_account("membership:certificate-seen", rights=True)
CERTIFICATE_READ: Final = _on_account("membership:certificate-read")
MEMBERSHIPS_LISTED: Final = _act("membership:listed")
ORGANISATION_MADE: Final = _act("organisation:made")
ORGANISATION_CORRECTED: Final = _act("organisation:corrected")
REQUEST_MADE: Final = _on_account("account-request:made", rights=True)
REQUEST_CONFIRMED: Final = _act("account-request:confirmed")
REQUEST_ACCEPTED: Final = _on_account("account-request:accepted", rights=True)
REQUEST_REFUSED: Final = _act("account-request:refused", rights=True)
REQUESTS_LAPSED: Final = _act("account-request:lapsed")
REQUESTS_LISTED: Final = _act("account-request:listed")
ORGANISATION_REMOVED: Final = _act("organisation:removed")
IMPORT_TRIED: Final = _act("import:tried")
IMPORT_READ: Final = _act("import:read")
IMPORT_REQUESTED: Final = _act("import:asked", rights=True)
IMPORT_REFUSED: Final = _act("import:refused", rights=True)
IMPORT_DONE: Final = _act("import:done", rights=True)
IMPORT_UNDONE: Final = _act("import:undone", rights=True)
GUIDANCE_REVIEWED: Final = _act("guidance:reviewed")
GUIDANCE_REVIEW_WITHDRAWN: Final = _act("guidance:review-withdrawn")
UNIT_MADE: Final = _act("unit:made")
AUTHORITY_LOADED: Final = _act("authority:loaded")
PREFERENCES_CHANGED: Final = _on_account("preferences:changed")
ENDPOINT_MADE: Final = _on_account("webhook:made")
ENDPOINT_ROTATED: Final = _on_account("webhook:rotated")
ENDPOINT_REMOVED: Final = _on_account("webhook:removed")

ABOUT_ACCOUNTS: Final = frozenset(_about_accounts)
