"""Routes of the pages, at the root. Their words reveal nothing to a passer-by."""

from typing import Final

from django.urls import URLPattern, path

from web.filing.sections import Section, sections
from web.views import (
    accountrequests,
    calendar,
    conflicts_of_interest,
    factors,
    figures,
    guidance,
    help,
    notices,
    ownsessions,
    passwords,
    platform,
    providers,
    session,
    start,
    today,
    training_instance,
)
from web.views.access_requests.urls import urlpatterns as access_requests
from web.views.administration.urls import urlpatterns as administration
from web.views.breaches.urls import urlpatterns as breaches
from web.views.cases.urls import urlpatterns as cases
from web.views.directory import confirming
from web.views.directory.urls import urlpatterns as directory
from web.views.filing import begin, check, files, form, paper, sent, sharing
from web.views.journal.urls import urlpatterns as journal
from web.views.training.urls import urlpatterns as training

OWN_PAGES: Final = {
    "questions": form.QuestionsPage,
    "reception": form.ReceptionPage,
}


def _section(section: Section) -> URLPattern:
    """Return the address of one page of the form."""
    view = OWN_PAGES.get(section.slug, form.SectionPage)
    return path(
        f"transmissions/<uuid:pk>/{section.slug}",
        view.as_view(section=section),
        name=f"filing-{section.slug}",
    )


