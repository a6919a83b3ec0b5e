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
from core.languages import in_both
from outbox.models import Endpoint
from outbox.templates import GATHERABLE

# --- what goes out ------------------------------------------------------------------------------------


class LabelledOut(serializers.Serializer[Any]):
    """A code with its labels."""

    code = serializers.CharField()
    label_fr = serializers.CharField()
    label_en = serializers.CharField()


@extend_schema_field(LabelledOut)
class RoleField(serializers.Field[Any, Any, Any, Any]):
    """A role with its French and English label."""

    def to_representation(self, value: str) -> dict[str, str]:
        """Return code and labels."""
        role = Role(value)
        french, english = in_both(role.label).values()
        return {"code": role.value, "label_fr": french, "label_en": english}


class AuthorityOut(serializers.ModelSerializer[Authority]):
    """An authority."""

    class Meta:
        model = Authority
        fields = ["id", "code", "name", "timezone"]
        read_only_fields = fields


class UnitOut(serializers.ModelSerializer[Unit]):
    """A unit of an authority."""

    class Meta:
        model = Unit
        fields = ["id", "name", "communes"]
        read_only_fields = fields


class UnitNameOut(serializers.ModelSerializer[Unit]):
    """A unit, by its name."""

    class Meta:
        model = Unit
        fields = ["id", "name"]
        read_only_fields = fields


class OrganisationOut(serializers.ModelSerializer[Organisation]):
    """An institution; ``authority`` is null for one of the whole country."""

    class Meta:
        model = Organisation
        fields = ["id", "name", "kind", "siret", "uai", "finess", "authority"]
        read_only_fields = fields


class OrganisationNameOut(serializers.ModelSerializer[Organisation]):
    """An institution, by its name."""

    class Meta:
        model = Organisation
        fields = ["id", "name"]
        read_only_fields = fields


class PositionOut(serializers.ModelSerializer[Membership]):
    """One of the caller's positions."""

    role = RoleField(read_only=True)
    authority = AuthorityOut(read_only=True)
    unit = UnitNameOut(read_only=True, allow_null=True)
    organisation = OrganisationNameOut(read_only=True, allow_null=True)
    valid_to = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Membership
        fields = ["id", "role", "authority", "unit", "organisation", "valid_to"]
        read_only_fields = fields


class MembershipOut(serializers.ModelSerializer[Membership]):
    """A membership, as whoever administers the authority sees it."""

    role = RoleField(read_only=True)
    review_due_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Null where it ends before."
    )

    class Meta:
        model = Membership
        fields = [
            "id",
            "user",
            "role",
            "authority",
            "unit",
            "organisation",
            "valid_from",
            "valid_to",
            "reviewed_at",
            "review_due_at",
        ]
        read_only_fields = fields


class CertificateOut(serializers.ModelSerializer[Membership]):
    """The certificate of honorability of a role; ``ends_on``: its last day, or the last one to show it."""

    ends_on = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = [
            "id",
            "user",
            "honorability_issued_on",
            "honorability_seen_on",
            "honorability_seen_by",
            "ends_on",
        ]
        read_only_fields = fields

    def get_ends_on(self, row: Membership) -> date | None:
        """Return the last day."""
        return honorability.ends_on(row, self.context["at"])


class GrantRequestOut(serializers.ModelSerializer[GrantRequest]):
    """A role that two persons give, asked for somebody; ``membership`` is what came of it."""

    role = RoleField(read_only=True)

    class Meta:
        model = GrantRequest
        fields = [
            "id",
            "user",
            "role",
            "authority",
            "unit",
            "organisation",
            "valid_from",
            "valid_to",
            "asked_by",
            "asked_at",
            "decided_by",
            "decided_at",
            "confirmed",
            "membership",
        ]
        read_only_fields = fields


class DecidedGrantOut(GrantRequestOut):
    """A role that a second person decided on, and the code of the invitation that this sent."""

    code = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="Shown this once, to be told beside the mail. Null where nobody was invited.",
    )

    class Meta(GrantRequestOut.Meta):
        fields = [*GrantRequestOut.Meta.fields, "code"]
        read_only_fields = fields


class AccountRequestOut(serializers.ModelSerializer[AccountRequest]):
    """A request for an account or a role, as whoever decides sees it, and the institution of the list that fits it.

    ``private_mail``: the address is at a provider of private persons. A reason to look twice, no more.
    """

    full_name = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()
    private_mail = serializers.SerializerMethodField()
    role = RoleField(read_only=True)
    match = serializers.SerializerMethodField()

    class Meta:
        model = AccountRequest
        fields = [
            "id",
            "user",
            "full_name",
            "email",
            "private_mail",
            "profession",
            "language",
            "role",
            "authority",
            "organisation_name",
            "register",
            "number",
            "match",
            "asked_by",
            "asked_at",
            "confirmed_at",
            "accepted",
            "reason",
            "membership",
        ]
        read_only_fields = fields

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

    code = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="Shown this once. Null for who had an account, or if it was done before under its Idempotency-Key.",
    )

    class Meta(AccountRequestOut.Meta):
        fields = [*AccountRequestOut.Meta.fields, "code"]
        read_only_fields = fields


class OwnRequestOut(serializers.ModelSerializer[AccountRequest]):
    """A role that the caller asked for, and what became of it."""

    role = RoleField(read_only=True)

    class Meta:
        model = AccountRequest
        fields = [
            "id",
            "role",
            "authority",
            "organisation",
            "organisation_name",
            "number",
            "asked_at",
            "accepted",
        ]
        read_only_fields = fields


