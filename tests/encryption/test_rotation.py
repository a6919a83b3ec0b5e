"""SEC-CR10: every kind of key is replaced while values are read, by a process that may be killed between any two batches."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from encryption import keys, rewrapping, rotation
from encryption.cache import forget_all
from encryption.errors import KeysUnavailable, Unreadable
from encryption.models import WHOLE_SERVICE, Kind, WrappedKey
from encryption.rewrapping import Moved
from tests.encryption.sample.models import Person

pytestmark = [
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.sec("SEC-CR10"),
    pytest.mark.real_clock("when a key was replaced is told by the database's clock"),
    pytest.mark.both_databases("the database's clock, and keys carried over in batches"),
]

NAME = "Quenneville-Abrantès"
ROOT, NEXT = "aa" * 32, "bb" * 32


@pytest.fixture
def people(make_case):
    """Three cases of one authority, two of them acknowledged, and one of another, a value in each."""
    first = make_case()
    cases = [first, make_case(first.authority_id), make_case(first.authority_id)]
    made = [one.person(last_name=NAME) for one in cases]
    for one in cases[1:]:
        keys.adopt([handle.id for handle in one.keys.values()], one.authority_id)
    return first.authority_id, [*made, make_case().person(last_name=NAME)]


@pytest.fixture
def drafts():
    field, made = Person._meta.get_field("last_name"), []
    for _ in range(3):
        pk = uuid4()
        made.append(keys.create_draft_key(uuid4()).seal(field, pk, NAME))
    return made


def all_open(values, scope):
    """As another process would find them, with nothing in memory."""
    forget_all()
    return all(value.open(scope) == NAME for value in values)


def moved(batches):
    return sum(batch.moved for batch in batches)


def later():
    return timezone.now() + rotation.REST + timedelta(seconds=5)


def in_use(kind, owner):
    return WrappedKey.objects.get(kind=kind, owner=owner, retired_at=None).pk


@pytest.mark.parametrize(("kind", "count"), [(Kind.AUTHORITY, 5), (Kind.INTAKE, 2)])
def test_a_key_of_an_authority_is_replaced_and_everything_opens(people, scope, kind, count):
    """The authority's own wraps its pair and four data keys of acknowledged cases; the pair, two of a filing."""
    authority, made = people
    values, old = [person.last_name for person in made], in_use(kind, authority)

    rotation.begin(kind, authority)
    assert all_open(values, scope)
    assert moved(rotation.carry_over(kind, authority)) == count

    assert all_open(values, scope)
    assert in_use(kind, authority) != old
    assert not WrappedKey.objects.filter(wrapped_by=old).exists()
    assert not rotation.pending(kind, authority)


def test_a_new_filing_is_under_the_new_keys(people, make_case, scope):
    authority, _ = people
    for kind in (Kind.AUTHORITY, Kind.INTAKE):
        rotation.begin(kind, authority)

    case = make_case(authority)

    used = WrappedKey.objects.get(pk=case.keys["case"].id).wrapped_by
    assert used == in_use(Kind.INTAKE, authority)
    assert all_open([case.person(last_name=NAME).last_name], scope)


def test_the_drafts_key_is_replaced_and_every_draft_opens(drafts, scope):
    rotation.begin(Kind.DRAFTS)

    assert moved(rotation.carry_over(Kind.DRAFTS, batch=2)) == 3
    assert all_open(drafts, scope)


@pytest.mark.parametrize("kind", [Kind.AUTHORITY, Kind.INTAKE])
@pytest.mark.parametrize("killed_after", range(6))
def test_a_rotation_killed_after_any_batch_goes_on_where_it_stopped(people, scope, kind, killed_after):
    authority, made = people
    values = [person.last_name for person in made]
    rotation.begin(kind, authority)
    killed = rotation.carry_over(kind, authority, batch=1)
    for _ in range(killed_after):
        next(killed, None)
    killed.close()

    assert all_open(values, scope)
    for _ in rotation.carry_over(kind, authority, batch=1):
        assert all_open(values, scope)

    assert not rotation.pending(kind, authority)
    destroyed, kept = rotation.destroy_retired(at=later())
    assert ([use.kind for use in destroyed], kept) == ([kind], [])
    assert all_open(values, scope)


def test_a_batch_that_fails_in_the_middle_leaves_every_key_as_it_was(people, scope, monkeypatch):
    authority, made = people
    rotation.begin(Kind.AUTHORITY, authority)
    before = set(WrappedKey.objects.values_list("pk", "wrapped_by"))
    save = rewrapping.save

    def dies(rows):
        save(rows[:2])
        raise SystemExit

    monkeypatch.setattr(rewrapping, "save", dies)
    with pytest.raises(SystemExit):
        list(rotation.carry_over(Kind.AUTHORITY, authority))
    monkeypatch.undo()

    assert set(WrappedKey.objects.values_list("pk", "wrapped_by")) == before
    assert all_open([person.last_name for person in made], scope)


def test_a_key_that_cannot_be_unwrapped_is_named_and_keeps_the_old_one_alive(people, scope):
    authority, made = people
    damaged = made[1].last_name.key_id
    row = WrappedKey.objects.get(pk=damaged)
    WrappedKey.objects.filter(pk=damaged).update(wrapped=bytes(row.wrapped)[:-1] + b"\0\0")
    rotation.begin(Kind.AUTHORITY, authority)

    batches = list(rotation.carry_over(Kind.AUTHORITY, authority))

    assert batches == [Moved(4, (str(damaged),))]
    destroyed, kept = rotation.destroy_retired(at=later())
    assert (destroyed, [use.wraps for use in kept]) == ([], [1])


