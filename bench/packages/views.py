"""The three endpoints of the table, from packages; inputs, answers and rows are those of the others."""

from datetime import datetime
from typing import Any
from uuid import UUID

from auditlog.context import set_actor
from auditlog.signals import accessed
from django.http import Http404
from guardian.core import ObjectPermissionChecker
from guardian.shortcuts import assign_perm, get_objects_for_user

from accounts.actor import Actor
from accounts.models import Membership, User
from accounts.roles import Role
from bench.bare import filing, views
from bench.packages import models


def _user(actor: Actor) -> User:
    """Return the account that the pipeline found, without a second query."""
    return User(pk=actor.user_id, email="")


class Cases(views.Cases):
    base = "packages"

    def rows(self, actor: Actor) -> Any:
        """Return the cases on which guardian says that the caller has the right; auditlog doesn't record lists."""
        return get_objects_for_user(
            _user(actor), models.VIEW, models.Referral, use_groups=False, accept_global_perms=False,
            with_superuser=False,
        )  # fmt: skip

    def filed(self, data: dict[str, Any], *, actor: Actor, at: datetime) -> filing.Filing:
        """Save each row, so that auditlog sees it; then give filer and coordinators the right."""
        made = filing.drawn_up(models, data, actor=actor, at=at)
        with set_actor(_user(actor)):
            for one in (
                made.referral,
                made.concern,
                *(row for alike in made.parts.values() for row in alike),
            ):
                one.save(force_insert=True)
        models.TABLES["StepRecord"].objects.bulk_create(made.steps)
        models.TABLES["Clock"].objects.bulk_create(made.clocks)
        theirs = Membership.objects.filter(authority=made.referral.authority, role=Role.CRIP_COORDINATOR)
        readers = {actor.user_id, *theirs.values_list("user_id", flat=True)}
        assign_perm(models.VIEW, [User(pk=one) for one in readers], made.referral)
        return made


class OneCase(views.OneCase):
    tables = models

    def case_of(self, pk: UUID, actor: Actor) -> Any:
        """Return a case whole, asking guardian and telling auditlog."""
        referral = super().case_of(pk, actor)
        if not ObjectPermissionChecker(_user(actor)).has_perm(models.VIEW, referral):
            raise Http404
        with set_actor(_user(actor)):
            accessed.send(models.Referral, instance=referral)
        return referral
