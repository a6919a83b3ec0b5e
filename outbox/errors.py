"""Errors of the outbox. Nothing here knows HTTP: ``config/errors.py`` maps each class."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from core.languages import Text


class OutboxError(Exception):
    """The base of the refusals of this app; ``code`` is for programs."""

    code: ClassVar[str] = "outbox"
    text: ClassVar[Text] = _("Cette action n'est pas possible.")

    def __init__(self) -> None:
        super().__init__(self.text)


class AddressRefused(OutboxError):
    """The service calls no such address: not https, not a listed host, or not on the public network."""

    code = "address-refused"
    text = _("Cette adresse ne peut pas être appelée : https, sur un hôte autorisé par l'exploitant.")


class ServiceClosed(OutboxError):
    """A database was restored, and what was destroyed since its backup isn't destroyed again yet (SEC-FT12)."""

    code = "service-closed"
    text = _("Le service est fermé le temps d'une restauration. Réessayez plus tard.")
