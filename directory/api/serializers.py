"""What the API tells of the directory: codes as they are stored, nothing sealed but what was opened on purpose."""

from typing import Any

from rest_framework import serializers

from core.api import RowOut
from directory.models import Capacity, ErrorReport, SecretOpening, Service, Structure

_Out = serializers.Serializer[Any]


def _codes() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField())


class AddressOut(_Out):
    """Where something is; of a secret place its département alone."""

    place = serializers.UUIDField()
    visibility = serializers.CharField()
    secret = serializers.BooleanField(source="is_secret")
    department = serializers.CharField()
    insee_code = serializers.CharField()
    postal_code = serializers.CharField()
    commune = serializers.CharField()
    address = serializers.CharField()
    complement = serializers.CharField()
    longitude = serializers.FloatField(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)


class CapacityOut(RowOut[Capacity]):
    """Places of a service; ``vacancy`` is null where it isn't known any more."""

    model = Capacity
    columns = "unit population maximum emergency vacancy note told_at told_by valid_until"


class ServiceLineOut(_Out):
    """A service in a list."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    structure = serializers.UUIDField()
    structure_name = serializers.CharField()
    kind = serializers.CharField()
    needs = _codes()
    status = serializers.CharField()
    specialised = serializers.CharField()
    department = serializers.CharField()
    commune = serializers.CharField(help_text="Empty where the address is secret.")
    secret = serializers.BooleanField()
    phone = serializers.CharField()
    email = serializers.CharField()
    round_the_clock = serializers.BooleanField()
    age_min_months = serializers.IntegerField(allow_null=True)
    age_max_months = serializers.IntegerField(allow_null=True)
    vacancy = serializers.IntegerField(allow_null=True, help_text="Null: not known.")
    verified_on = serializers.DateField(allow_null=True)
    freshness = serializers.CharField()


class ServiceOut(RowOut[Service]):
    """A service as everybody reads it (``queries.ServicePage``)."""

    themes, audiences, reception_modes, zones = _codes(), _codes(), _codes(), _codes()
    mobilisation_modes, mobilisable_by, needs, sexes = _codes(), _codes(), _codes(), _codes()
    from_departments, refused_departments, who_may_ask = _codes(), _codes(), _codes()
    needs_agreement, languages, safe_channels = _codes(), _codes(), _codes()
    accepts = serializers.SerializerMethodField()

    model = Service
    columns = (
        "id authority name description kind themes fees fees_note audiences audiences_note access_conditions "
        "contact_name source_url reception_modes zones mobilisation_url mobilisation_modes mobilisable_by "
        "mobilisation_note weekly_hours weeks opening_hours opening_hours_text source source_licence "
        "updated_on fetched_at needs age_min_months age_max_months sexes accepts place_kind "
        "distance_placement from_departments refused_departments round_the_clock answer_delay_hours "
        "specialised who_may_ask needs_agreement languages interpreter documents_wanted documents_never "
        "safe_channels status suspended_until verified_on verified_by"
    )

    def get_accepts(self, service: Service) -> list[dict[str, str]]:
        """Return the answers one by one, as they are taken."""
        return [{"situation": situation, **answer} for situation, answer in sorted(service.accepts.items())]


class ServicePageOut(_Out):
    """A service with its structure, address, places, and what the caller may do with it."""

    service = ServiceOut()
    structure = serializers.UUIDField(source="structure.pk")
    structure_name = serializers.CharField(source="structure.name")
    address = AddressOut(allow_null=True)
    phone = serializers.CharField()
    email = serializers.CharField()
    capacities = CapacityOut(many=True)
    freshness = serializers.CharField()
    has_night_phone = serializers.BooleanField()
    may_edit = serializers.BooleanField()
    may_open_address = serializers.BooleanField()
    may_open_night_phone = serializers.BooleanField()


class StructureOut(RowOut[Structure]):
    """What everybody reads of a structure itself."""

    networks = _codes()

    model = Structure
    columns = (
        "id authority kind name description status parent phone email website source_url accessibility_url "
        "opening_hours opening_hours_text networks source source_licence updated_on fetched_at"
    )


class StructurePageOut(_Out):
    """A structure with its address and services; ``identifiers`` by register, left out where the address is secret."""

    structure = StructureOut(source="row")
    identifiers = serializers.DictField(child=serializers.CharField())
    address = AddressOut(allow_null=True)
    services = ServiceLineOut(many=True)
    may_edit = serializers.BooleanField()


class VerificationOut(_Out):
    """One verification of a field; by whom is told to its editors."""

    field = serializers.CharField()
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)
    at = serializers.DateTimeField()
    means = serializers.CharField()
    evidence = serializers.CharField()
    by = serializers.CharField()


class HistoryOut(_Out):
    """What was said of a service, the newest first."""

    results = VerificationOut(many=True)


class WaitingOut(_Out):
    """The services that are to be verified."""

    results = ServiceLineOut(many=True)


class PairOut(_Out):
    """Two structures that may be one; ``by`` is what they share."""

    first = serializers.UUIDField()
    first_name = serializers.CharField()
    second = serializers.UUIDField()
    second_name = serializers.CharField()
    by = serializers.CharField()


class PairsOut(_Out):
    """All such pairs."""

    results = PairOut(many=True)


class MergedOut(_Out):
    """The entry that is kept."""

    id = serializers.UUIDField(source="pk")


class OpenedAddressOut(_Out):
    """An address that was opened; ``opening`` is the row that says so."""

    opening = serializers.UUIDField()
    department = serializers.CharField()
    insee_code = serializers.CharField()
    postal_code = serializers.CharField()
    commune = serializers.CharField()
    address = serializers.CharField()
    complement = serializers.CharField()
    longitude = serializers.FloatField(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)


class NightPhoneOut(_Out):
    """The number of a service's night duty."""

    number = serializers.CharField()


class OpeningOut(RowOut[SecretOpening]):
    """An opening that was looked at."""

    model = SecretOpening
    columns = "id at purpose due_at looked_at justified"


class OpeningLineOut(_Out):
    """An opening outside working hours at which nobody has looked."""

    id = serializers.UUIDField()
    structure_name = serializers.CharField()
    service_name = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    purpose = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)


class OpeningsOut(_Out):
    """All such openings."""

    results = OpeningLineOut(many=True)


class ReportOut(RowOut[ErrorReport]):
    """An error that was reported; its sentence is for the editors."""

    model = ErrorReport
    columns = "id service at settled_at corrected"


class ReportLineOut(_Out):
    """An error that waits for the editors, in the words of whoever reported it."""

    id = serializers.UUIDField()
    service = serializers.UUIDField()
    service_name = serializers.CharField()
    structure_name = serializers.CharField()
    sentence = serializers.CharField()
    at = serializers.DateTimeField()


class ReportsOut(_Out):
    """All that wait."""

    results = ReportLineOut(many=True)
