"""Routes of the administrators' pages."""

from django.urls import URLPattern, path

from web.views.administration import (
    accountrequests,
    guidance,
    imports,
    opening,
    organisations,
    people,
    requests,
    resets,
    reviews,
    roles,
    rota,
    sessions,
    settings,
    units,
)

urlpatterns: list[URLPattern] = [
    path("administration", people.People.as_view(), name="administration"),
    path("administration/personnes/nouvelle", people.NewPerson.as_view(), name="person-new"),
    path("administration/personnes/<uuid:pk>", people.OnePerson.as_view(), name="person"),
    path("administration/personnes/<uuid:pk>/verification", people.Vouch.as_view(), name="person-verify"),
    path("administration/personnes/<uuid:pk>/invitation", people.Invite.as_view(), name="person-invite"),
    path("administration/personnes/<uuid:pk>/moyens", resets.AskReset.as_view(), name="person-reset"),
    path(
        "administration/personnes/<uuid:pk>/connexions", people.EndSessions.as_view(), name="person-sessions"
    ),
    path("administration/personnes/<uuid:pk>/fermeture", people.CloseAccount.as_view(), name="person-close"),
    path(
        "administration/personnes/<uuid:pk>/reouverture", people.ReopenAccount.as_view(), name="person-reopen"
    ),
    path(
        "administration/<uuid:authority>/connexions",
        sessions.EndAllSessions.as_view(),
        name="authority-sessions",
    ),
    path("administration/aide", guidance.Reviews.as_view(), name="guidance-reviews"),
    path(
        "administration/aide/<slug:lang>/<slug:section>/<slug:page>",
        guidance.Record.as_view(),
        name="guidance-review",
    ),
    path("administration/aide/<uuid:pk>/fin", guidance.Withdraw.as_view(), name="guidance-review-end"),
    path("administration/roles", roles.Roles.as_view(), name="memberships-page"),
    path("administration/roles/a-revoir", reviews.Reviews.as_view(), name="reviews-page"),
    path("administration/roles/nouveau", roles.NewRole.as_view(), name="role-new"),
    path(
        "administration/roles/<uuid:pk>/attestation", roles.SeeCertificate.as_view(), name="role-certificate"
    ),
    path("administration/roles/<uuid:pk>/fin", roles.EndRole.as_view(), name="role-end"),
    path("administration/demandes", requests.Requests.as_view(), name="requests-page"),
    path("administration/demandes/roles/<uuid:pk>", requests.OneRole.as_view(), name="request-role"),
    path("administration/demandes/moyens/<uuid:pk>", requests.OneReset.as_view(), name="request-reset"),
    path(
        "administration/demandes/comptes",
        accountrequests.AccountRequests.as_view(),
        name="account-requests-page",
    ),
    path(
        "administration/demandes/comptes/<uuid:pk>",
        accountrequests.AcceptRequest.as_view(),
        name="account-request-page",
    ),
    path(
        "administration/demandes/comptes/<uuid:pk>/refus",
        accountrequests.RefuseRequest.as_view(),
        name="account-request-refusal",
    ),
    path("administration/structures", organisations.Organisations.as_view(), name="organisations-page"),
    path(
        "administration/structures/nouvelle", organisations.NewOrganisation.as_view(), name="organisation-new"
    ),
    path(
        "administration/structures/<uuid:pk>/correction",
        organisations.CorrectOrganisation.as_view(),
        name="organisation-correct",
    ),
    path("administration/imports", imports.Imports.as_view(), name="imports-page"),
    path("administration/imports/nouveau", imports.NewImport.as_view(), name="import-new"),
    path("administration/imports/modeles/<slug:source>", imports.Template.as_view(), name="import-template"),
    path("administration/imports/<uuid:pk>", imports.OneImport.as_view(), name="import-page"),
    path("administration/imports/<uuid:pk>/lignes", imports.Lines.as_view(), name="import-lines"),
    path("administration/unites", units.Units.as_view(), name="units-page"),
    path("administration/<uuid:authority>/ouverture", opening.Opening.as_view(), name="opening-page"),
    path("administration/<uuid:authority>/astreinte", rota.Rota.as_view(), name="rota-page"),
    path(
        "administration/<uuid:authority>/astreinte/nouvelle", rota.NewShift.as_view(), name="rota-shift-new"
    ),
    path(
        "administration/astreinte/<uuid:pk>/retrait", rota.WithdrawShift.as_view(), name="rota-shift-withdraw"
    ),
    path("administration/<uuid:authority>/reglages", settings.Settings.as_view(), name="settings-page"),
    path(
        "administration/<uuid:authority>/reglages/<slug:key>",
        settings.OneSetting.as_view(),
        name="setting-page",
    ),
]
