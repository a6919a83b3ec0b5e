"""Inputs about accounts, places and sign-in, for the API and the pages alike."""

import re
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.actions.accountrequests import Institution
from accounts.identifiers import PERSON, REGISTERS, bare_number, is_name, register_of, validate_phone
from accounts.models.accountrequest import ASKABLE, REASONS, Profession
from accounts.models.factor import FactorKind, Identified
from accounts.models.importrun import ImportSource
from accounts.models.organisation import OrganisationKind
from accounts.models.user import Language
from accounts.people import AccountState
from accounts.roles import PROGRAMS, Role, Scope
from accounts.territory import commune
from core.inputs import Code, Codes, Day, Flag, Id, Instant, Items, StrictSerializer, Text, many
from core.query import PagedQuery
from encryption import onetime
from outbox.templates import GATHERABLE

#: As many roles are given with an account.
ROLES_MAX: Final = 10
_BASE64: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class Secret(serializers.CharField):
    """A password: any characters, never trimmed, never given back; bounded before anything is done to it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            trim_whitespace=False, write_only=True, max_length=settings.PASSWORD_LENGTH_MAX, **kwargs
        )

    def to_internal_value(self, data: object) -> str:
        """Return the password.

        Raises:
            ValidationError: ``not-text``.
        """
        if not isinstance(data, str):
            raise serializers.ValidationError("", code="not-text")
        return data


class InseeCode(Text):
    """The INSEE code of a commune that exists; a postal code isn't one."""

    def to_internal_value(self, data: object) -> str:
        """Return the code.

        Raises:
            ValidationError: ``not-a-choice``.
        """
        code = super().to_internal_value(data)
        if commune(code) is None:
            raise serializers.ValidationError("", code="not-a-choice")
        return code


class RegisterNumber(Text):
    """A number of a register, however it is grouped and whatever its case; of any of them, unless one is named."""

    def __init__(self, register: str = "", **kwargs: Any) -> None:
        super().__init__(max_length=30, **kwargs)
        self.register = register

    def to_internal_value(self, data: object) -> str:
        """Return the number as it is stored.

        Raises:
            ValidationError: ``no-such-number``, or a code of ``Text``.
        """
        number = bare_number(super().to_internal_value(data))
        try:
            REGISTERS[self.register](number) if self.register else register_of(number)
        except ValidationError:
            raise serializers.ValidationError("", code="no-such-number") from None
        return number


class Named(Text):
    """A name and nothing else: no message fits into it, for whoever is worried about a child would write of the child.

    ``also`` are the signs that may stand in it beside letters and blanks, ``words`` how many there are at most.
    """

    def __init__(self, *, also: str, words: int, code: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.also, self.words, self.fault = also, words, code

    def to_internal_value(self, data: object) -> str:
        """Return the name.

        Raises:
            ValidationError: the code of this kind of name, or one of ``Text``.
        """
        name = super().to_internal_value(data)
        if not is_name(name, also=self.also, words=self.words):
            raise serializers.ValidationError("", code=self.fault)
        return name


class PersonName(Named):
    """First and last name of somebody."""

    def __init__(self, **kwargs: object) -> None:
        also, words = PERSON
        super().__init__(also=also, words=words, code="not-a-name", max_length=80, **kwargs)


class InstitutionName(Named):
    """The name of an institution."""

    def __init__(self, **kwargs: object) -> None:
        also = " '’-.,&/()°«»0123456789"
        super().__init__(also=also, words=14, code="not-an-institution", max_length=120, **kwargs)


class SignInInput(StrictSerializer):
    """Who wants to sign in."""

    email = Text(max_length=254)
    password = Secret()


class AskLinkInput(StrictSerializer):
    """To which address a link is to be sent."""

    email = Text(max_length=254)


class LinkInput(StrictSerializer):
    """What a link is used by."""

    token = Text(max_length=64, help_text="What stands behind the `#` of the link.")


class NewPasswordInput(LinkInput):
    """A password, set by a link."""

    password = Secret()
    code = Text(max_length=40, required=False, help_text="Of an invitation: what comes beside the mail.")


class AcceptInput(LinkInput):
    """An invitation that is answered without a password."""

    code = Text(max_length=40)


class ChangePasswordInput(StrictSerializer):
    """Another password for one's own account."""

    present = Secret(help_text="The password that counts until then.")
    password = Secret(help_text="The new one.")


class Digits(Text):
    """A one-time code as it is typed: six digits, blanks between them allowed."""

    def to_internal_value(self, data: object) -> str:
        """Return the digits.

        Raises:
            ValidationError: ``invalid``, or a code of ``Text``.
        """
        digits = super().to_internal_value(data).replace(" ", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) == onetime.DIGITS):
            raise serializers.ValidationError("", code="invalid")
        return digits


