"""django-guardian works with our accounts, and finds neither superusers nor groups in them."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from guardian.core import ObjectPermissionChecker
from guardian.shortcuts import assign_perm, get_objects_for_user, remove_perm

from accounts.models import Unit

pytestmark = pytest.mark.both_databases("exceptional grants in SQL")

EXACT = {"accept_global_perms": False, "with_superuser": False}


@pytest.fixture
def other_unit(authority_93):
    return Unit.objects.create(authority=authority_93, name="Une autre")


def test_a_grant_on_one_object_is_on_that_object_alone(alice, nadia, unit, other_unit):
    assign_perm("accounts.view_unit", alice.user, unit)

    assert ObjectPermissionChecker(alice.user).has_perm("view_unit", unit)
    assert not ObjectPermissionChecker(alice.user).has_perm("view_unit", other_unit)
    assert not ObjectPermissionChecker(nadia.user).has_perm("view_unit", unit)
    assert list(get_objects_for_user(alice.user, "accounts.view_unit", **EXACT)) == [unit]
    assert not get_objects_for_user(nadia.user, "accounts.view_unit", **EXACT).exists()


def test_it_ends(alice, unit):
    assign_perm("accounts.view_unit", alice.user, unit)

    remove_perm("accounts.view_unit", alice.user, unit)

    assert not ObjectPermissionChecker(alice.user).has_perm("view_unit", unit)


def test_a_disabled_account_has_none(alice, unit):
    assign_perm("accounts.view_unit", alice.user, unit)
    alice.user.is_active = False

    assert not ObjectPermissionChecker(alice.user).has_perm("view_unit", unit)


def test_nobody_has_a_permission_on_every_object(alice, unit):
    """Not through a superuser, a group or a model-wide permission: accounts have none of the three."""
    assert Permission.objects.filter(content_type=ContentType.objects.get_for_model(Unit)).exists()

    assert not hasattr(alice.user, "has_perm")
    assert not hasattr(alice.user, "user_permissions")
    assert not alice.user.groups.exists()
    assert not get_objects_for_user(alice.user, "accounts.view_unit", **EXACT).exists()
