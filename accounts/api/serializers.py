"""Serializers of the API of accounts. Inputs refuse every undeclared member."""

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts import honorability
from accounts.accountrequests import is_private_mail
from accounts.actions.factors import Stage
from accounts.models import (
    AccountRequest,
    Authority,
    Factor,
    FactorReset,
    GrantRequest,
    Identity,
    Membership,
    Organisation,
    Session,
    SignInToCheck,
    Token,
    Unit,
    User,
)
from accounts.models.factor import FactorKind
from accounts.models.user import Language
from accounts.people import AccountState
from accounts.roles import Role, Scope
from core.api import RowOut
from core.languages import in_both
from outbox.models import Endpoint
from outbox.templates import GATHERABLE
from outbox.webhooks import secret_of


def shown_once(help_text: str) -> serializers.CharField:
    """Declare a secret of a new thing, which no later answer holds; null where there is none to show."""
    return serializers.CharField(read_only=True, allow_null=True, help_text=help_text)


class LabelledOut(serializers.Serializer[Any]):
    """A code with its labels."""

    code = serializers.CharField()
    label_fr = serializers.CharField()
    label_en = serializers.CharField()


@extend_schema_field(LabelledOut)
class RoleField(serializers.Field[Any, Any, Any, Any]):
    """A role with its French and English label."""

    def to_representation(self, value: str) -> dict[str, str]:
        role = Role(value)
        french, english = in_both(role.label).values()
        return {"code": role.value, "label_fr": french, "label_en": english}


class AuthorityOut(RowOut[Authority]):
    """An authority."""

    model = Authority
    columns = "id code name timezone"


class UnitOut(RowOut[Unit]):
    """A unit of an authority."""

    model = Unit
    columns = "id name communes"


class UnitNameOut(RowOut[Unit]):
    """A unit, by its name."""

    model = Unit
    columns = "id name"


class OrganisationOut(RowOut[Organisation]):
    """An institution; ``authority`` is null for one of the whole country."""

    model = Organisation
    columns = "id name kind siret uai finess authority"


class OrganisationNameOut(RowOut[Organisation]):
    """An institution, by its name."""

    model = Organisation
    columns = "id name"


class PositionOut(RowOut[Membership]):
    """One of the caller's positions."""

    model = Membership
    columns = "id role authority unit organisation valid_to"
    role = RoleField(read_only=True)
    authority = AuthorityOut(read_only=True)
    unit = UnitNameOut(read_only=True, allow_null=True)
    organisation = OrganisationNameOut(read_only=True, allow_null=True)
    valid_to = serializers.DateTimeField(read_only=True, allow_null=True)


class MembershipOut(RowOut[Membership]):
    """A membership, as whoever administers the authority sees it."""

    model = Membership
    columns = "id user role authority unit organisation valid_from valid_to reviewed_at review_due_at"
    role = RoleField(read_only=True)
    review_due_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Null where it ends before."
    )


class CertificateOut(RowOut[Membership]):
    """The certificate of honorability of a role; ``ends_on``: its last day, or the last one to show it."""

    model = Membership
    columns = "id user honorability_issued_on honorability_seen_on honorability_seen_by ends_on"
    ends_on = serializers.SerializerMethodField()

    def get_ends_on(self, row: Membership) -> date | None:
        """Return the last day."""
        return honorability.ends_on(row, self.context["at"])


class GrantRequestOut(RowOut[GrantRequest]):
    """A role that two persons give, asked for somebody; ``membership`` is what came of it."""

    model = GrantRequest
    columns = (
        "id user role authority unit organisation valid_from valid_to asked_by asked_at decided_by "
        "decided_at confirmed membership"
    )
    role = RoleField(read_only=True)


class DecidedGrantOut(GrantRequestOut):
    """A role that a second person decided on, and the code of the invitation that this sent."""

    code = shown_once("Shown this once, to be told beside the mail. Null where nobody was invited.")


class AccountRequestOut(RowOut[AccountRequest]):
    """A request for an account or a role, as whoever decides sees it, and the institution of the list that fits it.

    ``private_mail``: the address is at a provider of private persons. A reason to look twice, no more.
    """

    model = AccountRequest
    columns = (
        "id user full_name email private_mail profession language role authority organisation_name "
        "register number match asked_by asked_at confirmed_at accepted reason membership"
    )
    full_name = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()
    private_mail = serializers.SerializerMethodField()
    role = RoleField(read_only=True)
    match = serializers.SerializerMethodField()

    def get_full_name(self, row: AccountRequest) -> str:
        """Return whom it is for."""
        return row.user.full_name if row.user else row.full_name

    def get_email(self, row: AccountRequest) -> str:
        """Return their address."""
        return row.user.email if row.user else row.email

    def get_private_mail(self, row: AccountRequest) -> bool:
        """Tell whether the address is at a provider of private persons."""
        return is_private_mail(self.get_email(row))

    @extend_schema_field(OrganisationNameOut(allow_null=True))
    def get_match(self, row: AccountRequest) -> dict[str, Any] | None:
        """Return the institution of the list that fits what was said, if one does."""
        organisation = self.context.get("matches", {}).get(row.pk)
        return None if organisation is None else OrganisationNameOut(organisation).data


class AcceptedRequestOut(AccountRequestOut):
    """A request that was accepted, and the code to tell whoever has a new account by another way than mail."""

    code = shown_once(
        "Shown this once. Null for who had an account, or if it was done before under its Idempotency-Key."
    )


class OwnRequestOut(RowOut[AccountRequest]):
    """A role that the caller asked for, and what became of it."""

    model = AccountRequest
    columns = "id role authority organisation organisation_name number asked_at accepted"
    role = RoleField(read_only=True)


