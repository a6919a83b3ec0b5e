"""Schema of a page of a list."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers


def page_schema(name: str, item: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """Return the serializer of a page of lines of one kind; ``name`` is that of the schema's component."""
    return inline_serializer(
        name=name,
        fields={
            "results": item(many=True),
            "next": serializers.CharField(
                allow_null=True, help_text="Cursor of the next page; null at the end."
            ),
        },
    )