class Binary(Text):
    """Bytes in URL-safe Base64, without padding."""

    def to_internal_value(self, data: object) -> str:
        """Return the text.

        Raises:
            ValidationError: ``invalid``, or a code of ``Text``.
        """
        text = super().to_internal_value(data)
        if not _BASE64.fullmatch(text):
            raise serializers.ValidationError("", code="invalid")
        return text


class AssertionInput(StrictSerializer):
    """What a passkey answered to the question of ``/session/passkey``."""

    id = Binary(max_length=1400)
    client_data = Binary(max_length=2000, help_text="`response.clientDataJSON`.")
    authenticator_data = Binary(max_length=2000, help_text="`response.authenticatorData`.")
    signature = Binary(max_length=2000, help_text="`response.signature`.")


class AttestationInput(StrictSerializer):
    """What a new passkey answered."""

    client_data = Binary(max_length=2000, help_text="`response.clientDataJSON`.")
    attestation = Binary(max_length=20_000, help_text="`response.attestationObject`.")


class ProofInput(StrictSerializer):
    """A second factor, exactly one of the three; in a session that goes on the password too, where both are asked."""

    code = Digits(max_length=12, required=False, help_text="The six digits that the application shows.")
    recovery = Text(max_length=40, required=False, help_text="A recovery code, which works once.")
    passkey = AssertionInput(required=False)
    password = Secret(
        required=False,
        help_text="Beside a code, for what changes how one signs in. A passkey needs none beside it.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one.

        Raises:
            ValidationError: ``required`` for none, ``one-of`` for several.
        """
        factors = set(attrs) - {"password"}
        if len(factors) != 1:
            code = "one-of" if factors else "required"
            raise serializers.ValidationError({"code": [ErrorDetail("", code=code)]})
        return attrs


class BeginFactorInput(StrictSerializer):
    """Which kind of factor is to be made."""

    kind = Code(choices=FactorKind.choices)


class FactorInput(StrictSerializer):
    """The factor that was begun, and the proof that it works."""

    kind = Code(choices=FactorKind.choices)
    label = Text(max_length=60, help_text="By which its owner recognises it.")
    code = Digits(max_length=12, required=False, help_text="Of an application: the six digits that it shows.")
    passkey = AttestationInput(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the proof of the kind.

        Raises:
            ValidationError: ``required`` for the missing one, ``unknown`` for the other.
        """
        needed, other = ("passkey", "code") if attrs["kind"] == FactorKind.PASSKEY else ("code", "passkey")
        faults = {}
        if needed not in attrs:
            faults[needed] = [ErrorDetail("", code="required")]
        if other in attrs:
            faults[other] = [ErrorDetail("", code="unknown")]
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


class FactorNameInput(StrictSerializer):
    """Another name for a factor."""

    label = Text(max_length=60)


class IdentifiedInput(StrictSerializer):
    """How one made sure who says to have lost the second factors."""

    how = Code(choices=Identified.choices, help_text="Each of the two persons makes sure and says how.")


class TokenInput(StrictSerializer):
    """A token to be made for one of the caller's positions."""

    membership = Id(help_text="One of the caller's own positions.")
    label = Text(max_length=80, help_text="By which people recognise it.")
    expires_at = Instant(help_text="At most 365 days from now.")
    scopes = Codes(choices=Scope.choices, allow_empty=False, default=lambda: list(Scope))


class UserInput(StrictSerializer):
    """An account to be made."""

    email = Text(max_length=254)
    full_name = Text(max_length=200)
    language = Code(choices=Language.choices, default=Language.FRENCH)
    authority = Id(help_text="The authority that will administer the account.")


def _certificate() -> Day:
    return Day(
        required=False,
        help_text="When the certificate of honorability was issued that you saw; for roles that need one.",
    )


class MembershipInput(StrictSerializer):
    """A role to be given to whoever has this address."""

    email = Text(max_length=254)
    role = Code(choices=Role.choices)
    authority = Id()
    unit = Id(required=False)
    organisation = Id(required=False)
    valid_from = Instant(required=False, help_text="Now, if absent.")
    valid_to = Instant(required=False, help_text="Not included; without end, if absent.")
    certificate = _certificate()


class CertificateInput(StrictSerializer):
    """When the certificate of honorability that one saw today was issued."""

    issued_on = Day()


class RoleInput(StrictSerializer):
    """A role for somebody who is added."""

    role = Code(choices=[(one.value, one.label) for one in Role if one not in PROGRAMS])
    unit = Id(required=False)
    organisation = Id(required=False)
    valid_from = Instant(required=False, help_text="Now, if absent.")
    valid_to = Instant(required=False, help_text="Not included; without end, if absent.")
    certificate = _certificate()


class NewcomerInput(UserInput):
    """Somebody to be added: an account, its roles, and what is known of who it is."""

    verified = Flag(default=False, help_text="The caller has made sure who it is, and where they work.")
    roles = many(RoleInput, max_length=ROLES_MAX, default=list)


class OrganisationInput(StrictSerializer):
    """An institution to be added to an authority's list."""

    name = Text(max_length=200)
    kind = Code(choices=OrganisationKind.choices)
    authority = Id()
    siret = RegisterNumber("siret", required=False)
    uai = RegisterNumber("uai", required=False)
    finess = RegisterNumber("finess", required=False)


class CorrectionInput(StrictSerializer):
    """What the entry of an institution is to say; a number that isn't given is none."""

    name = Text(max_length=200)
    kind = Code(choices=OrganisationKind.choices)
    siret = RegisterNumber("siret", required=False)
    uai = RegisterNumber("uai", required=False)
    finess = RegisterNumber("finess", required=False)


class WithInstitution(StrictSerializer):
    """Where somebody works, as they say it."""

    organisation_name = InstitutionName(required=False, allow_blank=True, default="")
    number = RegisterNumber(
        required=False,
        allow_blank=True,
        default="",
        help_text="SIRET, UAI or FINESS; which one, its shape tells.",
    )

    def institution(self) -> Institution:
        """Return it as the acts take it."""
        number = self.validated_data["number"]
        return Institution(
            self.validated_data["organisation_name"], register_of(number) if number else "", number
        )


class AccountRequestInput(WithInstitution):
    """An account that somebody asks for who has none. No member takes a message: never write about a child here."""

    full_name = PersonName()
    email = Text(max_length=254, help_text="A professional address; a link that is sent there confirms it.")
    profession = Code(choices=Profession.choices)
    place = Text(
        max_length=4,
        help_text="The code of the département (`93`, `2A`, `974`), or of an authority within one (`69M`).",
    )
    language = Code(choices=Language.choices, default=Language.FRENCH)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the name of the institution or a number of it.

        Raises:
            ValidationError: ``required``.
        """
        if not (attrs["organisation_name"] or attrs["number"]):
            raise serializers.ValidationError({"organisation_name": [ErrorDetail("", code="required")]})
        return attrs


class ColleagueInput(StrictSerializer):
    """A colleague for whom the lead of an institution asks for an account."""

    position = Id(help_text="The caller's own position as lead of the institution.")
    full_name = PersonName()
    email = Text(max_length=254, help_text="The colleague's professional address, who confirms it.")
    language = Code(choices=Language.choices, default=Language.FRENCH)


class RoleRequestInput(WithInstitution):
    """A role that somebody asks for who has an account."""

    role = Code(choices=ASKABLE)
    place = Text(max_length=4, help_text="As in `POST /api/v1/account-requests`.")
    organisation = Id(required=False, help_text="An institution of the list, instead of what is said of it.")


class AcceptanceInput(StrictSerializer):
    """How a request is accepted: at which institution, and whether one made sure who it is."""

    organisation = Id(required=False, help_text="An institution of the list; none for whoever files alone.")
    kind = Code(
        choices=OrganisationKind.choices,
        required=False,
        help_text="Makes the institution that was said, of this kind.",
    )
    named = Text(max_length=200, required=False, help_text="Under this name, if not as it was said.")
    verified = Flag(
        default=False,
        help_text="`true`: you say that you have made sure, yourself, who it is and where they work.",
    )
    certificate = _certificate()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take an institution of the list or one to be made, not both.

        Raises:
            ValidationError: ``one-of``; ``required`` for the kind where there is a name alone.
        """
        if "organisation" in attrs and "kind" in attrs:
            raise serializers.ValidationError({"organisation": [ErrorDetail("", code="one-of")]})
        if "named" in attrs and "kind" not in attrs:
            raise serializers.ValidationError({"kind": [ErrorDetail("", code="required")]})
        return attrs


class RefusalInput(StrictSerializer):
    """Why a request is refused; its person isn't told."""

    reason = Code(choices=[(reason.value, reason.label) for reason in REASONS])


class UnitInput(StrictSerializer):
    """A unit to be made."""

    name = Text(max_length=120)
    communes = Items(child=InseeCode(max_length=5), max_length=1_000, default=list)


class NamedUnitInput(StrictSerializer):
    """A unit to be made at an authority, by its name."""

    authority = Id()
    name = Text(max_length=120)


class PreferencesInput(StrictSerializer):
    """How the caller is told: replaces what was said before."""

    phone = Text(
        max_length=16,
        required=False,
        allow_blank=True,
        default="",
        validators=[validate_phone],
        help_text="In international form, `+33612345678`; for urgent calls alone.",
    )
    daily = Codes(
        choices=[(kind.value, kind.label) for kind in GATHERABLE],
        default=list,
        help_text="Kinds to be gathered into one mail a day; what is urgent always comes at once.",
    )


class EndpointInput(StrictSerializer):
    """Where a program wants to be called."""

    url = Text(max_length=500, help_text="https, on a host that the operator has listed.")


class AuthorityQuery(PagedQuery):
    """The filters of the list of authorities."""

    code = Text(max_length=4, required=False, help_text="As `75`, `2A`, `69M`.")


class OfAuthorityQuery(PagedQuery):
    """The filters of what belongs to authorities."""

    authority = Id(required=False)


class PeopleQuery(OfAuthorityQuery):
    """The filters of the list of people; those of roles look at what hasn't ended."""

    role = Code(choices=Role.choices, required=False)
    place = Id(required=False, help_text="A unit or an institution.")
    state = Code(choices=AccountState.choices, required=False)


class PeopleSearchInput(StrictSerializer):
    """Words of a name or an address; all must be there, whatever their accents and case."""

    words = Text(max_length=100)


class MembershipQuery(OfAuthorityQuery):
    """The filters of the list of memberships."""

    user = Id(required=False)
    role = Code(choices=Role.choices, required=False)
    in_force = Flag(required=False, in_query=True, help_text="`true`: those that count now.")
    review = Code(
        choices=[("due", "À revoir")],
        required=False,
        help_text="`due`: those that the caller reviews, where it is due within thirty days or late; the oldest first.",
    )


class ImportInput(StrictSerializer):
    """What stands beside the file of an import."""

    authority = Id(help_text="The authority whose people or institutions the file lists.")
    source = Code(choices=ImportSource.choices)


class ImportDecisionInput(StrictSerializer):
    """Which trial is confirmed: what was seen, and nothing else."""

    digest = Text(max_length=64, help_text="`digest` of the import, as it was read.")


class GuidanceReviewInput(StrictSerializer):
    """A professional's review of a page: who they are, when they read it, until when they stand by it."""

    authority = Id()
    name = Text(max_length=200)
    function = Text(max_length=200)
    body = Text(max_length=200)
    reviewed_on = Day()
    until = Day()
