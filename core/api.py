"""How an operation of the API is declared: its name, what it takes, and the serializer of its answer."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, Final, cast

from django.db.models import Model
from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from core.paging import envelope
from core.query import PagedQuery, Query

IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=(
        "8 to 64 letters, digits, `_` or `-`. The same request under the same key is done once within 30 days."
    ),
)


class RowOut[M: Model](serializers.ModelSerializer[M]):
    """A row as an answer shows it: ``columns`` of its ``model``, then the class's own fields that these don't name."""

    model: ClassVar[type[Model]]
    columns: ClassVar[str]

    def __init_subclass__(cls) -> None:
        named = cls.columns.split()
        fields = [*named, *(name for name in cls._declared_fields if name not in named)]
        cast("Any", cls).Meta = type(
            "Meta", (), {"model": cls.model, "fields": fields, "read_only_fields": fields}
        )


def operation(
    name: str,
    tag: str | None,
    answer: type[serializers.BaseSerializer[Any]] | Mapping[Any, Any] | None = None,
    *,
    takes: object = None,
    query: type[Query] | None = None,
    page: str = "",
    many: bool = False,
    status: int | None = None,
    once: bool = False,
    strangers: bool = False,
) -> Callable[[Callable[..., object]], Callable[..., HttpResponseBase]]:
    """Declare a method of a view: the OpenAPI operation ``name`` under ``tag``, else under its address.

    All apps declare theirs by it.

    The method returns a row or value, which ``answer`` serialises; or a response, which goes out as it is. Without
    ``answer`` there is no body (204). A mapping instead, as ``extend_schema`` takes it, is for the schema alone: the
    method then returns a response.

    ``takes`` is the input in the body, ``query`` the parameters. ``page`` names the schema of a page: the method
    returns a ``Page`` (``core/paging.py``), and takes ``PagedQuery`` unless it says another one; ``Query`` itself has
    none. ``many`` is a list without pages. ``status`` is that of the answer, where it isn't 200, or 204 without a body.
    ``once``: an Idempotency-Key may come; the method sees to it itself (``accounts/api/once.py``). ``strangers`` shows
    in the schema that no sign-in is asked; ``permission_classes`` of the view let them in.
    """
    serializer = None if isinstance(answer, Mapping) else answer
    code = status or (200 if answer else 204)
    parameters: list[Any] = [query or PagedQuery] if (page or query) and query is not Query else []
    schema: Any = answer
    if serializer is not None and page:
        schema = page_schema(page, serializer)
    elif serializer is not None and many:
        schema = serializer(many=True)

    def declare(method: Callable[..., object]) -> Callable[..., HttpResponseBase]:
        @wraps(method)
        def respond(*args: Any, **kwargs: Any) -> HttpResponseBase:
            result: Any = method(*args, **kwargs)
            if isinstance(result, HttpResponseBase):
                return result
            if serializer is None:
                return Response(status=code)
            if page:
                return Response(envelope(result, serializer(result.items, many=True).data), status=code)
            return Response(serializer(result, many=many).data, status=code)

        return extend_schema(
            operation_id=name,
            tags=[tag] if tag else None,
            parameters=[*parameters, *([IDEMPOTENCY_KEY] if once else [])],
            auth=[] if strangers else None,
            request=takes,
            responses=answer if isinstance(answer, Mapping) else {code: schema},
        )(respond)

    return declare


def page_schema(name: str, item: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """Return the serializer of a page of lines of one kind; ``name`` is that of the schema's component."""
    next_cursor = serializers.CharField(
        allow_null=True, help_text="Cursor of the next page; null at the end."
    )
    return inline_serializer(name=name, fields={"results": item(many=True), "next": next_cursor})
