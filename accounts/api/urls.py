"""The addresses of accounts, under ``/api/v1/``."""

from django.urls import path

from accounts.api.views import (
    accountrequests,
    factors,
    grants,
    identities,
    leavers,
    links,
    notices,
    people,
    places,
    resets,
    session,
    tokens,
)

urlpatterns = [
    path("session", session.Session.as_view(), name="session"),
    path("sessions", session.OwnSessions.as_view(), name="sessions"),
    path("sign-ins-to-check", session.SignInsToCheck.as_view(), name="sign-ins-to-check"),
    path("sessions/<uuid:pk>", session.OwnSession.as_view(), name="own-session"),
    path("session/passkey", factors.PasskeyQuestion.as_view(), name="session-passkey"),
    path("session/factor", factors.SessionFactor.as_view(), name="session-factor"),
    path("password-link", links.AskLink.as_view(), name="password-link"),
    path("password", links.NewPassword.as_view(), name="password"),
    path("me/factors", factors.Factors.as_view(), name="factors"),
    path("me/factors/begin", factors.BeginFactor.as_view(), name="factor-begin"),
    path("me/factors/<uuid:pk>", factors.OneFactor.as_view(), name="factor"),
    path("me/factors/<uuid:pk>/name", factors.NameFactor.as_view(), name="factor-name"),
    path("me/identities", identities.Identities.as_view(), name="identities"),
    path("me/identities/<uuid:pk>", identities.OneIdentity.as_view(), name="identity"),
    path("me/recovery-codes", factors.RecoveryCodes.as_view(), name="recovery-codes"),
    path("me", session.Me.as_view(), name="me"),
    path("me/password", links.ChangePassword.as_view(), name="password-change"),
    path("me/address", links.AskAddress.as_view(), name="address"),
    path("me/address/confirm", links.ConfirmAddress.as_view(), name="address-confirm"),
    path("me/notices", notices.Preferences.as_view(), name="notice-preferences"),
    path("webhooks", notices.Webhooks.as_view(), name="webhooks"),
    path("webhooks/<uuid:pk>", notices.OneWebhook.as_view(), name="webhook"),
    path("webhooks/<uuid:pk>/rotate", notices.RotateWebhook.as_view(), name="webhook-rotate"),
    path("tokens", tokens.Tokens.as_view(), name="tokens"),
    path("tokens/<uuid:pk>", tokens.OneToken.as_view(), name="token"),
    path("authorities", places.Authorities.as_view(), name="authorities"),
    path("authorities/<uuid:pk>/units", places.Units.as_view(), name="units"),
    path("organisations", places.Organisations.as_view(), name="organisations"),
    path("organisations/<uuid:pk>", places.OneOrganisation.as_view(), name="organisation"),
    path("account-requests", accountrequests.AccountRequests.as_view(), name="account-requests"),
    path(
        "account-requests/confirm", accountrequests.ConfirmRequest.as_view(), name="account-request-confirm"
    ),
    path(
        "account-requests/<uuid:pk>/accept",
        accountrequests.AcceptRequest.as_view(),
        name="account-request-accept",
    ),
    path(
        "account-requests/<uuid:pk>/refuse",
        accountrequests.RefuseRequest.as_view(),
        name="account-request-refuse",
    ),
    path("me/role-requests", accountrequests.RoleRequests.as_view(), name="role-requests"),
    path("me/colleagues", accountrequests.Colleagues.as_view(), name="colleagues"),
    path("users", people.Users.as_view(), name="users"),
    path("users/<uuid:pk>/verify", people.VerifyUser.as_view(), name="user-verify"),
    path("users/<uuid:pk>/invitation", links.Invite.as_view(), name="user-invite"),
    path("users/<uuid:pk>/end-sessions", leavers.EndSessions.as_view(), name="user-end-sessions"),
    path("users/<uuid:pk>/close", leavers.CloseAccount.as_view(), name="user-close"),
    path("users/<uuid:pk>/reopen", leavers.ReopenAccount.as_view(), name="user-reopen"),
    path(
        "authorities/<uuid:pk>/end-sessions", leavers.EndAllSessions.as_view(), name="authority-end-sessions"
    ),
    path("membership-requests", grants.GrantRequests.as_view(), name="grant-requests"),
    path(
        "membership-requests/<uuid:pk>/confirm", grants.ConfirmGrant.as_view(), name="grant-request-confirm"
    ),
    path("membership-requests/<uuid:pk>/refuse", grants.RefuseGrant.as_view(), name="grant-request-refuse"),
    path("users/<uuid:pk>/factor-reset", resets.AskReset.as_view(), name="factor-reset"),
    path("factor-resets", resets.Resets.as_view(), name="factor-resets"),
    path("factor-resets/<uuid:pk>/confirm", resets.ConfirmReset.as_view(), name="factor-reset-confirm"),
    path("factor-resets/<uuid:pk>/refuse", resets.RefuseReset.as_view(), name="factor-reset-refuse"),
    path("memberships", people.Memberships.as_view(), name="memberships"),
    path("memberships/<uuid:pk>/review", people.ReviewMembership.as_view(), name="membership-review"),
    path("memberships/<uuid:pk>/end", people.EndMembership.as_view(), name="membership-end"),
]
