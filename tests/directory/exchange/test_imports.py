"""Imports of the directory: what a file does once, twice, and when rows are gone or secret (field.md A.7, A.10)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.errors import AlreadyThere, InvalidInput, NotAllowed, NotVisible
from accounts.models import AuthorityTerritory
from directory import acts
from directory.actions import imports, merging, services, structures
from directory.codes import Means, Status, Visibility
from directory.inputs import ServiceChange, StructureChange
from directory.models import DirectoryImport, HeldRow, Place, Reach, Service, Structure, Verification
from tests.accounts.conftest import entries
from tests.directory.entries import SECRET_COMMUNE, a_structure, at_place, editor
from tests.directory.exchange.samples import (
    AT,
    LATER,
    di_service,
    di_structure,
    done,
    finess_file,
    finess_line,
    packed,
    tried,
)
from tests.night import NIGHT

EARLIER = datetime(2026, 9, 10, 12, tzinfo=UTC)
COUNTS = ("created", "changed", "unchanged", "archived", "held", "refused")


def counts(run: DirectoryImport) -> tuple[int, ...]:
    return tuple(getattr(run, name) for name in COUNTS)


@pytest.mark.slow("field.md A.10.1 asks for 5,000 services, each with its verifications")
def test_five_thousand_services_twice_change_nothing_the_second_time(world: Any) -> None:
    """field.md A.10.1: the second run changes 0 rows and deletes 0; by day of 600, which are several statements."""
    many, over = (5_000, 1_000) if NIGHT else (600, 120)
    raw = packed(
        [di_structure(one) for one in range(over)], [di_service(one, one % over) for one in range(many)]
    )

    first, _ = done(world, raw, extent="whole")
    second, _ = done(world, raw, extent="whole", at=LATER)

    rows = many + over
    assert counts(first) == (rows, 0, 0, 0, 0, 0)
    assert counts(second) == (0, 0, rows, 0, 0, 0)
    assert (Structure.objects.count(), Service.objects.count()) == (over, many)


def test_a_trial_writes_nothing_but_itself(world: Any) -> None:
    run, plan = tried(world, packed([di_structure()], [di_service()]))

    assert counts(run) == (2, 0, 0, 0, 0, 0)
    assert [step.name for step in plan.steps] == [
        "Structure de démonstration 1",
        "Service de démonstration 1",
    ]
    assert not Structure.objects.exists()
    assert not Verification.objects.exists()
    assert len(entries(act=acts.IMPORT_TRIED)) == 1


def test_what_is_done_is_found_by_need_and_said_by_the_file_and_verified_by_nobody(world: Any) -> None:
    done(
        world, packed([di_structure()], [di_service()]), licence="Licence Ouverte 2.0", stated_on="2026-11-01"
    )

    service = Service.objects.get()
    assert service.needs == ["mental_health"]
    assert service.source_licence == "Licence Ouverte 2.0"
    assert service.verified_on is None
    assert Reach.objects.filter(service=service, need="mental_health", zone="93").exists()
    said = Verification.objects.get(service=service, field="name")
    assert (said.means, said.by, said.evidence) == (Means.IMPORT, None, "data.inclusion, 2026-11-01")
    assert Place.objects.get().commune == "Saint-Denis"


def test_a_zip_unpacks_to_no_more_than_an_upload_has(world: Any, settings: Any) -> None:
    structures = [di_structure(one) for one in range(20)]
    raw, settings.IMPORT_BYTES = packed(structures), len(json.dumps(structures)) - 1
    assert len(raw) < settings.IMPORT_BYTES
    with pytest.raises(InvalidInput) as refused:
        tried(world, raw)
    assert refused.value.extra["fields"] == {"file": ["import-too-many-lines"]}


def test_another_file_than_the_tried_one_is_not_done(world: Any) -> None:
    run, _ = tried(world, packed([di_structure()]))

    with pytest.raises(InvalidInput) as refused:
        imports.do_import(run.pk, packed([di_structure(2)]), actor=editor(world), at=AT)

    assert refused.value.extra["fields"] == {"file": ["import-other-file"]}
    assert not Structure.objects.exists()


def test_what_would_do_something_else_by_now_is_tried_anew(world: Any) -> None:
    raw = packed([di_structure()])
    run, _ = tried(world, raw)
    done(world, packed([di_structure(nom="Un autre nom")]))

    with pytest.raises(InvalidInput) as refused:
        imports.do_import(run.pk, raw, actor=editor(world), at=AT)

    assert refused.value.extra["fields"] == {"file": ["import-stale"]}
    assert Structure.objects.get().name == "Un autre nom"


def test_an_import_is_done_once(world: Any) -> None:
    raw = packed([di_structure()])
    run, _ = done(world, raw)

    with pytest.raises(AlreadyThere):
        imports.do_import(run.pk, raw, actor=editor(world), at=AT)


def test_who_keeps_nothing_neither_tries_nor_does(world: Any) -> None:
    raw = packed([di_structure()])
    run, _ = tried(world, raw)

    with pytest.raises(NotAllowed):
        imports.do_import(run.pk, raw, actor=world.actor("crip_coordinator", at=AT), at=AT)
    with pytest.raises(NotVisible):
        imports.do_import(run.pk, raw, actor=editor(world, "59"), at=AT)


def test_what_is_gone_from_a_whole_file_is_archived_and_comes_back(world: Any) -> None:
    """field.md A.1: archive instead of deleting; les-emplois #8358."""
    both = packed([di_structure(1), di_structure(2)], [di_service(1, 1), di_service(2, 2)])
    done(world, both, extent="whole")
    ids = set(Service.objects.values_list("pk", flat=True))

    gone, _ = done(world, packed([di_structure(1)], [di_service(1, 1)]), extent="whole", at=LATER)

    assert counts(gone) == (0, 0, 2, 2, 0, 0)
    closed = Service.objects.get(source_id="demo--v2")
    assert (closed.status, closed.structure.status) == (Status.CLOSED, Status.CLOSED)
    assert not Reach.objects.filter(service=closed).exists()

    back, _ = done(world, both, extent="whole", at=LATER)

    assert counts(back) == (0, 2, 2, 0, 0, 0)
    assert set(Service.objects.filter(status=Status.ACTIVE).values_list("pk", flat=True)) == ids
    assert Reach.objects.filter(service=closed).exists()