class UserOut(RowOut[User]):
    """An account, as whoever administers the authority sees it."""

    model = User
    columns = "id email full_name language is_active verified_at"


class AccountOut(UserOut):
    """An account in the list of people: what stands between it and its use, and its roles at one's authorities."""

    state = serializers.ChoiceField(choices=AccountState.choices, read_only=True)
    roles = MembershipOut(many=True, read_only=True, source="held")


class FoundPeopleOut(serializers.Serializer[Any]):
    """Whom a search found; ``more``: there are others, whom further words would leave."""

    results = AccountOut(many=True, read_only=True)
    more = serializers.BooleanField(read_only=True)


class InvitationOut(UserOut):
    """Who was invited, and the code to tell them by another way than mail, which no later answer holds."""

    code = shown_once("Shown this once. Null where the request was done before under its Idempotency-Key.")


class OneAccountOut(AccountOut):
    """A person with all roles at one's authorities, past ones too, and those that wait for a second person."""

    requests = GrantRequestOut(many=True, read_only=True, source="asked_for")


class AddedAccountOut(OneAccountOut):
    """Who was added, and the code to tell them by another way than mail, which no later answer holds."""

    code = shown_once(
        "Shown this once. Null where the request was done before under its Idempotency-Key, or where a role waits "
        "for a second person, who is shown the code."
    )


class TokenOut(RowOut[Token]):
    """A token, without its secret."""

    model = Token
    columns = "id prefix membership label scopes created_at expires_at revoked_at last_used_on"


class NewTokenOut(TokenOut):
    """A new token with its secret, which no later answer holds."""

    token = shown_once(
        "The secret; shown this once. Null where the request was done before under its Idempotency-Key."
    )


class PreferencesOut(serializers.Serializer[Any]):
    """How the caller is told."""

    phone = serializers.CharField(allow_blank=True)
    daily = serializers.ListField(
        child=serializers.ChoiceField(choices=[(kind.value, kind.label) for kind in GATHERABLE])
    )
    calls = serializers.BooleanField(
        help_text="Whether urgent calls can be made at all; where not, people are phoned by people."
    )


class EndpointOut(RowOut[Endpoint]):
    """Where a program is called."""

    model = Endpoint
    columns = "id url created_at rotated_at"


class NewEndpointOut(EndpointOut):
    """The same with its secret, which no later answer holds."""

    secret = serializers.SerializerMethodField(help_text="To check signatures with; shown this once.")

    def get_secret(self, row: Endpoint) -> str:
        return secret_of(row)


class MeOut(serializers.Serializer[Any]):
    """Who the caller is, and in which positions."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    full_name = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices)
    positions = PositionOut(many=True)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices),
        allow_null=True,
        help_text="What the token may be used for; null for a session.",
    )


class SessionOut(serializers.Serializer[Any]):
    """How far signing in is, and the token that unsafe requests of a session must bring."""

    signed_in = serializers.BooleanField()
    awaited = serializers.ChoiceField(
        choices=[(stage.value, stage.value) for stage in Stage],
        allow_null=True,
        help_text="`factor`: prove a second factor. `enrolment`: make the first one that counts.",
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=FactorKind.choices),
        help_text="The kinds that count for the roles of whoever is awaited.",
    )
    csrf_token = serializers.CharField(help_text="To be sent as the header X-CSRFToken.")


class OwnSessionOut(RowOut[Session]):
    """One of the caller's sessions, by which its owner knows it again: no address, no name of a machine."""

    model = Session
    columns = "id opened_at used_at browser current"
    used_at = serializers.DateTimeField()
    browser = serializers.CharField(help_text="Family and version (`firefox/140`), `other`, or empty.")
    current = serializers.BooleanField(help_text="The one in which this is asked.")


class SignInToCheckOut(RowOut[SignInToCheck]):
    """What was odd about the caller's sign-ins on one day: no place, no browser."""

    model = SignInToCheck
    columns = "kind day count last_at"
    last_at = serializers.DateTimeField()


class OptionsOut(serializers.Serializer[Any]):
    """What a browser is asked."""

    public_key = serializers.DictField(
        help_text="As WebAuthn's JSON has it; binary values in URL-safe Base64."
    )


class BegunFactorOut(serializers.Serializer[Any]):
    """What the device needs to make the factor that was begun."""

    public_key = serializers.DictField(allow_null=True, help_text="Of a passkey; as WebAuthn's JSON has it.")
    secret = serializers.CharField(allow_null=True, help_text="Of an application, in Base32.")
    address = serializers.CharField(allow_null=True, help_text="The same as `otpauth://`, for a QR code.")


class FactorOut(RowOut[Factor]):
    """A second factor."""

    model = Factor
    columns = "id kind label created_at last_used_on"


class IdentityOut(RowOut[Identity]):
    """An identity at a provider of the site; who one is there isn't kept."""

    model = Identity
    columns = "id provider siret bound_at last_used_on"


class RecoveryCodesOut(serializers.Serializer[Any]):
    """Codes for whoever loses the application; each works once."""

    codes = serializers.ListField(child=serializers.CharField(), help_text="Shown this once.")


class MadeFactorOut(FactorOut):
    """A new factor."""

    recovery_codes = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Shown this once; empty where there are some already.",
    )
    csrf_token = serializers.CharField(read_only=True, help_text="To be sent as the header X-CSRFToken.")


class FactorResetOut(RowOut[FactorReset]):
    """A request that somebody's second factors be removed."""

    model = FactorReset
    columns = "id user asked_by asked_at asked_how decided_by decided_at decided_how confirmed"


class DecidedResetOut(FactorResetOut):
    """A reset that a second person decided on, and the code of the invitation that this sent."""

    code = shown_once("Shown this once, to be told beside the mail. Null where nobody was invited.")
