"""Acts of this app that the journal knows (``source:done``)."""

from typing import Final

from audit import events
from audit.events import Topic

SESSION_OPENED: Final = "session:opened"
SESSION_CLOSED: Final = "session:closed"
SESSION_REVOKED: Final = "session:revoked"
SESSION_CONFIRMED: Final = "session:confirmed"
SESSION_FROZEN: Final = "session:frozen"
SESSIONS_ENDED: Final = "session:ended"
ALL_SESSIONS_ENDED: Final = "session:ended-all"
FACTOR_ADDED: Final = "factor:added"
FACTOR_NAMED: Final = "factor:named"
FACTOR_REMOVED: Final = "factor:removed"
FACTOR_REFUSED: Final = "factor:refused"
RECOVERY_CODES_MADE: Final = "factor:recovery-codes"
RESET_ASKED: Final = "factor:reset-asked"
RESET_CONFIRMED: Final = "factor:reset"
RESET_REFUSED: Final = "factor:reset-refused"
IDENTITY_BOUND: Final = "identity:bound"
IDENTITY_REFUSED: Final = "identity:refused"
IDENTITY_REMOVED: Final = "identity:removed"
IDENTITY_USED: Final = "identity:used"
FEED_MADE: Final = "feed:made"
FEED_REVOKED: Final = "feed:revoked"
TOKEN_MADE: Final = "token:made"  # noqa: S105 - the name of an act
TOKEN_REVOKED: Final = "token:revoked"  # noqa: S105 - the name of an act
USER_MADE: Final = "user:made"
USER_VERIFIED: Final = "user:verified"
USER_CLOSED: Final = "user:closed"
USER_REOPENED: Final = "user:reopened"
USER_SUSPENDED: Final = "user:suspended"
USER_RESTORED: Final = "user:restored"
PASSWORD_SET: Final = "password:set"  # noqa: S105 - the name of an act
ADDRESS_ASKED: Final = "user:address-asked"
ADDRESS_CHANGED: Final = "user:address-changed"
INVITED: Final = "user:invited"
ACCESS_RENEWED: Final = "user:access-renewed"
USERS_LISTED: Final = "user:listed"
MEMBERSHIP_ASKED: Final = "membership:asked"
MEMBERSHIP_REFUSED: Final = "membership:refused"
MEMBERSHIP_GRANTED: Final = "membership:granted"
MEMBERSHIP_ENDED: Final = "membership:ended"
MEMBERSHIP_REVIEWED: Final = "membership:reviewed"
MEMBERSHIP_LAPSED: Final = "membership:lapsed"
CERTIFICATE_SEEN: Final = "membership:certificate-seen"
CERTIFICATE_READ: Final = "membership:certificate-read"
MEMBERSHIPS_LISTED: Final = "membership:listed"
ORGANISATION_MADE: Final = "organisation:made"
ORGANISATION_CORRECTED: Final = "organisation:corrected"
REQUEST_MADE: Final = "account-request:made"
REQUEST_CONFIRMED: Final = "account-request:confirmed"
REQUEST_ACCEPTED: Final = "account-request:accepted"
REQUEST_REFUSED: Final = "account-request:refused"
REQUESTS_LAPSED: Final = "account-request:lapsed"
REQUESTS_LISTED: Final = "account-request:listed"
ORGANISATION_REMOVED: Final = "organisation:removed"
IMPORT_TRIED: Final = "import:tried"
IMPORT_READ: Final = "import:read"
IMPORT_ASKED: Final = "import:asked"
IMPORT_REFUSED: Final = "import:refused"
IMPORT_DONE: Final = "import:done"
IMPORT_UNDONE: Final = "import:undone"
GUIDANCE_REVIEWED: Final = "guidance:reviewed"
GUIDANCE_REVIEW_WITHDRAWN: Final = "guidance:review-withdrawn"
UNIT_MADE: Final = "unit:made"
AUTHORITY_LOADED: Final = "authority:loaded"
PREFERENCES_CHANGED: Final = "preferences:changed"
ENDPOINT_MADE: Final = "webhook:made"
ENDPOINT_ROTATED: Final = "webhook:rotated"
ENDPOINT_REMOVED: Final = "webhook:removed"