def test_a_part_of_a_source_archives_nothing(world: Any) -> None:
    done(world, packed([di_structure(1), di_structure(2)]))

    run, _ = done(world, packed([di_structure(1)]), extent="part")

    assert run.archived == 0
    assert not Structure.objects.filter(status=Status.CLOSED).exists()


def test_a_whole_file_with_a_row_of_no_id_archives_nothing(world: Any) -> None:
    """That row might be one of those that seem to be gone."""
    done(world, packed([di_structure(1), di_structure(2)]))

    run, plan = done(world, packed([di_structure(1), {"nom": "Sans identifiant"}]), extent="whole")

    assert (run.archived, run.refused, plan.archives) == (0, 1, False)


def test_a_row_that_is_refused_is_not_archived(world: Any) -> None:
    done(world, packed([di_structure(1), di_structure(2)]))

    run, _ = done(world, packed([di_structure(1), di_structure(2, code_postal="ici")]), extent="whole")

    assert (run.archived, run.refused) == (0, 1)


def test_what_a_person_closed_no_file_opens(world: Any) -> None:
    done(world, packed([di_structure()], [di_service(date_maj="2026-08-01")]))
    pk = Service.objects.get().pk
    services.change(pk, ServiceChange.read({"status": "closed"}), actor=editor(world), at=AT)

    run, plan = done(
        world, packed([di_structure()], [di_service(date_maj="2026-11-24")]), extent="whole", at=LATER
    )

    assert Service.objects.get().status == Status.CLOSED
    assert [step.kept for step in plan.steps if step.kind == "service"] == [("status",)]
    assert run.changed == 0  # its day alone is no news


def test_an_older_file_does_not_change_what_a_person_verified(world: Any) -> None:
    raw = packed([di_structure(date_maj="2026-10-01")])
    done(world, raw)
    change = StructureChange.read({"name": "Le nom vérifié", "means": "phone"})
    structures.change(Structure.objects.get().pk, change, actor=editor(world), at=AT)

    run, plan = done(world, packed([di_structure(date_maj="2026-10-20")]), at=LATER)

    assert Structure.objects.get().name == "Le nom vérifié"
    assert plan.steps[0].kept == ("name",)
    assert counts(run) == (0, 0, 1, 0, 0, 0)


