"""SEC-CR10: all of one case is sealed anew under new data keys, whole or not at all."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.models import Entry
from encryption.cache import forget_all
from encryption.errors import Unreadable
from encryption.fields import sealed_fields
from encryption.models import DATA_KINDS, WrappedKey
from referrals.composition import sealed_cells
from referrals.models import Child, Referral
from referrals.retention import resealing
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.shared_fixtures import shared_fixture

pytestmark = [
    pytest.mark.sec("SEC-CR10"),
    pytest.mark.both_databases("what the worker sees past row-level security"),
]


@shared_fixture
def filed(world):
    """Two cases, one beside the other."""
    made = [
        world.as_("filer").post("referrals", concern() | {"submit": True}, key=f"one-filing-000{number}")
        for number in range(2)
    ]
    see_all()
    return [Referral.objects.get(pk=answer.json()["id"]) for answer in made]


def keys_of(referral):
    return set(WrappedKey.objects.filter(owner=referral.pk, kind__in=DATA_KINDS).values_list("pk", flat=True))


def values_of(referral):
    """Every ciphertext of the case, by label and row."""
    see_all()
    found = {}
    for field in sealed_fields():
        owner = getattr(field.model, "sealed_owner", None)
        if field.model._meta.app_label == "referrals" and owner:
            for row in field.model._default_manager.filter(**{owner: referral.pk}):
                if (value := getattr(row, field.attname)) is not None:
                    found[value.label, row.pk] = value
    return found


def reads(world, referral):
    forget_all()
    answer = world.as_("crip_coordinator").get(f"referrals/{referral.pk}")
    see_all()
    assert answer.status_code == 200
    return {
        name: value
        for name, value in answer.json().items()
        if name in ("children", "facts", "concern", "holders")
    }


def test_every_value_is_under_the_new_keys_and_reads_as_before(
    world, filed, django_capture_on_commit_callbacks
):
    case, other = filed
    world.as_("crip_coordinator").get(f"referrals/{case.pk}")
    before, old, values, beside = reads(world, case), keys_of(case), values_of(case), keys_of(other)

    with django_capture_on_commit_callbacks(execute=True):
        assert sealed_cells.look(timezone.now()) == 0
        count = resealing.reseal(case.pk, at=timezone.now())

    after = values_of(case)
    assert count == len(after) == len(values) > 10
    assert {value.key_id for value in after.values()} == keys_of(case)
    assert not keys_of(case) & old
    assert all(after[name].ciphertext != values[name].ciphertext for name in values)
    assert reads(world, case) == before
    assert keys_of(other) == beside
    assert sealed_cells.look(timezone.now()) == 0, "an earlier pass saw what it was"


def test_the_journal_says_so_without_a_word_of_the_case(world, filed):
    resealing.reseal(filed[0].pk, at=timezone.now())

    with as_owner():
        see_all()
        assert Entry.objects.filter(act="case:resealed").count() == 1


def test_a_case_with_a_value_that_cannot_be_opened_stays_as_it_is(world, filed):
    case = filed[0]
    child = Child.objects.filter(referral=case).first()
    WrappedKey.objects.filter(pk=case.filer_key).delete()
    forget_all()
    before, old = values_of(case), keys_of(case)

    with pytest.raises(Unreadable):
        resealing.reseal(case.pk, at=timezone.now())

    assert values_of(case) == before
    assert keys_of(case) == old
    assert Child.objects.get(pk=child.pk).first_names == child.first_names


def test_a_run_killed_before_the_old_keys_went_is_finished_by_the_next(
    world, filed, django_capture_on_commit_callbacks
):
    """The first one's end is never reached: its old keys stay, and nothing is lost."""
    case = filed[0]
    before = reads(world, case)
    resealing.reseal(case.pk, at=timezone.now())
    assert len(keys_of(case)) == 4
    assert reads(world, case) == before

    with django_capture_on_commit_callbacks(execute=True):
        resealing.reseal(case.pk, at=timezone.now())

    assert len(keys_of(case)) == 2
    assert reads(world, case) == before


@pytest.mark.real_clock("how old a key is, the database tells")
def test_the_command_takes_references_or_what_is_old_of_an_authority(world, filed, capsys):
    see_all()
    call_command("reseal", filed[0].reference)
    assert str(filed[0].pk) in capsys.readouterr().out

    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    call_command("reseal", "--authority", "93", "--keys-before", tomorrow)
    assert capsys.readouterr().out.count("valeurs") == 2
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()
    call_command("reseal", "--authority", "93", "--keys-before", yesterday)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("words", [[], ["RPR-NOTHING"], ["--authority", "93"], ["--authority", "93", "--keys-before", "2027-01-01T00:00"]])  # fmt: skip
def test_the_command_asks_for_what_it_needs(world, words):
    with pytest.raises(CommandError):
        call_command("reseal", *words)


def test_a_draft_is_not_sealed_anew(world):
    begun = world.as_("filer").post("referrals", concern(), key="one-draft-0001").json()["id"]

    with pytest.raises(ValueError, match="No submitted case"):
        resealing.reseal(begun, at=timezone.now())