#: What is done to an account: the subject of such an entry is a person's pseudonym, not a case's.
ABOUT_ACCOUNTS: Final = (
    SESSION_OPENED,
    SESSION_CLOSED,
    SESSION_REVOKED,
    SESSION_CONFIRMED,
    SESSION_FROZEN,
    SESSIONS_ENDED,
    FACTOR_ADDED,
    FACTOR_NAMED,
    FACTOR_REMOVED,
    FACTOR_REFUSED,
    RECOVERY_CODES_MADE,
    RESET_ASKED,
    RESET_CONFIRMED,
    RESET_REFUSED,
    IDENTITY_BOUND,
    IDENTITY_REFUSED,
    IDENTITY_REMOVED,
    IDENTITY_USED,
    FEED_MADE,
    FEED_REVOKED,
    TOKEN_MADE,
    TOKEN_REVOKED,
    USER_MADE,
    USER_VERIFIED,
    USER_CLOSED,
    USER_REOPENED,
    USER_SUSPENDED,
    USER_RESTORED,
    PASSWORD_SET,
    ADDRESS_ASKED,
    ADDRESS_CHANGED,
    INVITED,
    ACCESS_RENEWED,
    MEMBERSHIP_ASKED,
    MEMBERSHIP_REFUSED,
    MEMBERSHIP_GRANTED,
    MEMBERSHIP_ENDED,
    CERTIFICATE_SEEN,
    CERTIFICATE_READ,
    MEMBERSHIP_REVIEWED,
    MEMBERSHIP_LAPSED,
    REQUEST_MADE,
    REQUEST_ACCEPTED,
    PREFERENCES_CHANGED,
    ENDPOINT_MADE,
    ENDPOINT_ROTATED,
    ENDPOINT_REMOVED,
)

events.register(
    *ABOUT_ACCOUNTS,
    ALL_SESSIONS_ENDED,
    USERS_LISTED,
    MEMBERSHIPS_LISTED,
    ORGANISATION_MADE,
    ORGANISATION_CORRECTED,
    ORGANISATION_REMOVED,
    IMPORT_TRIED,
    IMPORT_READ,
    IMPORT_ASKED,
    IMPORT_REFUSED,
    IMPORT_DONE,
    IMPORT_UNDONE,
    REQUEST_CONFIRMED,
    REQUEST_REFUSED,
    REQUESTS_LAPSED,
    CERTIFICATE_READ,
    REQUESTS_LISTED,
    GUIDANCE_REVIEWED,
    GUIDANCE_REVIEW_WITHDRAWN,
    UNIT_MADE,
    AUTHORITY_LOADED,
)
events.file_under(
    Topic.RIGHTS,
    FACTOR_ADDED,
    FACTOR_REMOVED,
    RECOVERY_CODES_MADE,
    RESET_ASKED,
    RESET_CONFIRMED,
    RESET_REFUSED,
    IDENTITY_BOUND,
    IDENTITY_REMOVED,
    FEED_MADE,
    FEED_REVOKED,
    TOKEN_MADE,
    TOKEN_REVOKED,
    USER_MADE,
    USER_VERIFIED,
    USER_CLOSED,
    USER_REOPENED,
    USER_SUSPENDED,
    USER_RESTORED,
    INVITED,
    ACCESS_RENEWED,
    ADDRESS_ASKED,
    ADDRESS_CHANGED,
    MEMBERSHIP_ASKED,
    MEMBERSHIP_REFUSED,
    MEMBERSHIP_GRANTED,
    MEMBERSHIP_ENDED,
    MEMBERSHIP_REVIEWED,
    MEMBERSHIP_LAPSED,
    CERTIFICATE_SEEN,
    REQUEST_MADE,
    REQUEST_ACCEPTED,
    REQUEST_REFUSED,
    IMPORT_ASKED,
    IMPORT_REFUSED,
    IMPORT_DONE,
    IMPORT_UNDONE,
)