def test_a_newer_file_does_with_its_verification(world: Any) -> None:
    done(world, packed([di_structure(date_maj="2026-08-01")]))
    change = StructureChange.read({"name": "Le nom vérifié", "means": "phone"})
    structures.change(Structure.objects.get().pk, change, actor=editor(world), at=EARLIER)

    run, _ = done(world, packed([di_structure(date_maj="2026-10-01")]), at=LATER)

    assert run.changed == 1
    last = Verification.objects.filter(field="name").first()
    assert last is not None
    assert (last.old, last.new, last.means) == (
        "Le nom vérifié", "Structure de démonstration 1", Means.IMPORT,
    )  # fmt: skip


def test_needs_that_an_editor_chose_stay(world: Any) -> None:
    done(world, packed([di_structure()], [di_service()]))
    body = ServiceChange.read({"needs": ["legal_victim"]})
    services.change(Service.objects.get().pk, body, actor=editor(world), at=AT)

    done(world, packed([di_structure()], [di_service(date_maj="2026-11-24")]), at=LATER)

    assert Service.objects.get().needs == ["legal_victim"]


def test_what_was_merged_into_another_changes_nothing(world: Any) -> None:
    done(world, packed([di_structure(1), di_structure(2)], [di_service(1, 1)]))
    kept, lost = Structure.objects.get(source_id="demo--s1"), Structure.objects.get(source_id="demo--s2")
    merging.merge(kept.pk, lost.pk, actor=editor(world), at=AT)

    renamed = di_structure(2, nom="Renommée", date_maj="2026-11-24")
    run, _ = done(world, packed([di_structure(1), renamed], [di_service(9, 2)]), extent="part", at=LATER)

    lost.refresh_from_db()
    assert lost.name == "Structure de démonstration 2"
    assert run.changed == 0
    assert Service.objects.get(source_id="demo--v9").structure == kept


# --- Secret addresses (field.md A.7.2) -------------------------------------------------------------------


def a_secret(world: Any, code: str = "93", **values: str) -> Structure:
    structure = a_structure(world, code, phone="01 99 00 12 34", **values)
    at_place(world, structure, "secret")
    return structure


@pytest.mark.parametrize("by", ["siret", "finess", "phone"])
@pytest.mark.parametrize("code", ["93", "59"])
def test_a_row_like_a_structure_with_a_secret_place_is_held(world: Any, by: str, code: str) -> None:
    """field.md A.7.2, whichever authority keeps that structure: nothing of the row's address is kept."""
    number = {"siret": "73282932000074", "finess": "930000005", "phone": ""}[by]
    structure = a_secret(world, code, **({by: number} if number else {}))
    line = finess_line(
        number if by == "finess" else "930000013",
        siret=number if by == "siret" else "",
        telephone="0199001234" if by == "phone" else "",
        voie="DES ACACIAS BLEUS",
        ligneacheminement="93100 MONTREUIL",
    )
    territory(world)

    run, _ = done(world, finess_file(line), "finess")

    own = code == "93"
    assert counts(run) == (0, 0, 0, 0, 2 if own else 0, 0)
    assert run.left_out == (0 if own else 2)
    held = HeldRow.objects.get()
    assert (held.structure, held.matched_by, held.authority.code) == (structure, by, code)
    assert Structure.objects.count() == 1
    assert list(Place.objects.values_list("visibility", "commune", "address")) == [("secret", "", "")]
    assert not Verification.objects.filter(means=Means.IMPORT).exists()


def test_a_row_like_anothers_secret_structure_counts_like_one_from_elsewhere_and_its_keeper_decides(
    world: Any,
) -> None:
    """field.md A.7, rule 5: whoever imports all public numbers isn't told which of them stand for a secret place."""
    a_secret(world, "59")
    territory(world)
    like, elsewhere = finess_line("930000013"), finess_line("590000013", departement="59")

    done_run, plan = done(world, finess_file(like), "finess")
    other_run, other = tried(world, finess_file(elsewhere), "finess", at=LATER)

    assert (counts(done_run), plan.steps, plan.refused) == (counts(other_run), other.steps, other.refused)
    assert HeldRow.objects.get().authority.code == "59"

    imports.settle_row(HeldRow.objects.get().pk, {"same": False}, actor=editor(world, "59"), at=AT)
    taken, _ = done(world, finess_file(like), "finess", at=LATER)
    assert counts(taken) == (2, 0, 0, 0, 0, 0)


