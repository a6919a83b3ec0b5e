"""Local variants of measures: named by the authority, under the rules of the national type (MEASURE_CATALOGUE; §5)."""

from core.inputs import StrictSerializer
from referrals.errors import InvalidInput
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import MeasureOffer, OrderedMeasure
from referrals.workflow.rules import names_fields


@names_fields(fact_class="A")
def variants_are_of_the_authority(case: Case, step_input: StrictSerializer | None) -> None:
    """A local variant is one that the authority has, of the type that the measure has (§5, MEASURE_CATALOGUE).

    Raises:
        InvalidInput: it isn't.
    """
    if step_input is None:
        return
    # With its national type: a local name must not lend its rules to another measure.
    known = {(variant.code, variant.of) for variant in case.protocol.measure_variants}
    items: list[MeasureOffer | OrderedMeasure] = getattr(
        step_input, "orders", getattr(step_input, "measures", [step_input])
    )
    for item in items:
        if item.variant and (item.variant, item.type) not in known:
            raise InvalidInput("variant")
