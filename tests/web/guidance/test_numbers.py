"""The national numbers of the directory are those that the guidance shows, verified by the release (field.md A.8, B.3)."""

import json

from directory.actions import seeds
from web.guidance.numbers import numbers


def test_each_national_number_is_verified_the_same_day_by_the_same_source_in_both_places():
    (national,) = [one for one in json.loads(seeds.ASSOCIATIONS.read_text())["sets"] if not one["keeper"]]
    shown = {
        code: (f"{one.verified_on:%Y-%m-%d}", one.source)
        for code, one in numbers().items()
        if code in ("119", "116000", "3018", "114")
    }

    dated = {name.split("-")[2]: (one["on"], one["source"]) for name, one in national["dated"].items()}

    assert dated == shown