urlpatterns: list[URLPattern] = [
    path("", start.Start.as_view(), name="start"),
    path("aujourdhui", today.Today.as_view(), name="today"),
    path("chiffres", figures.Figures.as_view(), name="figures-page"),
    path("chiffres/tableau", figures.FigureTable.as_view(), name="figures-table"),
    path("plateforme", platform.Platform.as_view(), name="platform"),
    path("accessibilite", start.Accessibility.as_view(), name="accessibility"),
    path("guide", guidance.Guide.as_view(), name="guide"),
    path("guide/affiche", guidance.Poster.as_view(), name="guide-poster"),
    path("guide/<slug:section>/<slug:page>", guidance.OnePage.as_view(), name="guide-page"),
    path("procedure", help.ProcedurePage.as_view(), name="procedure"),
    path("lexique", help.LexiconPage.as_view(), name="lexicon"),
    path("textes", help.ArticlesPage.as_view(), name="articles"),
    path("connexion", session.SignIn.as_view(), name="sign-in"),
    path("mot-de-passe", passwords.AskLink.as_view(), name="password-ask"),
    path("mot-de-passe/choix", passwords.NewPassword.as_view(), name="password-set"),
    path("invitation", passwords.NewPassword.as_view(invited=True), name="invitation"),
    path("invitation/fournisseur/<slug:code>", providers.ToAccept.as_view(), name="invitation-to-provider"),
    path("invitation/identite", providers.AcceptInvitation.as_view(), name="invitation-identity"),
    path("demande-de-compte", accountrequests.AskAccount.as_view(), name="account-ask"),
    path(
        "demande-de-compte/confirmation", accountrequests.ConfirmRequest.as_view(), name="account-ask-confirm"
    ),
    path("annuaire/confirmer", confirming.ConfirmEntry.as_view(), name="directory-confirm"),
    path("compte/roles", accountrequests.OwnRoles.as_view(), name="own-roles"),
    path("compte/roles/demande", accountrequests.AskRole.as_view(), name="role-wanted"),
    path("compte/roles/collegue", accountrequests.AskColleague.as_view(), name="colleague-wanted"),
    path("entrainement/entrer", training_instance.Enter.as_view(), name="training-enter"),
    path("entrainement/courriels", training_instance.Mails.as_view(), name="training-mails"),
    path("connexions", ownsessions.OwnSessions.as_view(), name="own-sessions"),
    path("connexions/<uuid:pk>/fin", ownsessions.EndSession.as_view(), name="own-session-end"),
    path("connexion/suite", factors.SecondStep.as_view(), name="second-step"),
    path("connexion/moyen", factors.FirstFactor.as_view(), name="first-factor"),
    path("connexion/fournisseur/<slug:code>", providers.ToProvider.as_view(), name="to-provider"),
    path("connexion/fournisseur/<slug:code>/retour", providers.FromProvider.as_view(), name="from-provider"),
    path("compte/connexion/fournisseur/<slug:code>", providers.ToBind.as_view(), name="to-bind"),
    path("compte/connexion/identite", providers.BindIdentity.as_view(), name="identity-bind"),
    path(
        "compte/connexion/identite/<uuid:pk>/retrait",
        providers.RemoveIdentity.as_view(),
        name="identity-remove",
    ),
    path("compte/confirmation", factors.Confirm.as_view(), name="confirm"),
    path("compte/connexion", factors.OwnFactors.as_view(), name="own-factors"),
    path("compte/connexion/ajout", factors.AddFactor.as_view(), name="factor-add"),
    path("compte/connexion/codes", factors.RenewCodes.as_view(), name="codes-renew"),
    path("compte/connexion/<uuid:pk>/nom", factors.NameFactor.as_view(), name="factor-rename"),
    path("compte/connexion/<uuid:pk>/retrait", factors.RemoveFactor.as_view(), name="factor-remove"),
    path("compte/mot-de-passe", passwords.ChangePassword.as_view(), name="password-change-page"),
    path("compte/adresse", passwords.AskAddress.as_view(), name="address-ask"),
    path("compte/adresse/choix", passwords.ConfirmAddress.as_view(), name="address-set"),
    path("compte/avis", notices.OwnNotices.as_view(), name="own-notices"),
    path("compte/agenda", calendar.OwnFeeds.as_view(), name="calendar-feeds"),
    path("compte/agenda/nouveau", calendar.NewFeed.as_view(), name="calendar-feed-new"),
    path("compte/agenda/<uuid:pk>/fin", calendar.RevokeFeed.as_view(), name="calendar-feed-end"),
    path("agenda/<str:secret>.ics", calendar.Feed.as_view(), name="calendar-feed"),
    path("compte/liens", conflicts_of_interest.OwnTies.as_view(), name="own-ties"),
    path("compte/liens/nouveau", conflicts_of_interest.NewTie.as_view(), name="tie-page-new"),
    path(
        "compte/liens/<uuid:pk>/correction",
        conflicts_of_interest.CorrectTie.as_view(),
        name="tie-page-correct",
    ),
    path("compte/liens/<uuid:pk>/retrait", conflicts_of_interest.RemoveTie.as_view(), name="tie-page-remove"),
    path("deports", conflicts_of_interest.Barred.as_view(), name="barred"),
    path("deports/<uuid:pk>", conflicts_of_interest.Decide.as_view(), name="barred-decide"),
    path("deconnexion", session.SignOut.as_view(), name="sign-out"),
    path("deconnexion/retour", providers.LeftProvider.as_view(), name="left-provider"),
    path("quitter", session.Leave.as_view(), name="leave"),
    path("langue", session.Language.as_view(), name="language"),
    path("urgence", begin.Urgent.as_view(), name="urgent"),
    path("formulaire-papier", paper.PaperPage.as_view(), name="paper"),
    path("transmissions", begin.Filings.as_view(), name="filings"),
    path("transmissions/nouvelle", begin.Begin.as_view(), name="filing-new"),
    path("transmissions/<uuid:pk>", begin.OneFiling.as_view(), name="filing"),
    *(_section(one) for one in sections()),
    path("transmissions/<uuid:pk>/relecture", check.CheckPage.as_view(), name="filing-check"),
    path("transmissions/<uuid:pk>/urgence", check.UrgentPage.as_view(), name="filing-urgent"),
    path("transmissions/<uuid:pk>/recu", sent.ReceiptPage.as_view(), name="filing-receipt"),
    path("transmissions/<uuid:pk>/complement", sent.AddPage.as_view(), name="filing-add"),
    path("transmissions/<uuid:pk>/partage", sharing.SharePage.as_view(), name="filing-share"),
    path("transmissions/<uuid:pk>/pieces", files.FilesPage.as_view(), name="filing-files"),
    path(
        "transmissions/<uuid:pk>/pieces/<uuid:part>/retrait",
        files.RemoveFile.as_view(),
        name="filing-file-remove",
    ),
    path("transmissions/<uuid:pk>/retrait", sent.TakeBackPage.as_view(), name="filing-take-back"),
    path("transmissions/<uuid:pk>/messages/<uuid:part>/lu", sent.MarkRead.as_view(), name="filing-read"),
    *cases,
    *access_requests,
    *journal,
    *breaches,
    *directory,
    *administration,
    *training,
]

#: First words of the addresses above: the requests that the pipeline carries like those of the API.
SEGMENTS: Final = frozenset(str(one.pattern).partition("/")[0] for one in urlpatterns)
