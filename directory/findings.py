"""What a rule says of a service: its verdict, and its sentence as a code with values, to be read in any language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self

from directory.sentences import sentence_of


class Verdict(StrEnum):
    """What a rule says of a service."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"


class Rule(StrEnum):
    """The rules, in their order."""

    NEED = "R1"
    STATUS = "R2"
    ASKER = "R3"
    TERRITORY = "R4"
    AGE = "R5"
    SEX = "R6"
    REFUSALS = "R7"
    HOUR = "R8"
    EXCLUSION = "R9"
    AGREEMENT = "R10"
    PLACE = "R11"


#: A service that fails one of these isn't offered.
REMOVING: Final = frozenset(
    {Rule.NEED, Rule.STATUS, Rule.ASKER, Rule.TERRITORY, Rule.AGE, Rule.SEX, Rule.EXCLUSION}
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one service.

    ``values`` are codes, numbers, days and instants as JSON has them, and the service's own words. Some tell what the
    case asked (the age of R5, the situations of R7): whoever keeps them keeps a fact of the case.
    """

    rule: Rule
    verdict: Verdict
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """Return the sentence in the reader's language; empty where the rule has nothing to say."""
        return sentence_of(self.code, self.values)

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as JSON has it: ``{"rule", "verdict", "code", "values"}``."""
        return {
            "rule": str(self.rule),
            "verdict": str(self.verdict),
            "code": self.code,
            "values": dict(self.values),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Return the finding that ``as_dict`` was made of.

        Raises:
            ValueError: a rule or verdict that there isn't.
            KeyError: a part is missing.
        """
        return cls(Rule(kept["rule"]), Verdict(kept["verdict"]), kept["code"], dict(kept["values"]))
