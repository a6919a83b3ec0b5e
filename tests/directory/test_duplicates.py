"""Two entries that are one: proposed to a person, who merges them; the other stays as an alias (field.md A.8)."""

import pytest

from accounts.errors import InvalidInput, NotAllowed
from directory import queries
from directory.actions import merging, structures
from directory.actions.merging import merge_target_of
from directory.inputs import StructureChange
from directory.models import Reach, Service, Structure, Verification
from tests.directory.entries import AT, PUBLIC_ADDRESS, a_service, a_structure, at_place, editor

pytestmark = pytest.mark.both_databases("statements of lists")

SIRET, FINESS = "73282932000074", "930000005"


def pairs(world, code="93"):
    return {(pair.first, pair.second): pair.by for pair in queries.possible_duplicates(editor(world, code))}


def two(world, **values):
    return [a_structure(world, name=name, **values) for name in ("Le Phare", "Le Phare bis")]


@pytest.mark.parametrize("values", [{"siret": SIRET}, {"finess": FINESS}])
def test_the_same_number_of_a_register_is_proposed(world, values):
    first, second = two(world, **values)
    a_structure(world, name="Autre")
    a_structure(world, "75", name="Ailleurs", **values)  # kept by another authority

    assert pairs(world) == {(first.pk, second.pk): next(iter(values))}
    assert pairs(world, "75") == {}


def test_the_same_phone_is_proposed_in_the_same_commune_alone(world):
    first, second = two(world, phone="01 99 00 00 01")
    at_place(world, first)
    assert pairs(world) == {}, "nobody knows where the other is"

    at_place(world, second, insee_code="93001", postal_code="93300", address="1 rue du Moutier")
    assert pairs(world) == {}

    at_place(world, second, **PUBLIC_ADDRESS)
    assert pairs(world) == {(first.pk, second.pk): "phone"}


def test_a_pair_with_a_secret_place_says_no_commune(world):
    """Two secret places of one département with one phone are proposed; one of them isn't held against a commune."""
    first, second = two(world, phone="01 99 00 00 01")
    at_place(world, first, "secret")
    at_place(world, second, "public", insee_code="59512", postal_code="59100", address="1 rue Neuve")
    assert pairs(world) == {}

    at_place(world, second, "secret")
    assert pairs(world) == {(first.pk, second.pk): "phone"}


def test_a_merged_service_stays_as_an_alias_that_finds_the_kept_one(world):
    structure = a_structure(world)
    kept, lost = a_service(world, structure), a_service(world, structure, zones=["75"])

    merged = merging.merge(kept.pk, lost.pk, actor=editor(world), at=AT)

    lost.refresh_from_db()
    assert merged == lost.merged_into == merge_target_of(lost) == kept
    assert not Reach.objects.filter(service=lost).exists()
    assert Reach.objects.filter(service=kept).exists()
    assert Service.objects.get(source="own", source_id=lost.source_id) == lost
    assert Verification.objects.filter(service=lost, field="merged_into", new=str(kept.pk)).exists()


def test_a_chain_of_mergers_ends_at_the_kept_one(world):
    structure = a_structure(world)
    a, b, c = (a_service(world, structure) for _ in range(3))
    merging.merge(b.pk, a.pk, actor=editor(world), at=AT)
    merging.merge(c.pk, b.pk, actor=editor(world), at=AT)

    a.refresh_from_db()
    assert a.merged_into == c
    page = queries.service(a.pk, actor=world.actor("filer", at=AT), at=AT)
    assert page.service == c


def test_a_merged_structure_gives_its_services_and_parts_to_the_kept_one(world):
    kept, lost = two(world, siret=SIRET)
    service = a_service(world, lost)
    own = at_place(world, lost, service=service)
    part = a_structure(world, name="Antenne", parent=str(lost.pk))

    merging.merge(kept.pk, lost.pk, actor=editor(world), at=AT)

    for row in (lost, service, part, own):
        row.refresh_from_db()
    assert (lost.merged_into, service.structure, part.parent, own.structure) == (kept, kept, kept, kept)
    assert pairs(world) == {}
    page = queries.structure(lost.pk, actor=world.actor("filer", at=AT), at=AT)
    assert page.row == kept
    assert [line.id for line in page.services] == [service.pk]
    assert Reach.objects.filter(service=service).exists()


def test_nothing_is_merged_with_itself_or_with_what_others_keep(world):
    structure, elsewhere = a_structure(world), a_structure(world, "75")
    service = a_service(world, structure)

    for lost in (structure.pk, service.pk):
        with pytest.raises(InvalidInput):
            merging.merge_structures(structure.pk, lost, actor=editor(world), at=AT)
    with pytest.raises(NotAllowed):
        merging.merge_structures(structure.pk, elsewhere.pk, actor=editor(world), at=AT)
    with pytest.raises(NotAllowed):
        merging.merge_structures(elsewhere.pk, structure.pk, actor=editor(world), at=AT)

    assert not Structure.objects.exclude(merged_into=None).exists()


def test_a_merged_entry_is_changed_no_more(world):
    kept, lost = two(world)
    merging.merge(kept.pk, lost.pk, actor=editor(world), at=AT)

    answer = world.as_("directory_editor").patch(f"structures/{lost.pk}", {"name": "Autre"})

    assert answer.status_code == 404
    structures.change(kept.pk, StructureChange.read({"name": "Autre"}), actor=editor(world), at=AT)
