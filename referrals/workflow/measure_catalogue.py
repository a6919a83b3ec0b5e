"""Local variants of measures: named by the authority, under the rules of the national type (MEASURE_CATALOGUE; §5)."""

from typing import Any

from referrals.errors import InvalidInput
from referrals.workflow.case import Case


def variants_are_of_the_authority(case: Case, given: Any) -> str | None:
    """A local variant is one that the authority has, of the type that the measure has (§5, MEASURE_CATALOGUE).

    Raises:
        InvalidInput: it isn't.
    """
    if given is None:
        return None
    known = {(found.code, found.of) for found in case.protocol.measure_variants}
    items = given.get("orders", given.get("measures"))
    for item in [given] if items is None else items:
        if item.variant and (item.variant, item.type) not in known:
            raise InvalidInput("variant")
    return None
