"""Routes of the pages, at the root. Their words reveal nothing to a passer-by."""

from typing import Final

from django.urls import URLPattern

from web.filing.sections import Section, sections
from web.page import page
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
    return page(f"transmissions/<uuid:pk>/{section.slug}", view, f"filing-{section.slug}", section=section)


urlpatterns: list[URLPattern] = [
    page("", start.Start, "start"),
    page("aujourdhui", today.Today, "today"),
    page("chiffres", figures.Figures, "figures-page"),
    page("chiffres/tableau", figures.FigureTable, "figures-table"),
    page("plateforme", platform.Platform, "platform"),
    page("accessibilite", start.Accessibility, "accessibility"),
    page("guide", guidance.Guide, "guide"),
    page("guide/affiche", guidance.Poster, "guide-poster"),
    page("guide/que-faire", guidance.SixQuestions, "guide-six"),
    page("guide/<slug:section>/<slug:page>", guidance.OnePage, "guide-page"),
    page("procedure", help.ProcedurePage, "procedure"),
    page("lexique", help.LexiconPage, "lexicon"),
    page("textes", help.ArticlesPage, "articles"),
    page("connexion", session.SignIn, "sign-in"),
    page("mot-de-passe", passwords.AskLink, "password-ask"),
    page("mot-de-passe/choix", passwords.NewPassword, "password-set"),
    page("invitation", passwords.NewPassword, "invitation", invited=True),
    page("invitation/fournisseur/<slug:code>", providers.ToAccept, "invitation-to-provider"),
    page("invitation/identite", providers.AcceptInvitation, "invitation-identity"),
    page("demande-de-compte", accountrequests.AskAccount, "account-ask"),
    page("demande-de-compte/confirmation", accountrequests.ConfirmRequest, "account-ask-confirm"),
    page("annuaire/confirmer", confirming.ConfirmEntry, "directory-confirm"),
    page("compte/roles", accountrequests.OwnRoles, "own-roles"),
    page("compte/roles/demande", accountrequests.AskRole, "role-wanted"),
    page("compte/roles/collegue", accountrequests.AskColleague, "colleague-wanted"),
    page("entrainement/entrer", training_instance.Enter, "training-enter"),
    page("entrainement/courriels", training_instance.Mails, "training-mails"),
    page("connexions", ownsessions.OwnSessions, "own-sessions"),
    page("connexions/<uuid:pk>/fin", ownsessions.EndSession, "own-session-end"),
    page("connexion/suite", factors.SecondStep, "second-step"),
    page("connexion/moyen", factors.FirstFactor, "first-factor"),
    page("connexion/fournisseur/<slug:code>", providers.ToProvider, "to-provider"),
    page("connexion/fournisseur/<slug:code>/retour", providers.FromProvider, "from-provider"),
    page("compte/connexion/fournisseur/<slug:code>", providers.ToBind, "to-bind"),
    page("compte/connexion/identite", providers.BindIdentity, "identity-bind"),
    page("compte/connexion/identite/<uuid:pk>/retrait", providers.RemoveIdentity, "identity-remove"),
    page("compte/confirmation", factors.Confirm, "confirm"),
    page("compte/connexion", factors.OwnFactors, "own-factors"),
    page("compte/connexion/ajout", factors.AddFactor, "factor-add"),
    page("compte/connexion/codes", factors.RenewCodes, "codes-renew"),
    page("compte/connexion/<uuid:pk>/nom", factors.NameFactor, "factor-rename"),
    page("compte/connexion/<uuid:pk>/retrait", factors.RemoveFactor, "factor-remove"),
    page("compte/mot-de-passe", passwords.ChangePassword, "password-change-page"),
    page("compte/adresse", passwords.AskAddress, "address-ask"),
    page("compte/adresse/choix", passwords.ConfirmAddress, "address-set"),
    page("compte/avis", notices.OwnNotices, "own-notices"),
    page("compte/agenda", calendar.OwnFeeds, "calendar-feeds"),
    page("compte/agenda/nouveau", calendar.NewFeed, "calendar-feed-new"),
    page("compte/agenda/<uuid:pk>/fin", calendar.RevokeFeed, "calendar-feed-end"),
    page("agenda/<str:secret>.ics", calendar.Feed, "calendar-feed"),
    page("compte/liens", conflicts_of_interest.OwnTies, "own-ties"),
    page("compte/liens/nouveau", conflicts_of_interest.NewTie, "tie-page-new"),
    page("compte/liens/<uuid:pk>/correction", conflicts_of_interest.CorrectTie, "tie-page-correct"),
    page("compte/liens/<uuid:pk>/retrait", conflicts_of_interest.RemoveTie, "tie-page-remove"),
    page("deports", conflicts_of_interest.Barred, "barred"),
    page("deports/<uuid:pk>", conflicts_of_interest.Decide, "barred-decide"),
    page("deconnexion", session.SignOut, "sign-out"),
    page("deconnexion/retour", providers.LeftProvider, "left-provider"),
    page("quitter", session.Leave, "leave"),
    page("langue", session.Language, "language"),
    page("urgence", begin.Urgent, "urgent"),
    page("formulaire-papier", paper.PaperPage, "paper"),
    page("transmissions", begin.Filings, "filings"),
    page("transmissions/nouvelle", begin.Begin, "filing-new"),
    page("transmissions/<uuid:pk>", begin.OneFiling, "filing"),
    *(_section(one) for one in sections()),
    page("transmissions/<uuid:pk>/relecture", check.CheckPage, "filing-check"),
    page("transmissions/<uuid:pk>/urgence", check.UrgentPage, "filing-urgent"),
    page("transmissions/<uuid:pk>/recu", sent.ReceiptPage, "filing-receipt"),
    page("transmissions/<uuid:pk>/complement", sent.AddPage, "filing-add"),
    page("transmissions/<uuid:pk>/partage", sharing.SharePage, "filing-share"),
    page("transmissions/<uuid:pk>/pieces", files.FilesPage, "filing-files"),
    page("transmissions/<uuid:pk>/pieces/<uuid:part>/retrait", files.RemoveFile, "filing-file-remove"),
    page("transmissions/<uuid:pk>/retrait", sent.TakeBackPage, "filing-take-back"),
    page("transmissions/<uuid:pk>/messages/<uuid:part>/lu", sent.MarkRead, "filing-read"),
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
