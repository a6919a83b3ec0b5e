"""Errors of key management. None says why a ciphertext is bad; none carries a value or a key."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class EncryptionError(Exception):
    """The base of what this app raises; its sentence is fixed and fit for anybody's eyes."""

    code: ClassVar[str] = "encryption"
    sentence: ClassVar[Promise] = _("L'opération de chiffrement a échoué.")

    def __init__(self) -> None:
        super().__init__(self.sentence)


class Unreadable(EncryptionError):
    """A sealed value, or the key under it, can't be used, for whatever reason (SEC-CR3).

    One error for a flipped bit, a moved ciphertext, an unknown version, a lost or substituted key:
    which one it was would help only who tampers.
    """

    code = "unreadable"
    sentence = _("Cette valeur est illisible.")


class KeysUnavailable(EncryptionError):
    """The key provider or the key store doesn't answer now; the same request may work later."""

    code = "keys-unavailable"
    sentence = _("Le service des clés ne répond pas. Réessayez dans quelques minutes.")


class KeyExhausted(EncryptionError):
    """This process has sealed with one key as often as it may in the life of one handle."""

    code = "key-exhausted"
    sentence = _("La clé de ce dossier a atteint sa limite d'usage. Réessayez dans quelques minutes.")


class RowChanged(EncryptionError):
    """A row was written by somebody else since it was read; writing what was read would put earlier values back."""

    code = "row-changed"
    sentence = _(
        "Cette donnée a changé depuis sa lecture. Rien n'a été enregistré : relisez-la, puis recommencez."
    )


class ScopeClosed(EncryptionError):
    """A sealed value was opened outside its disclosure, or after it ended (SEC-CR2)."""

    code = "scope-closed"
    sentence = _("Une donnée protégée ne peut être lue que dans une consultation journalisée.")


class Unsealable(EncryptionError, ValueError):
    """The value isn't one that the field may hold: another kind, too long, or not JSON."""

    code = "unsealable"
    sentence = _("Cette valeur ne peut pas être enregistrée dans ce champ.")
