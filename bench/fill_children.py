"""The database of ``bench/duplicates.py``: cases that hold nothing but their child, sealed and indexed, by COPY."""

import json
import sys
import time
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from audit import pseudonyms
from bench import common, database, spellings, world
from bench.duplicates import name_of
from bench.fill import NOW, SHELL, Maker, Table, signature
from bench.linkage.index import family
from encryption import index
from referrals import models
from referrals.matching import blocking_keys, buckets
from referrals.vocabulary import formats

#: The seed of the first process, whose children are searched for.
FIRST_SEED = 1


class ChildMaker(Maker):
    """Makes the lines of such cases; one per process."""

    def __init__(self, world: dict[str, Any], seed: int, children: int) -> None:
        super().__init__(world, seed)
        self.children = iter(spellings.Population(children, seed).children)
        self.bits = buckets.length_for(children)
        self.under = index.likeness_keys()[0]
        indexed = {"index_norm": blocking_keys.NORM, "index_bits": self.bits, "index_key": self.under}
        self.case = Table(models.Referral, *SHELL, **indexed, searched_at=NOW)
        self.child = Table(models.Child, "id", "referral_id", "last_name", "first_names", "birth_date", "mac")
        self.value = Table(models.IndexValue, "id", "referral_id", "row", "bucket")
        # Far above what the column itself would give, for indexing is measured afterwards.
        self.next_id = (seed + 1) * 10**12

    def tables(self) -> dict[str, tuple[str, str]]:
        others = (self.case, self.child, self.value, self.subject)
        return {self.key.name: ("keys", self.key.copy)} | {t.name: ("default", t.copy) for t in others}

    def _referral(self) -> None:
        pk, row, authority = uuid4(), uuid4(), self.authorities[0]
        record = next(self.children)
        made = self._keys(pk, authority)
        shell = dict.fromkeys(SHELL) | {
            "id": pk, "reference": formats.new_reference(), "authority_id": authority, "unit_id": self.units[0],
            "department": "93", "version": 4, "state": "triage", "urgency": "U1", "age_band": "11-15", "under_15": True,
            "created_at": NOW, "received_at": NOW, "submitted_at": NOW, "filed_by": self.random.randbytes(32),
            "case_key": made["case"].id, "filer_key": made["filer"].id,
        }  # fmt: skip
        self._add(self.case, **shell | signature(models.Referral, shell))
        texts = {"last_name": record.last, "first_names": record.first, "birth_date": str(record.birth)}
        sealed = {
            name: made["case"].seal(models.Child._meta.get_field(name), row, value).ciphertext
            for name, value in texts.items()
        }
        child = {"id": row, "referral_id": pk}
        self._add(self.child, **child, **sealed, **signature(models.Child, child))
        self._pseudonym(pk, NOW)
        traits = blocking_keys.of(family(record))
        for number, _ in buckets.values(authority, traits, self.bits, under=self.under):
            self.next_id += 1
            self._add(self.value, id=self.next_id, referral_id=pk, row=row, bucket=number)


def main(server: str, words: list[str]) -> None:
    children = common.options(words, children=0).children
    name, began = name_of(children), time.monotonic()
    made = world.build()
    made["pseudonym"] = str(pseudonyms.actor(UUID(made["coordinator"]["id"])))
    models.IndexSize.objects.create(
        authority_id=made["authorities"]["93"],
        children=children,
        bits=buckets.length_for(children),
        counted_at=NOW,
    )
    makers = cache(lambda process: ChildMaker(made, process, children))
    with database.without_indexes(server, name), database.without_indexes(server, f"{name}_keys"):
        for done in database.in_processes(lambda process, count: makers(process).write(count), children):
            if done % 50_000 == 0:
                print(f"  {done:,} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    (database.STATE / name / "world.json").write_text(json.dumps(made))
