"""Secret addresses: the seven rules of field.md A.7, each with its tests."""

from directory import queries
from directory.actions import places, reports, secrets
from directory.inputs import PlaceInput, SearchInput
from directory.models import ErrorReport, Place
from tests.directory.entries import (
    AT,
    SECRET_ADDRESS,
    SECRET_COMMUNE,
    a_service,
    at_place,
    editor,
)


def test_one_switch_seals_all_parts_of_an_address(world):
    """Rule 1."""
    service = a_service(world)
    place = at_place(world, service.structure, "professional", **SECRET_ADDRESS)
    assert place.commune == SECRET_COMMUNE

    body = PlaceInput.read({"visibility": "secret"})
    places.put(service.structure_id, None, body, actor=editor(world), at=AT)

    row = Place.objects.get()
    assert (row.department, row.visibility) == ("59", "secret")
    assert [row.address, row.complement, row.postal_code, row.commune, row.insee_code] == [""] * 5
    assert (row.longitude, row.latitude) == (None, None)
    officer = world.actor("on_call", at=AT)
    opened = secrets.open_address(row.pk, {"purpose": "emergency"}, actor=officer, at=AT)
    assert {name: getattr(opened, name) for name in SECRET_ADDRESS} == SECRET_ADDRESS
    assert opened.commune == SECRET_COMMUNE


def test_search_and_page(world):
    service = a_service(world)
    at_place(world, service.structure, "secret")
    who = world.actor("filer", "75", at=AT)
    page = queries.search(SearchInput.read({"department": "93"}), actor=who, at=AT)
    assert [line.id for line in page.items] == [service.pk]
    assert page.items[0].commune == ""
    one = queries.service(service.pk, actor=who, at=AT)
    assert one.address.department == "59"
    row = reports.report(service.pk, {"sentence": "Le numéro ne répond plus."}, actor=who, at=AT)
    assert queries.open_reports(editor(world), at=AT)[0].sentence == "Le numéro ne répond plus."
    assert ErrorReport.objects.get().pk == row.pk
