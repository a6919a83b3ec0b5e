"""What is taken of the directory, for the API and the pages alike: every fault is named by its field.

A change takes the same members as what is made, all of them optional: one that isn't given stays as it is.
What contradicts a value that is stored is found where the row is known (``directory/rules.py``).
"""

from typing import Any, Final

from django.conf import settings
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.inputs import InseeCode, RegisterNumber
from core.inputs import (
    Code,
    Codes,
    Day,
    Flag,
    Id,
    Instant,
    Items,
    OptionalId,
    StrictSerializer,
    Text,
    Whole,
    many,
)
from core.query import Cursor
from directory import standard
from directory.codes import (
    Accepts,
    Agreement,
    Asker,
    Means,
    Need,
    OpeningPurpose,
    PlaceKind,
    ResourceKind,
    SafeChannel,
    Sex,
    Situation,
    Specialised,
    Status,
    Visibility,
)
from directory.fields import (
    Degrees,
    Department,
    Email,
    Language,
    Phone,
    PostalCode,
    Rna,
    Url,
    Zone,
    reads_as_hours,
)

#: How somebody may say that they verified an entry; the others are said by the service itself.
BY_PERSONS: Final = [(means.value, means.label) for means in (Means.PHONE, Means.MAIL, Means.VISIT)]
#: As well: that nobody was asked.
BY_PERSONS_OR_NONE: Final = [*BY_PERSONS, (Means.TYPED.value, Means.TYPED.label)]
#: Ages end here: who is helped as an adult may be older than 18.
AGE_MAX_MONTHS: Final = 99 * 12
#: How often a service is asked to confirm its entry, in months; 0: never (field.md A.8).
RHYTHMS: Final = (0, 1, 3, 6, 12, 16)
_COMPUTED: Final = ("opening_hours", "opening_hours_text")


