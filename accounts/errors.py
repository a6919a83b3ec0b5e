"""Errors of accounts. Nothing here knows HTTP: ``config/errors.py`` maps each class.

The text of an error is for the professional, in the language of whoever reads: what and why, never who.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from core.languages import Text


class AccountsError(Exception):
    """The base of the refusals of this app.

    ``code`` is for programs; ``extra`` holds what else they may know (field names, a rule), and never a
    value that was sent.
    """

    code: ClassVar[str] = "accounts"
    text: ClassVar[Text] = _("Cette action n'est pas possible.")

    def __init__(self, text: Text | None = None, **extra: object) -> None:
        super().__init__(text or self.text)
        self.extra: dict[str, Any] = extra


class Delayed(AccountsError):
    """Nothing is looked at for ``wait`` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = wait


class SignInRefused(AccountsError):
    """The address and the password don't open a session; why isn't said (SEC-AU2)."""

    code = "sign-in-refused"
    text = _("Adresse ou mot de passe incorrect.")


class PresentPasswordRefused(SignInRefused):
    """Somebody who changes their password didn't give the present one; it is counted as a failed sign-in."""

    code = "present-password-refused"
    text = _("Ce n'est pas votre mot de passe actuel.")


class SignInDelayed(Delayed):
    """Too many attempts failed: after ``wait`` seconds the next is looked at, whoever it is for (SEC-AU2)."""

    code = "sign-in-delayed"
    text = _("Trop de tentatives de connexion ont échoué. Attendez avant de réessayer.")


class AsksDelayed(Delayed):
    """Too many links were asked for of late, for this address or from this network, whoever has it (SEC-AU2)."""

    code = "asks-delayed"
    text = _(
        "Trop de demandes de lien. Attendez avant de recommencer ; le dernier lien envoyé reste valable."
    )


class LinkRefused(AccountsError):
    """The link sets no password: unknown, too old, used, replaced, or its code is wrong; which isn't said."""

    code = "link-refused"
    text = _("Ce lien n'est plus valable, ou le code n'est pas le bon. Demandez un autre lien.")


class TokensDelayed(Delayed):
    """Too many tokens from this network opened nothing; a right one opens all the same."""

    code = "tokens-delayed"
    text = _("Trop de jetons refusés depuis ce réseau. Attendez avant de réessayer.")


class ProofRefused(AccountsError):
    """The second factor wasn't proved; why isn't said.

    ``stands``: what was written about it stays, although the request is refused (``config/pipeline.py``).
    """

    code = "proof-refused"
    text = _("La vérification a échoué : le code n'est pas le bon, a déjà servi, ou la clé n'a pas répondu.")
    stands: ClassVar[bool] = True


class TooManyTries(Delayed):
    """Too many wrong codes: none is looked at for ``wait`` seconds (SEC-AU4)."""

    code = "too-many-tries"
    text = _("Trop de tentatives : attendez avant la prochaine, ou servez-vous d'une clé d'accès.")


class PasskeyNeeded(AccountsError):
    """This kind of factor isn't enough for the roles of the person (SEC-AU1)."""

    code = "passkey-needed"
    text = _("Votre rôle demande une clé d'accès.")


class TooManyFactors(AccountsError):
    """Nobody holds more factors than the settings say (``FACTORS_PER_PERSON``)."""

    code = "too-many-factors"
    text = _("Retirez d'abord une clé ou une application.")


class TooManyFeeds(AccountsError):
    """Nobody has more calendar feeds at once than the settings say (``CALENDAR_FEEDS_PER_PERSON``)."""

    code = "too-many-feeds"
    text = _("Révoquez d'abord un agenda dont vous ne vous servez plus.")

    def __init__(self, most: int) -> None:
        super().__init__(most=most)


class LastFactor(AccountsError):
    """The last factor with which a person may sign in can't be removed."""

    code = "last-factor"
    text = _("C'est votre dernier moyen de connexion : ajoutez-en un autre d'abord.")


class StepUpRequired(AccountsError):
    """This act asks for a proof of the second factor that is at most five minutes old (SEC-AU6)."""

    code = "step-up-required"
    text = _("Confirmez d'abord que c'est bien vous.")


class OwnReset(AccountsError):
    """Nobody asks for or confirms a reset of the own factors, nor both of anybody's."""

    code = "own-reset"
    text = _("Une réinitialisation demande deux personnes autres que la personne concernée.")


class ProviderRefused(AccountsError):
    """A way to an identity provider and back didn't end in an identity that counts; ``rule`` says where it failed."""

    code = "provider-refused"
    text = _(
        "La connexion par ce fournisseur d'identité n'a pas abouti. Recommencez depuis la page de connexion."
    )


class ProviderUnavailable(AccountsError):
    """An identity provider doesn't answer, too slowly, or nothing that can be understood."""

    code = "provider-unavailable"
    text = _(
        "Ce fournisseur d'identité ne répond pas. Connectez-vous avec votre adresse et votre mot de passe."
    )


