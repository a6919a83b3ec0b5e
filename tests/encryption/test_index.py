"""Keyed values: stable, apart by purpose, and never under a new key by accident."""

import pytest

from encryption import index
from encryption.cache import forget_all
from encryption.errors import KeysUnavailable
from encryption.models import Kind, WrappedKey

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def test_a_value_is_found_again(django_assert_num_queries):
    first = index.keyed("filer", b"someone")
    forget_all()

    assert index.keyed("filer", b"someone") == first
    assert len(first) == 32
    with django_assert_num_queries(0, using="keys"):
        index.keyed("cursor", b"x")


def test_purposes_and_values_are_apart():
    made = [index.keyed(purpose, value) for purpose in ("filer", "ip") for value in (b"", b"a", b"b")]

    assert len(set(made)) == 6


@pytest.mark.parametrize("purpose", ["", "Filer", "a b", "é", "x" * 65, "filer\n"])
def test_a_purpose_is_a_constant(purpose):
    with pytest.raises(ValueError, match="constant"):
        index.keyed(purpose, b"x")


@pytest.mark.parametrize("fault", [{"wrapped": b""}, {"commitment": bytes(32)}])
def test_a_lost_index_key_is_not_replaced(fault):
    """Another key would find nothing of what was stored, silently."""
    index.keyed("filer", b"x")
    WrappedKey.objects.filter(kind=Kind.INDEX).update(**fault)
    forget_all()

    with pytest.raises(KeysUnavailable):
        index.keyed("filer", b"x")
    assert WrappedKey.objects.filter(kind=Kind.INDEX).count() == 1
