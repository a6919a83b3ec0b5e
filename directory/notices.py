"""Notices of the directory: that something waits, never what or where (field.md A.7, rule 4)."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from outbox.templates import Kind, Template, register

#: Addresses of pages, as ``web/urls.py`` has them.
OPENINGS_PAGE: Final = "annuaire/ouvertures"
JOURNAL_PAGE: Final = "journal"
REPORTS_PAGE: Final = "annuaire/signalements"

SECRET_OPENED: Final = "directory.secret"  # noqa: S105 - the code of a text
NOBODY_TO_LOOK: Final = "directory.secret-alone"
ERRORS_WAIT: Final = "directory.errors"

register(
    Template(
        SECRET_OPENED,
        Kind.ACCOUNT,
        _("L'ouverture d'une adresse secrète de l'annuaire est à vérifier : heure, ou nombre en un jour."),
        start=OPENINGS_PAGE,
    ),
    Template(
        NOBODY_TO_LOOK,
        Kind.ACCOUNT,
        _("Personne d'autre ne peut vérifier l'ouverture d'une adresse secrète : voyez le journal."),
        start=JOURNAL_PAGE,
    ),
    Template(
        ERRORS_WAIT,
        Kind.ACCOUNT,
        _("Des erreurs ont été signalées dans l'annuaire de ressources."),
        start=REPORTS_PAGE,
    ),
)
