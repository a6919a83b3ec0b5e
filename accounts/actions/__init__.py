"""Writes of accounts, each with its journal entry, in the caller's transaction.

Each act checks rights first, so any of them may raise ``NotAllowed`` (the actor lacks the permission, came with a
token, or isn't the service itself), ``StepUpRequired`` (the last proof of the second factor is too old, SEC-AU6) and
``NotVisible`` (absent, over, or not the actor's affair); their ``Raises`` name the rest. The service itself as an actor
(``accounts.actor.SYSTEM``) stands for the operator of the server: the commands and the demonstration.
"""

from accounts.actions.accountrequests import (
    Acceptance,
    Institution,
    Stranger,
    accept_request,
    ask_account,
    ask_colleague,
    ask_role,
    confirm_request,
    refuse_request,
)
from accounts.actions.deactivation import (
    OnAccount,
    close_account,
    end_all_sessions,
    end_sessions_of,
    reopen_account,
)
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
from accounts.actions.feeds import IssuedFeed, make_feed, revoke_feed
from accounts.actions.identities import (
    PROVIDER,
    accept_invitation,
    bind_identity,
    institution_of,
    is_enough,
    remove_identity,
    sign_in_by_provider,
)
from accounts.actions.imports import ask_import, decide_import, read_import, try_import, undo_import
from accounts.actions.links import (
    LINK,
    ask_address,
    ask_link,
    change_address,
    invitation_of,
    invite,
    invite_by_hand,
    require_invited,
    set_password_by_link,
)
from accounts.actions.memberships import (
    Appointment,
    ask,
    decide,
    end,
    give_or_ask,
    grant,
    review,
    see_certificate,
)
from accounts.actions.newcomers import Newcomer, WantedRole, add_person
from accounts.actions.notices import (
    Preferences,
    change_preferences,
    make_endpoint,
    remove_endpoint,
    require_program,
    rotate_endpoint,
)
from accounts.actions.ownsessions import end_session, freeze_sessions, in_use, list_sessions
from accounts.actions.places import (
    Correction,
    NewOrganisation,
    NewUnit,
    Territory,
    correct_organisation,
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
from accounts.actions.users import (
    NewUser,
    change_password,
    make_user,
    require_present_password,
    set_password,
    verify_user,
)