def test_what_was_destroyed_meanwhile_does_not_come_back(people):
    authority, made = people
    rotation.begin(Kind.AUTHORITY, authority)
    rotating = rotation.carry_over(Kind.AUTHORITY, authority, batch=1)
    next(rotating)
    gone = [person.last_name.key_id for person in made]

    keys.destroy(gone)
    list(rotating)

    assert not WrappedKey.objects.filter(pk__in=gone).exists()


# --- the old key goes


def test_a_retired_key_rests_before_it_is_destroyed(people):
    """Another process may still wrap under it for as long as it remembers it."""
    authority, _ = people
    rotation.begin(Kind.AUTHORITY, authority)
    list(rotation.carry_over(Kind.AUTHORITY, authority))

    assert rotation.destroy_retired(at=timezone.now())[0] == []
    assert len(rotation.destroy_retired(at=later())[0]) == 1


@pytest.mark.parametrize("column", ["wrapped_by", "envelope"])
def test_a_key_that_one_row_still_names_is_kept(people, scope, column):
    """The report counts what the column says and what stands in the envelope: neither hides the other."""
    authority, made = people
    old, row = in_use(Kind.AUTHORITY, authority), WrappedKey.objects.get(pk=made[1].last_name.key_id)
    kept_wrap = bytes(row.wrapped)
    rotation.begin(Kind.AUTHORITY, authority)
    list(rotation.carry_over(Kind.AUTHORITY, authority))
    change = {"wrapped_by": old} if column == "wrapped_by" else {"wrapped": kept_wrap}
    WrappedKey.objects.filter(pk=row.pk).update(**change)

    assert rotation.destroy_retired(at=later())[0] == []
    assert WrappedKey.objects.filter(pk=old).exists()


def test_the_deletion_itself_sees_what_came_since_the_report(people, monkeypatch):
    authority, _ = people
    old = in_use(Kind.AUTHORITY, authority)
    rotation.begin(Kind.AUTHORITY, authority)
    list(rotation.carry_over(Kind.AUTHORITY, authority))
    found = rotation.report()
    WrappedKey.objects.filter(kind=Kind.CASE).update(wrapped_by=old)
    monkeypatch.setattr(rotation, "report", lambda: found)

    assert rotation.destroy_retired(at=later())[0] == []
    assert WrappedKey.objects.filter(pk=old).exists()


def test_a_key_in_use_and_the_index_key_are_never_destroyed(people):
    WrappedKey.objects.filter(kind=Kind.INDEX).update(retired_at="2026-01-01T00:00Z")
    before = WrappedKey.objects.count()

    rotation.destroy_retired(at=later())

    assert WrappedKey.objects.count() == before


def test_the_index_key_is_not_replaced():
    with pytest.raises(ValueError, match="index"):
        rotation.begin(Kind.INDEX)


# --- the root


def roots(settings, *lines):
    settings.KEY_FILE.write_text("".join(f"{line}\n" for line in lines))
    settings.KEY_FILE.chmod(0o600)


@pytest.mark.parametrize("killed_after", range(3))
def test_the_root_is_replaced_and_the_report_says_when_the_old_one_may_go(
    settings, make_case, drafts, scope, killed_after
):
    roots(settings, f"1 {ROOT}")
    WrappedKey.objects.all().delete()
    forget_all()
    values = [make_case().person(last_name=NAME).last_name for _ in range(2)]
    roots(settings, f"1 {ROOT}", f"2 {NEXT}")
    assert rotation.report().roots == {(1, 1): 3}  # two authorities, the index key
    killed = rotation.rewrap_roots(batch=1)
    for _ in range(killed_after):
        next(killed)
    killed.close()
    assert all_open(values, scope)

    list(rotation.rewrap_roots(batch=1))

    found = rotation.report()
    assert (found.roots, found.current) == ({(1, 2): 3}, (1, 2))
    roots(settings, f"2 {NEXT}")
    assert all_open(values, scope)
    assert moved(rotation.rewrap_roots()) == 0


def test_a_root_that_is_out_changes_nothing(people, settings):
    before = {row.pk: bytes(row.wrapped) for row in WrappedKey.objects.all()}
    settings.KEY_PROVIDER = "tests.encryption.providers.Stopped"

    with pytest.raises(KeysUnavailable):
        list(rotation.rewrap_roots())

    assert {row.pk: bytes(row.wrapped) for row in WrappedKey.objects.all()} == before
    assert rotation.report().current is None


def test_keys_move_from_one_key_service_to_another(people, scope, settings):
    """With the former service configured beside the new one; without it, nothing of the former opens."""
    _, made = people
    values = [person.last_name for person in made]
    former = settings.KEY_PROVIDER
    settings.KEY_PROVIDER = "tests.encryption.providers.Elsewhere"
    settings.KEY_PROVIDER_BEFORE = former

    assert all_open(values, scope)
    assert moved(rotation.rewrap_roots()) == WrappedKey.objects.filter(wrapped_by=None).count()

    settings.KEY_PROVIDER_BEFORE = ""
    assert all_open(values, scope)
    assert set(rotation.report().roots) == {(9, 7)}
    settings.KEY_PROVIDER = former
    forget_all()
    with pytest.raises(Unreadable):
        values[0].open(scope)


def test_the_report_names_every_key_above_and_what_hangs_on_it(people):
    authority, _ = people
    found = {(use.kind, use.owner): use.wraps for use in rotation.report().uses}

    assert found[Kind.AUTHORITY, authority] == 5
    assert found[Kind.INTAKE, authority] == 2
    assert found[Kind.INDEX, WHOLE_SERVICE] == 0
    assert len(found) == 5