class _BasisInput(StrictSerializer):
    """How somebody knows what they change."""

    means = Code(
        choices=BY_PERSONS_OR_NONE,
        default=Means.TYPED.value,
        help_text="How the one who changes it knows.",
    )
    evidence = Text(
        max_length=300, allow_blank=True, default="", help_text="Who said so, or where it stands."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Put hours that OpenStreetMap's form doesn't know where they are shown as a text.

        Raises:
            ValidationError: ``one-of`` where there is such a text already.
        """
        hours = attrs.get("opening_hours")
        if hours and not reads_as_hours(hours):
            if attrs.get("opening_hours_text"):
                fault = [ErrorDetail("", code="one-of")]
                raise serializers.ValidationError(dict.fromkeys(_COMPUTED, fault))
            attrs |= {"opening_hours": "", "opening_hours_text": hours}
        return attrs


def _line(most: int, **options: Any) -> Text:
    return Text(max_length=most, required=False, allow_blank=True, **options)


def _words(most: int = 2_000) -> Text:
    return Text(max_length=most, required=False, allow_blank=True, multiline=True)


def _hours() -> Text:
    return _line(500, help_text="In OpenStreetMap's form; what doesn't read so is kept as a text.")


class StructureChange(_BasisInput):
    """New values of a structure; what isn't given stays."""

    kind = Code(choices=ResourceKind.choices, required=False)
    name = Text(min_length=3, max_length=150, required=False)
    description = _words(10_000)
    status = Code(choices=Status.choices, required=False)
    siret = RegisterNumber("siret", required=False, allow_blank=True)
    finess = RegisterNumber("finess", required=False, allow_blank=True)
    uai = RegisterNumber("uai", required=False, allow_blank=True)
    rna = Rna(max_length=10, required=False, allow_blank=True)
    parent: Any = Id(required=False, allow_null=True, help_text="The structure that this one is a part of.")
    phone = Phone(required=False)
    email = Email(required=False)
    website = Url(required=False)
    source_url = Url(required=False, help_text="Where what is said here can be read.")
    accessibility_url = Url(required=False, help_text="Its page at Accèslibre.")
    opening_hours = _hours()
    opening_hours_text = _line(500)
    networks = Codes(choices=standard.NETWORKS, required=False)


class StructureInput(StructureChange):
    """A new structure."""

    authority = OptionalId(help_text="Which keeps it; may be left out by who keeps the entries of one alone.")
    kind = Code(choices=ResourceKind.choices)
    name = Text(min_length=3, max_length=150)


class AcceptsInput(StrictSerializer):
    """Whether a service takes a situation, and the reason in words."""

    situation = Code(choices=Situation.choices)
    answer = Code(choices=Accepts.choices)
    words = Text(max_length=300, allow_blank=True, default="")


class ServiceChange(_BasisInput):
    """New values of a service; what isn't given stays."""

    name = Text(min_length=3, max_length=150, required=False)
    description = Text(min_length=5, max_length=10_000, multiline=True, required=False)
    kind = Code(choices=standard.KINDS, required=False, allow_blank=True)
    themes = Codes(choices=standard.THEMES, required=False)
    fees = Code(choices=standard.FEES, required=False, allow_blank=True)
    fees_note = _words()
    audiences = Codes(choices=standard.AUDIENCES, required=False)
    audiences_note = _words()
    access_conditions = _words()
    phone = Phone(required=False)
    email = Email(required=False)
    contact_name = _line(200)
    source_url = Url(required=False)
    reception_modes = Codes(choices=standard.RECEPTION_MODES, required=False)
    zones = Items(child=Zone(max_length=9), max_length=500, required=False, help_text="None: everywhere.")
    mobilisation_url = Url(required=False)
    mobilisation_modes = Codes(choices=standard.MOBILISATION_MODES, required=False)
    mobilisable_by = Codes(choices=standard.MOBILISABLE_BY, required=False)
    mobilisation_note = _words()
    weekly_hours = Whole(max_value=168, required=False, allow_null=True)
    weeks = Whole(min_value=1, max_value=520, required=False, allow_null=True)
    opening_hours = _hours()
    opening_hours_text = _line(500)
    needs = Codes(choices=Need.choices, required=False)
    age_min_months = Whole(max_value=AGE_MAX_MONTHS, required=False, allow_null=True)
    age_max_months = Whole(max_value=AGE_MAX_MONTHS, required=False, allow_null=True)
    sexes = Codes(choices=Sex.choices, required=False, help_text="None: all of them.")
    accepts = many(AcceptsInput, required=False, max_length=len(Situation.values))
    place_kind = Code(choices=PlaceKind.choices, required=False, allow_blank=True)
    distance_placement = Flag(required=False)
    from_departments = Items(child=Department(max_length=3), max_length=110, required=False)
    refused_departments = Items(child=Department(max_length=3), max_length=110, required=False)
    round_the_clock = Flag(required=False)
    night_phone = Phone(required=False, help_text="Sealed; empty removes it.")
    answer_delay_hours = Whole(max_value=24 * 90, required=False, allow_null=True)
    specialised = Code(choices=Specialised.choices, required=False)
    who_may_ask = Codes(choices=Asker.choices, required=False, help_text="None: anybody.")
    needs_agreement = Codes(choices=Agreement.choices, required=False)
    languages = Items(child=Language(max_length=3), max_length=30, required=False)
    interpreter = Flag(required=False)
    documents_wanted = _words()
    documents_never = _words()
    safe_channels = Codes(choices=SafeChannel.choices, required=False, help_text="The first is preferred.")
    status = Code(choices=Status.choices, required=False)
    suspended_until = Day(required=False, allow_null=True)
    asks_every_months = Whole(max_value=max(RHYTHMS), required=False)

    def validate_asks_every_months(self, months: int) -> int:
        """Refuse a rhythm that there isn't.

        Raises:
            ValidationError: ``not-a-choice``.
        """
        if months not in RHYTHMS:
            raise serializers.ValidationError("", code="not-a-choice")
        return months

    def validate_accepts(self, answers: list[dict[str, str]]) -> dict[str, dict[str, str]]:
        """Return the answers as they are stored, by situation.

        Raises:
            ValidationError: ``duplicate``.
        """
        by_situation = {one["situation"]: {"answer": one["answer"], "words": one["words"]} for one in answers}
        if len(by_situation) != len(answers):
            raise serializers.ValidationError("", code="duplicate")
        return by_situation


class ServiceInput(ServiceChange):
    """A new service of a structure."""

    name = Text(min_length=3, max_length=150)
    description = Text(min_length=5, max_length=10_000, multiline=True)
    needs = Codes(choices=Need.choices)


class ServiceOfInput(ServiceInput):
    """A new service, and of which structure it is."""

    structure = Id()


class PlaceInput(_BasisInput):
    """Where a structure or a service is, and who may know it: all of it, or the switch ``visibility`` alone.

    A secret address is never given back: whoever makes it public again types all of it anew.
    """

    visibility = Code(choices=Visibility.choices)
    insee_code = InseeCode(max_length=5, required=False, help_text="INSEE code of the commune.")
    postal_code = PostalCode(max_length=5, required=False)
    address = Text(max_length=300, required=False, help_text="Number and street.")
    complement = _line(300)
    longitude = Degrees(180, required=False, allow_null=True)
    latitude = Degrees(90, required=False, allow_null=True)


class PlaceOfInput(PlaceInput):
    """A place, and whose: of a structure, or of one of its services."""

    service = OptionalId(help_text="The service that has a place of its own.")


class CapacityInput(StrictSerializer):
    """How many places a service has, and how many it says are free; who said so, and until when that holds."""

    unit = Text(max_length=60, default="place", help_text="What is counted: place, bed, family.")
    population = Text(max_length=120, allow_blank=True, default="")
    maximum = Whole(max_value=10_000, required=False, allow_null=True)
    emergency = Whole(max_value=10_000, required=False, allow_null=True)
    vacancy = Whole(max_value=10_000, required=False, allow_null=True)
    note = Text(max_length=300, allow_blank=True, default="")
    told_by = Text(max_length=200, allow_blank=True, default="", help_text="Function rather than name.")
    valid_until = Instant(required=False, allow_null=True)


#: The fields of a service of which somebody may say that they are right as they are.
VERIFIABLE: Final = tuple(
    name
    for name in ServiceChange._declared_fields
    if name not in ("means", "evidence", "night_phone", "asks_every_months")
)


class VerificationInput(StrictSerializer):
    """That an entry is right, how one knows, and which fields were gone through one by one."""

    means = Code(choices=BY_PERSONS)
    evidence = Text(max_length=300, allow_blank=True, default="")
    confirmed = Codes(choices=[(name, name) for name in VERIFIABLE], default=list)


class OpeningInput(StrictSerializer):
    """Why a secret address is opened, and for which case."""

    purpose = Code(choices=OpeningPurpose.choices)
    reference = Text(
        max_length=30,
        required=False,
        allow_blank=True,
        default="",
        help_text="The case that may need the address. At night the officer on duty may do without, with the approval "
        "that another person gave.",
    )


class LookInput(StrictSerializer):
    """What a supervisor thinks of an opening."""

    justified = Flag()


class ReportInput(StrictSerializer):
    """What is wrong in an entry, in one sentence. No word of a child belongs here."""

    sentence = Text(min_length=5, max_length=500)


class SettledInput(StrictSerializer):
    """Whether the entry was corrected for it."""

    corrected = Flag()


class MergeInput(StrictSerializer):
    """The entry that is the same as another one, and stays as its alias."""

    lost = Id()


class SearchInput(StrictSerializer):
    """What is looked for: codes and words of names, nothing of anybody."""

    need = Code(choices=Need.choices, required=False)
    department = Department(max_length=3, required=False)
    commune = InseeCode(max_length=5, required=False)
    kind = Code(choices=ResourceKind.choices, required=False)
    age_years = Whole(max_value=25, required=False)
    open_now = Flag(default=False)
    words = Text(max_length=100, required=False)
    cursor = Text(max_length=Cursor.max_chars, required=False)
    limit = Whole(min_value=1, max_value=settings.PAGE_SIZE_MAX, required=False, default=settings.PAGE_SIZE)
