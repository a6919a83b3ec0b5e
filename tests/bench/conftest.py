"""What is read of an invented child is read once for all searches of a file of tests: these ask for the same ones."""

from functools import cache

import pytest

from bench.linkage import index
from referrals.matching import phonetics


@pytest.fixture(scope="module", autouse=True)
def _read_once():
    family = cache(index.family)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phonetics, "sound", cache(phonetics.sound))
        patch.setattr(index, "family", family)
        yield