class UserOut(serializers.ModelSerializer[User]):
    """An account, as whoever administers the authority sees it."""

    class Meta:
        model = User
        fields = ["id", "email", "full_name", "language", "is_active", "verified_at"]
        read_only_fields = fields


class AccountOut(UserOut):
    """An account in the list of people: what stands between it and its use, and its roles at one's authorities."""

    state = serializers.ChoiceField(choices=AccountState.choices, read_only=True)
    roles = MembershipOut(many=True, read_only=True, source="held")

    class Meta(UserOut.Meta):
        fields = [*UserOut.Meta.fields, "state", "roles"]
        read_only_fields = fields


class FoundPeopleOut(serializers.Serializer[Any]):
    """Whom a search found; ``more``: there are others, whom further words would leave."""

    results = AccountOut(many=True, read_only=True)
    more = serializers.BooleanField(read_only=True)


class InvitationOut(UserOut):
    """Who was invited, and the code to tell them by another way than mail, which no later answer holds."""

    code = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="Shown this once. Null where the request was done before under its Idempotency-Key.",
    )

    class Meta(UserOut.Meta):
        fields = [*UserOut.Meta.fields, "code"]
        read_only_fields = fields


class OneAccountOut(AccountOut):
    """A person with all roles at one's authorities, past ones too, and those that wait for a second person."""

    requests = GrantRequestOut(many=True, read_only=True, source="asked_for")

    class Meta(AccountOut.Meta):
        fields = [*AccountOut.Meta.fields, "requests"]
        read_only_fields = fields


class AddedAccountOut(OneAccountOut):
    """Who was added, and the code to tell them by another way than mail, which no later answer holds."""

    code = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text=(
            "Shown this once. Null where the request was done before under its Idempotency-Key, or where a role waits "
            "for a second person, who is shown the code."
        ),
    )

    class Meta(OneAccountOut.Meta):
        fields = [*OneAccountOut.Meta.fields, "code"]
        read_only_fields = fields


class TokenOut(serializers.ModelSerializer[Token]):
    """A token, without its secret."""

    class Meta:
        model = Token
        fields = [
            "id",
            "prefix",
            "membership",
            "label",
            "scopes",
            "created_at",
            "expires_at",
            "revoked_at",
            "last_used_on",
        ]
        read_only_fields = fields


class NewTokenOut(TokenOut):
    """A new token with its secret, which no later answer holds."""

    token = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="The secret; shown this once. Null where the request was done before under its Idempotency-Key.",
    )

    class Meta(TokenOut.Meta):
        fields = [*TokenOut.Meta.fields, "token"]
        read_only_fields = fields


class PreferencesOut(serializers.Serializer[Any]):
    """How the caller is told."""

    phone = serializers.CharField(allow_blank=True)
    daily = serializers.ListField(
        child=serializers.ChoiceField(choices=[(kind.value, kind.label) for kind in GATHERABLE])
    )
    calls = serializers.BooleanField(
        help_text="Whether urgent calls can be made at all; where not, people are phoned by people."
    )


class EndpointOut(serializers.ModelSerializer[Endpoint]):
    """Where a program is called."""

    class Meta:
        model = Endpoint
        fields = ["id", "url", "created_at", "rotated_at"]
        read_only_fields = fields


class NewEndpointOut(EndpointOut):
    """The same with its secret, which no later answer holds."""

    secret = serializers.CharField(read_only=True, help_text="To check signatures with; shown this once.")

    class Meta(EndpointOut.Meta):
        fields = [*EndpointOut.Meta.fields, "secret"]
        read_only_fields = fields


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


class OwnSessionOut(serializers.ModelSerializer[Session]):
    """One of the caller's sessions, by which its owner knows it again: no address, no name of a machine."""

    used_at = serializers.DateTimeField()
    browser = serializers.CharField(help_text="Family and version (`firefox/140`), `other`, or empty.")
    current = serializers.BooleanField(help_text="The one in which this is asked.")

    class Meta:
        model = Session
        fields = ["id", "opened_at", "used_at", "browser", "current"]
        read_only_fields = fields


class SignInToCheckOut(serializers.ModelSerializer[SignInToCheck]):
    """What was odd about the caller's sign-ins on one day: no place, no browser."""

    last_at = serializers.DateTimeField()

    class Meta:
        model = SignInToCheck
        fields = ["kind", "day", "count", "last_at"]
        read_only_fields = fields


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


class FactorOut(serializers.ModelSerializer[Factor]):
    """A second factor."""

    class Meta:
        model = Factor
        fields = ["id", "kind", "label", "created_at", "last_used_on"]
        read_only_fields = fields


class IdentityOut(serializers.ModelSerializer[Identity]):
    """An identity at a provider of the site; who one is there isn't kept."""

    class Meta:
        model = Identity
        fields = ["id", "provider", "siret", "bound_at", "last_used_on"]
        read_only_fields = fields


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

    class Meta(FactorOut.Meta):
        fields = [*FactorOut.Meta.fields, "recovery_codes", "csrf_token"]
        read_only_fields = fields


class FactorResetOut(serializers.ModelSerializer[FactorReset]):
    """A request that somebody's second factors be removed."""

    class Meta:
        model = FactorReset
        fields = [
            "id",
            "user",
            "asked_by",
            "asked_at",
            "asked_how",
            "decided_by",
            "decided_at",
            "decided_how",
            "confirmed",
        ]
        read_only_fields = fields


class DecidedResetOut(FactorResetOut):
    """A reset that a second person decided on, and the code of the invitation that this sent."""

    code = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="Shown this once, to be told beside the mail. Null where nobody was invited.",
    )

    class Meta(FactorResetOut.Meta):
        fields = [*FactorResetOut.Meta.fields, "code"]
        read_only_fields = fields