def test_a_row_that_is_anothers_secret_structure_is_left_out_for_good(world: Any) -> None:
    a_secret(world, "59")
    territory(world)
    raw = finess_file(finess_line("930000013"))
    done(world, raw, "finess")
    imports.settle_row(HeldRow.objects.get().pk, {"same": True}, actor=editor(world, "59"), at=AT)

    run, plan = done(world, raw, "finess", at=LATER)

    assert (counts(run), run.left_out, plan.steps) == ((0, 0, 0, 0, 0, 0), 2, [])


def territory(world: Any) -> None:
    authority = world.authorities["93"]
    if not AuthorityTerritory.objects.filter(authority=authority, department_code="93").exists():
        AuthorityTerritory.objects.create(
            authority=authority, department_code="93", valid_from=AT.date().replace(year=2024)
        )


def test_a_held_row_that_is_the_same_stays_out_for_good(world: Any) -> None:
    a_secret(world, finess="930000005")
    territory(world)
    raw = finess_file(finess_line("930000005"))
    done(world, raw, "finess")

    imports.settle_row(HeldRow.objects.get().pk, {"same": True}, actor=editor(world), at=AT)
    run, _ = done(world, raw, "finess", at=LATER)

    assert counts(run) == (0, 0, 2, 0, 0, 0)
    assert Structure.objects.count() == 1
    assert len(entries(act=acts.ROW_SETTLED)) == 1


def test_a_held_row_that_is_another_is_taken_by_the_next_import(world: Any) -> None:
    secret = a_secret(world)
    territory(world)
    raw = finess_file(finess_line("930000005"))
    done(world, raw, "finess")

    imports.settle_row(HeldRow.objects.get().pk, {"same": False}, actor=editor(world), at=AT)
    run, _ = done(world, raw, "finess", at=LATER)

    assert counts(run) == (2, 0, 0, 0, 0, 0)
    assert Place.objects.get(structure=secret).visibility == Visibility.SECRET


def test_a_structure_that_became_secret_is_never_filled_or_archived(world: Any) -> None:
    raw = packed([di_structure(telephone="")], [di_service()])
    done(world, raw)
    structure = Structure.objects.get()
    structures.change(
        structure.pk, StructureChange.read({"phone": "01 99 00 12 34"}), actor=editor(world), at=AT
    )
    at_place(world, structure, "secret")

    run, _ = done(world, packed([di_structure(nom="Autre nom")], [di_service()]), extent="whole", at=LATER)
    away, _ = done(world, packed([di_structure(2)]), extent="whole", at=LATER)

    assert run.held == 2
    assert away.archived == 0
    place = Place.objects.get(structure=structure)
    assert (place.visibility, place.commune) == (Visibility.SECRET, "")
    row = HeldRow.objects.get()
    with pytest.raises(InvalidInput):
        imports.settle_row(row.pk, {"same": False}, actor=editor(world), at=AT)


def test_a_file_says_no_secret_address(world: Any) -> None:
    side = {
        "format": "repere-directory", "version": 1, "services": {},
        "structures": {"demo--s1": {"place": {"department": "93", "visibility": "secret"}}},
    }  # fmt: skip

    _, plan = tried(world, packed([di_structure()], side=side))

    assert [(one.fault.value, one.field) for one in plan.refused] == [("secret", "place")]
    assert SECRET_COMMUNE not in str(plan)


def test_a_home_of_the_finess_register_is_for_professionals(world: Any) -> None:
    """field.md A.5: addresses of homes are public there."""
    territory(world)
    done(
        world,
        finess_file(finess_line("930000005", "175"), finess_line("930000013", "156", telephone="")),
        "finess",
    )

    told = dict(Place.objects.values_list("structure__finess", "visibility"))
    assert told == {"930000005": "professional", "930000013": "public"}


def test_a_later_file_opens_no_address(world: Any) -> None:
    territory(world)
    done(world, finess_file(finess_line("930000005", "175")), "finess")

    done(world, finess_file(finess_line("930000005", "156", datemaj="2026-11-24")), "finess", at=LATER)

    assert Place.objects.get().visibility == Visibility.PROFESSIONAL
