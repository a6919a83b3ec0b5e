"""How long an authority's journal keeps content, by its own settings; and what a new origin must say again (SEC-AL15)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from audit import exporting, journal, pruning, sequencer, sequencing, tree, verifier
from audit.models import Entry, PrunedRun
from referrals.models import SettingChange
from referrals.retention import journal_retention
from tests.audit import sequenced as made
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.factories.world import LONG_AGO

pytestmark = [pytest.mark.sec("SEC-AL15")]
sequenced = made.sequenced
NOW = datetime.now(UTC)
MONTH = timedelta(days=31)


def written(world, months, *, code="93", files=1):
    see_all()
    return journal.record(
        "field:opened", actor=None, at=NOW - months * MONTH, tenant=world.authorities[code].pk,
        objects=[uuid4() for _ in range(files)],
    )  # fmt: skip


def placed(sequenced):
    see_all()
    with as_owner():
        sequenced.sequencer.once()


def kept() -> set:
    with as_owner():
        return {pk for pk, body in Entry.objects.values_list("pk", "body") if bytes(body)}


def test_the_months_are_those_of_the_authority_and_its_default_is_three_years(world, sequenced):
    SettingChange.objects.create(
        authority=world.authorities["75"], position=1, key="log_access_months", value=24, effective_at=LONG_AGO,
        made_at=LONG_AGO,
    )  # fmt: skip
    world.authorities["75"].protocol_version = uuid4()
    world.authorities["75"].save()
    here, there = written(world, 30), written(world, 30, code="75")
    old, technical, young = written(world, 40), written(world, 14, files=0), written(world, 10, files=0)
    placed(sequenced)

    assert journal_retention.prune(NOW) == 3

    gone = {entry.pk for entry in (here, there, old, technical, young)} - kept()
    assert gone == {there.pk, old.pk, technical.pk}
    assert journal_retention.prune(NOW) == 0


@pytest.mark.sec("SEC-AL10")
def test_a_new_origin_says_again_what_was_pruned_before_it(world, sequenced, monkeypatch):
    """However much that is: PostgreSQL takes 65,535 values in one statement and no more."""
    for months in (40, 41, 42, 1):
        written(world, months)
    placed(sequenced)
    assert journal_retention.prune(NOW) == 3
    placed(sequenced)
    with as_owner():
        sequencer.begin_new_origin(by=sequenced.sequencer.signer, at=NOW)
    placed(sequenced)
    assert not PrunedRun.objects.filter(origin=2).exists()
    sizes = []
    monkeypatch.setattr(pruning, "BATCH", 2)

    def sized(execute, sql, params, *rest):
        if '"audit_leaf"."entry" IN' in sql:
            sizes.append(len(params))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(sized):
        assert journal_retention.prune(NOW) == 0

    assert max(sizes) <= 2 + 2, "two entries, an origin and the size of its tree"
    placed(sequenced)
    assert [(run.first, run.last) for run in PrunedRun.objects.filter(origin=2)] == [(1, 3)]
    with as_owner(), sequencing.reading():
        to = sequenced.folder / "export"
        exporting.to_folder(exporting.latest(exporting.everything, origin=tree.newest()), to)
    assert verifier.main(["verify", str(to), "--key", sequenced.key(), "--complete"]) == 0