class IdentityUnknown(AccountsError):
    """The provider knows who it is, but no account is bound to that."""

    code = "identity-unknown"
    text = _(
        "Cette identité n'est liée à aucun compte. Connectez-vous avec votre adresse et votre mot de "
        "passe, puis liez-la dans « Mes moyens de connexion »."
    )


class IdentityTaken(AccountsError):
    """The identity is bound to an account, or the account to another identity of the same provider."""

    code = "identity-taken"
    text = _("Cette identité est déjà liée à un compte, ou votre compte l'est à une autre de ce fournisseur.")


class OrganisationDiffers(AccountsError):
    """The provider says that the person works for an institution that isn't the account's.

    ``stands``: that it was refused is written about the account (``config/pipeline.py``).
    """

    code = "organisation-differs"
    text = _(
        "Le fournisseur d'identité vous rattache à un autre établissement que votre compte. "
        "Demandez à l'administration des comptes de corriger l'un ou l'autre."
    )
    stands: ClassVar[bool] = True


class TokenRefused(AccountsError):
    """The Authorization header is malformed, or its token opens nothing (now)."""

    code = "token-refused"
    text = _("Jeton absent, expiré, révoqué ou mal formé.")


class CrossSiteRefused(AccountsError):
    """An unsafe request of a session came without its CSRF token."""

    code = "csrf"
    text = _("Requête refusée : le jeton anti-CSRF manque ou n'est pas le bon.")


class NotAllowed(AccountsError):
    """The actor may know of this, but not do it."""

    code = "not-allowed"
    text = _("Votre rôle ne permet pas cette action.")


class NotVisible(AccountsError):
    """Absent, or not for this actor's eyes; the two look the same."""

    code = "not-found"
    text = _("Introuvable.")


class InvalidInput(AccountsError):
    """What was sent can't be used: ``extra["fields"]`` maps fields to codes, as in ``core/inputs.py``."""

    code = "invalid"
    text = _("Certains champs sont à corriger.")

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__(fields={name: list(reasons) for name, reasons in fields.items()})


class AlreadyThere(AccountsError):
    """The account, institution or membership exists already."""

    code = "already-there"
    text = _("Cet élément existe déjà.")


class NumberTaken(AlreadyThere):
    """An institution has this number of a register; ``extra["organisation"]`` says which, to who may see that one."""

    code = "number-taken"
    text = _("Ce numéro est déjà celui d'une structure.")


class AddressTaken(AlreadyThere):
    """An account was opened for this address since somebody asked for one."""

    code = "address-taken"
    text = _("Un compte existe à présent pour cette adresse : refusez la demande.")


class ImportOutdated(AccountsError):
    """What an import would do isn't what was tried and seen any more."""

    code = "import-outdated"
    text = _(
        "Les comptes ou les structures ont changé depuis l'essai : refusez cet import, et refaites l'essai."
    )


class OwnRequest(AccountsError):
    """Nobody decides on what they asked for themself."""

    code = "own-request"
    text = _("Une autre personne décide de ce que vous avez demandé.")


class TwoPersonsNeeded(AccountsError):
    """Two persons act, and this one may not be the second (SEC-AZ12, SEC-AZ24)."""

    code = "two-persons-needed"
    text = _(
        "Il faut ici une seconde personne : ni celle qui demande, ni celle qui a récemment créé ou invité ce compte, "
        "ou réinitialisé ses moyens de connexion."
    )


class OwnGrant(AccountsError):
    """Nobody grants a role to themself."""

    code = "own-grant"
    text = _("Vous ne pouvez pas vous accorder un rôle à vous-même.")


class CertificateMissing(AccountsError):
    """A role that needs a certificate of honorability has none that counts."""

    code = "certificate-missing"
    text = _("L'attestation d'honorabilité manque ou n'est plus valable : elle doit d'abord être présentée.")


class OwnReview(AccountsError):
    code = "own-review"
    text = _("Une autre personne revoit vos propres rôles.")


class OwnAccount(AccountsError):
    code = "own-account"
    text = _("Vous ne pouvez pas vérifier votre propre compte.")


class PeopleSignIn(AccountsError):
    """A role of people can't be used through a token here."""

    code = "people-sign-in"
    text = _("Ce rôle s'exerce en se connectant ; les jetons sont réservés aux programmes.")


class MissingKey(AccountsError):
    """A request that must come under an Idempotency-Key has none."""

    code = "idempotency-key-required"
    text = _("Donnez une clé d'idempotence (Idempotency-Key).")


class MalformedKey(AccountsError):
    """The Idempotency-Key isn't 8 to 64 letters, digits, ``_`` or ``-``."""

    code = "idempotency-key-malformed"
    text = _("La clé d'idempotence est mal formée.")


class KeyReused(AccountsError):
    """The same Idempotency-Key came with another request."""

    code = "idempotency-key-reused"
    text = _("Cette clé d'idempotence a déjà servi à une autre requête.")
