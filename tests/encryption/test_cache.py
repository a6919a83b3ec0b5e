"""Unwrapped keys are few, stay a minute at most, and no child process inherits them."""

import os
import pickle

import pytest

from encryption import cache as cache_module
from encryption import keyring, keys
from encryption.cache import KeyCache

pytestmark = pytest.mark.sec("SEC-CR9")


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1000.0

    monkeypatch.setattr(cache_module, "monotonic", lambda: Clock.now)
    return Clock


@pytest.fixture
def memory():
    return KeyCache()


def test_a_key_is_kept_for_a_minute_and_no_longer(memory, clock):
    memory.put("a", "key")
    clock.now += 59.9
    assert memory.get("a") == "key"

    clock.now += 0.1

    assert memory.get("a") is None
    assert len(memory) == 0


def test_use_does_not_prolong_the_stay(memory, clock):
    memory.put("a", "key")
    for _ in range(3):
        clock.now += 20
        memory.get("a")

    assert memory.get("a") is None


def test_what_has_expired_goes_when_another_comes(memory, clock):
    memory.put("a", "key")
    clock.now += 60
    memory.put("b", "key")

    assert len(memory) == 1


def test_the_oldest_makes_room(memory, settings):
    settings.KEY_CACHE_SIZE = 3
    for name in "abcd":
        memory.put(name, "key")

    assert [memory.get(name) for name in "abcd"] == [None, "key", "key", "key"]


@pytest.mark.parametrize(("seconds", "size"), [(3600, 5000), (60, 1000)])
def test_settings_can_shorten_the_bounds_but_not_lengthen_them(memory, settings, clock, seconds, size):
    settings.KEY_CACHE_SECONDS, settings.KEY_CACHE_SIZE = seconds, size
    for number in range(1001):
        memory.put(number, "key")

    assert len(memory) == 1000
    clock.now += 60
    assert memory.get(1000) is None


@pytest.mark.django_db(databases=["default", "keys"])
@pytest.mark.parametrize("setting", ["KEY_CACHE_SIZE", "KEY_CACHE_SECONDS"])
def test_nothing_kept_still_works(case, scope, settings, setting):
    setattr(settings, setting, 0)
    cache_module.forget_all()

    assert case.person(last_name="x").last_name.open(scope) == "x"
    assert len(keyring._data) == 0


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_child_process_starts_with_no_key(case):
    assert keyring.held(case.keys["case"].id.bytes) is not None

    child = os.fork()
    if child == 0:
        os._exit(sum(map(len, (keyring._data, keyring._above, keyring._in_use, keyring._index))))

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert keyring.held(case.keys["case"].id.bytes) is not None


def test_a_lock_held_at_the_fork_does_not_stop_the_child(memory):
    with memory._lock:
        child = os.fork()
        if child == 0:
            memory.put("a", "key")
            os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_cache_is_not_carried_out_of_the_process(memory):
    with pytest.raises(TypeError):
        pickle.dumps(memory)


@pytest.mark.django_db(databases=["default", "keys"])
def test_keys_above_data_keys_are_bounded_in_time_too(clock, django_assert_num_queries, make_case):
    case = make_case()
    clock.now += 60

    with django_assert_num_queries(
        3, using="keys"
    ):  # the pair's and the index key's rows again, then the insert
        keys.create_data_keys(case.id, case.authority_id)
