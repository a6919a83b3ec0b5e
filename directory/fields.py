"""Fields of the directory's inputs: each takes what people type, and returns what is stored (core/inputs.py)."""

import re
from math import isfinite
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from opening_hours import validate as is_opening_hours
from rest_framework import serializers

from accounts.identifiers import normalised_email
from accounts.territory import departments
from core.inputs import Reads, Text
from directory.geography import is_zone
from directory.phones import normalised_phone

_RNA: Final = re.compile(r"W[0-9A-Z][0-9]{8}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}", re.ASCII)
_POSTAL_CODE: Final = re.compile(r"[0-9]{5}", re.ASCII)
_is_url: Final = URLValidator(schemes=["http", "https"])


def reads_as_hours(text: str) -> bool:
    """Tell whether a text is OpenStreetMap's opening hours; what isn't is shown as it stands, and never computed on."""
    return bool(is_opening_hours(text))


class Phone(Text):
    """A telephone number, as it is dialled in France or in international form; empty for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=30, allow_blank=True, **kwargs)

    def to_internal_value(self, data: object) -> str:
        """Return the number as it is stored.

        Raises:
            ValidationError: ``no-such-number``, or a code of ``Text``.
        """
        number = normalised_phone(super().to_internal_value(data))
        if number is None:
            raise serializers.ValidationError("", code="no-such-number")
        return number


class Email(Text):
    """An electronic address; empty for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, allow_blank=True, **kwargs)

    def to_internal_value(self, data: object) -> str:
        """Return the address in its one spelling.

        Raises:
            ValidationError: ``not-an-address``, or a code of ``Text``.
        """
        try:
            return normalised_email(super().to_internal_value(data))
        except ValidationError:
            raise serializers.ValidationError("", code="not-an-address") from None


class Url(Text):
    """The address of a page, http or https; empty for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=500, allow_blank=True, **kwargs)

    def to_internal_value(self, data: object) -> str:
        """Return the address.

        Raises:
            ValidationError: ``invalid``, or a code of ``Text``.
        """
        url = super().to_internal_value(data)
        try:
            _is_url(url)
        except ValidationError:
            raise serializers.ValidationError("", code="invalid") from None
        return url


class Patterned(Text):
    """A short code of one shape."""

    pattern: re.Pattern[str]
    fault = "not-a-choice"

    def to_internal_value(self, data: object) -> str:
        """Return the code.

        Raises:
            ValidationError: the code of this kind of field, or one of ``Text``.
        """
        code = super().to_internal_value(data)
        if not self.pattern.fullmatch(code):
            raise serializers.ValidationError("", code=self.fault)
        return code


class Rna(Patterned):
    """A number of the register of associations: W and nine signs; empty for none."""

    pattern, fault = _RNA, "no-such-number"


class Language(Patterned):
    """A language by its ISO 639 code of two or three letters."""

    pattern = _LANGUAGE


class PostalCode(Patterned):
    """A postal code of five digits; empty for none."""

    pattern = _POSTAL_CODE


class Department(Text):
    """A département or an overseas collectivity, by its code."""

    def to_internal_value(self, data: object) -> str:
        """Return the code.

        Raises:
            ValidationError: ``not-a-choice``, or a code of ``Text``.
        """
        code = super().to_internal_value(data)
        if code not in departments():
            raise serializers.ValidationError("", code="not-a-choice")
        return code


class Zone(Text):
    """A zone that a service covers: commune, EPCI, département, country, or ``france``."""

    def to_internal_value(self, data: object) -> str:
        """Return the code.

        Raises:
            ValidationError: ``not-a-choice``, or a code of ``Text``.
        """
        code = super().to_internal_value(data)
        if not is_zone(code):
            raise serializers.ValidationError("", code="not-a-choice")
        return code


class Degrees(serializers.FloatField, Reads[float]):
    """A longitude or latitude in degrees, to five decimals: a metre."""

    def __init__(self, most: float, **kwargs: Any) -> None:
        super().__init__(min_value=-most, max_value=most, **kwargs)
        self.most = most

    def to_internal_value(self, data: object) -> float:
        """Return the number.

        Raises:
            ValidationError: ``invalid``, ``too-small`` or ``too-large``.
        """
        if isinstance(data, bool) or not isinstance(data, int | float) or not isfinite(data):
            raise serializers.ValidationError("", code="invalid")
        if abs(data) > self.most:
            raise serializers.ValidationError("", code="too-large" if data > 0 else "too-small")
        return round(float(data), 5)
