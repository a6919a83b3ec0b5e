"""The writes of accounts, each with its entry in the journal, in the caller's transaction.

Rights are asked for at the beginning of each act. The service itself as an actor (``accounts.actor.SYSTEM``)
stands for whoever holds the server: the commands and the demonstration.
"""

from accounts.actions.entry import record_listing
from accounts.actions.factors import (
    NewFactor,
    Proof,
    Stage,
    add_factor,
    begin_application,
    name_factor,
    prove,
    remove_factor,
    renew_recovery_codes,
    stage_of,
)
from accounts.actions.identities import (
    PROVIDER,
    bind_identity,
    institution_of,
    is_enough,
    remove_identity,
    sign_in_by_provider,
)
from accounts.actions.leavers import (
    OnAccount,
    close_account,
    end_all_sessions,
    end_sessions_of,
    reopen_account,
)
from accounts.actions.links import (
    LINK,
    ask_address,
    ask_link,
    change_address,
    invite,
    invite_by_hand,
    set_password_by_link,
)
from accounts.actions.memberships import Appointment, ask, decide, end, grant, review
from accounts.actions.notices import (
    Preferences,
    change_preferences,
    make_endpoint,
    remove_endpoint,
    require_program,
    rotate_endpoint,
)
from accounts.actions.ownsessions import end_session, freeze_sessions, list_sessions
from accounts.actions.places import (
    NewOrganisation,
    NewUnit,
    Territory,
    load_authority,
    make_organisation,
    make_unit,
)
from accounts.actions.resets import ask_reset, decide_reset, reset_by_the_host
from accounts.actions.sessions import check_password, record_confirmation, record_session, sign_out
from accounts.actions.tokens import (
    IssuedToken,
    TokenRequest,
    issue_token,
    make_token,
    require_session,
    revoke_token,
)
from accounts.actions.users import NewUser, change_password, make_user, set_password, verify_user

__all__ = [
    "LINK",
    "PROVIDER",
    "Appointment",
    "IssuedToken",
    "NewFactor",
    "NewOrganisation",
    "NewUnit",
    "NewUser",
    "OnAccount",
    "Preferences",
    "Proof",
    "Stage",
    "Territory",
    "TokenRequest",
    "add_factor",
    "ask",
    "ask_address",
    "ask_link",
    "ask_reset",
    "begin_application",
    "bind_identity",
    "change_address",
    "change_password",
    "change_preferences",
    "check_password",
    "close_account",
    "decide",
    "decide_reset",
    "end",
    "end_all_sessions",
    "end_session",
    "end_sessions_of",
    "freeze_sessions",
    "grant",
    "institution_of",
    "invite",
    "invite_by_hand",
    "is_enough",
    "issue_token",
    "list_sessions",
    "load_authority",
    "make_endpoint",
    "make_organisation",
    "make_token",
    "make_unit",
    "make_user",
    "name_factor",
    "prove",
    "record_confirmation",
    "record_listing",
    "record_session",
    "remove_endpoint",
    "remove_factor",
    "remove_identity",
    "renew_recovery_codes",
    "reopen_account",
    "require_program",
    "require_session",
    "reset_by_the_host",
    "review",
    "revoke_token",
    "rotate_endpoint",
    "set_password",
    "set_password_by_link",
    "sign_in_by_provider",
    "sign_out",
    "stage_of",
    "verify_user",
]
