"""The schema of the service, made once in each process that asks for it: that takes two seconds."""

import json
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


@cache
def document() -> dict[str, Any]:
    """Return the schema as it is served; no test changes it."""
    return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))


@cache
def drawn() -> dict[str, Any]:
    """Return the schema's operations for generated cases, by their labels."""
    import schemathesis  # reading it takes two seconds, in each process that collects

    found = (one.ok() for one in schemathesis.openapi.from_dict(document()).get_all_operations())
    return {one.label: one for one in found}
