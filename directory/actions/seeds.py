"""First entries of a directory: associations and numbers kept by hand, and what a public register has of the territory.

They come in by the same engine as any file, so that seeding again changes nothing, and an editor's word stays.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from accounts.actor import Actor
from accounts.models import Authority
from directory.actions import changes, imports
from directory.actions.changes import Basis
from directory.codes import Means, Source
from directory.models import DirectoryImport, Service

DATA: Final = Path(__file__).parents[1] / "data"
ASSOCIATIONS: Final = DATA / "associations.json"
#: Registers, trimmed by ``manage.py build_resource_seed``: one file an authority.
REGISTERS: Final = DATA / "seeds"


def seed(authority: Authority, *, national: bool, actor: Actor, at: datetime) -> list[DirectoryImport]:
    """Load what there is for an authority; ``national``: it keeps the entries of the whole country too.

    Raises:
        NotAllowed: the actor doesn't keep its entries.
    """
    runs = [_curated(one, dated, authority, actor, at) for one, dated in _sets(authority, national=national)]
    register = REGISTERS / f"finess-{authority.code}.csv"
    if register.exists():
        body = _body(authority, Source.FINESS, whole=True)
        runs.append(_done(body, register.read_bytes(), actor, at))
    return runs


def _sets(authority: Authority, *, national: bool) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    document = json.loads(ASSOCIATIONS.read_text(encoding="utf-8"))
    keepers = (authority.code, "") if national else (authority.code,)
    return ((one, document) for one in document["sets"] if one["keeper"] in keepers)


def _curated(
    told: Mapping[str, Any], document: Mapping[str, Any], authority: Authority, actor: Actor, at: datetime
) -> DirectoryImport:
    body = _body(authority, Source.CURATED) | {
        "licence": document["licence"],
        "stated_on": date.fromisoformat(document["stated_on"]),
    }
    run = _done(body, json.dumps(told, ensure_ascii=False).encode(), actor, at)
    _date(told["dated"], authority, at)
    return run


def _date(dated: Mapping[str, Mapping[str, str]], authority: Authority, at: datetime) -> None:
    """Say of services that this release verified when, and by which source; the others nobody verified yet.

    A later release says so again; what an editor verified since stays.
    """
    rows = Service.objects.filter(authority=authority, source=Source.CURATED, source_id__in=list(dated))
    for service in rows.select_related("authority", "structure"):
        source = dated[service.source_id]
        if service.verified_on is not None and service.verified_on >= date.fromisoformat(source["on"]):
            continue
        basis = Basis(by=None, at=at, means=Means.IMPORT, evidence=source["source"])
        values = {"verified_on": date.fromisoformat(source["on"]), "verified_by": str(Means.IMPORT)}
        changes.write(service, values | {"updated_on": service.updated_on}, basis)


def _body(authority: Authority, source: Source, *, whole: bool = False) -> dict[str, Any]:
    return {
        "authority": authority.pk,
        "source": str(source),
        "whole": whole,
        "kind": "",
        "licence": "",
        "stated_on": None,
    }


def _done(body: Mapping[str, Any], raw: bytes, actor: Actor, at: datetime) -> DirectoryImport:
    run, _ = imports.try_import(body, raw, actor=actor, at=at)
    return imports.do_import(run.pk, raw, actor=actor, at=at)[0]
