"""What matching knows: of the case, codes and numbers alone; of a service, what its rows say (field.md A.9)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from directory.codes import Agreement, Asker, Need, Sex, Situation, Specialised, Status
from directory.geography import Point

#: The agreements of which a case tells whether they are there: of the others nothing in it says so.
STATED_BY_CASES: Final = frozenset({Agreement.JUDGE_ORDER, Agreement.ASE_DECISION, Agreement.HOLDERS_AGREE})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What is asked for: chosen by a person, or read off a case.

    ``commune``: INSEE code, or empty. ``age_months``: from and to, the same where it is known; None: not known.
    ``danger_departments``: where somebody must not be taken (distance). ``tonight``: the case is U3, or the need is for
    tonight. ``excluded``: structures and services that the case must not meet. ``agreements``: those that are there;
    ``agreements_stated``: those of which it is known whether they are.
    """

    need: Need
    department: str
    commune: str = ""
    danger_departments: frozenset[str] = frozenset()
    age_months: tuple[int, int] | None = None
    sex: Sex | None = None
    situations: frozenset[Situation] = frozenset()
    asker: Asker = Asker.PROFESSIONALS
    agreements: frozenset[Agreement] = frozenset()
    agreements_stated: frozenset[Agreement] = STATED_BY_CASES
    tonight: bool = False
    excluded: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """Places that were told to be free, when, and until when that holds."""

    count: int
    told_at: datetime
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """What rules ask of a service; the fields are those of the model, and the structure's and the place's.

    ``structures``: the structure and those that it is a part of. ``department`` and ``point``: where the service is, or
    else its structure; a secret place has no point. ``hours``: in OpenStreetMap's form; ``hours_text``: in words.
    ``keeper``: the code of the authority that keeps the entry, whose clock counts where no département is known.
    ``accepts``: a situation, the answer, and words that may be empty.
    """

    id: UUID
    name: str
    structure: UUID
    structure_name: str
    structures: frozenset[UUID] = frozenset()
    specialised: str = Specialised.GENERAL
    needs: tuple[str, ...] = ()
    status: str = Status.ACTIVE
    suspended_until: date | None = None
    structure_status: str = Status.ACTIVE
    merged: bool = False
    verified_on: date | None = None
    verified_by: str = ""
    who_may_ask: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    refused_departments: tuple[str, ...] = ()
    distance_placement: bool = False
    from_departments: tuple[str, ...] = ()
    department: str = ""
    keeper: str = ""
    secret: bool = False
    point: Point | None = None
    age_min_months: int | None = None
    age_max_months: int | None = None
    sexes: tuple[str, ...] = ()
    accepts: tuple[tuple[str, str, str], ...] = ()
    round_the_clock: bool = False
    hours: str = ""
    hours_text: str = ""
    agreements: tuple[str, ...] = ()
    vacancies: tuple[Vacancy, ...] = ()
