"""A secret commune is planted, and every output of the directory is read by every role (field.md A.7 rule 5, A.10.5).

The addresses are those of the URL configuration: whoever adds one finds it walked here, or is told by this test that it
doesn't know which row the address names. After the walk everything that lies about is searched: databases, logs, mails.
"""

import io
import logging
import re
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connections, transaction
from django.test import Client

from accounts.roles import PROGRAMS, Role
from config.logs import Line
from directory import access, candidates, queries, tasks
from directory.actions import changes, exports, places, reports
from directory.codes import Means, Need
from directory.inputs import PlaceInput, SearchInput
from directory.matching import CaseFacts
from directory.models import HeldRow, Place, Service, Structure, Verification
from outbox import delivery
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.directory.confirmation_requests import a_service, a_structure
from tests.directory.entries import a_case, open_address
from tests.directory.exchange.samples import di_structure, done, packed
from tests.factories.world import LONG_AGO  # noqa: F401 - the world is of then
from tests.night import NIGHT as NIGHTLY
from tests.night import one_in
from tests.security.needles import MARK, hits
from tests.security.test_routes import patterns
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor

NOW = datetime.now(UTC)
#: A Sunday by night: who opens an address then has it looked at.
NIGHT = (NOW - timedelta(days=NOW.weekday() + 1)).replace(hour=1)
#: Zuydcoote: nothing in these tests but the secret place is there, and no page names it.
COMMUNE, INSEE, POSTAL = "Zuydcoote", "59668", "59123"
ADDRESS = {
    "insee_code": INSEE,
    "postal_code": POSTAL,
    "address": f"7 rue {MARK}",
    "complement": f"Porte {MARK}",
    "longitude": 2.49287,
    "latitude": 51.06831,
}
#: What of it may lie about; numbers count where they stand alone.
WORDS = (COMMUNE, "2.49287", "51.06831", "2,49287", "51,06831")
NUMBERS = re.compile(rf"(?<![0-9a-zA-Z.])(?:{INSEE}|{POSTAL})(?![0-9a-zA-Z])".encode())
#: What leads to the address by another public list: nobody reads it, those who write it included.
LEADS = {
    "siret": "73282932000074", "finess": "930000012", "website": "https://refuge.invalid/plan",
    "source_url": "https://source.invalid/fiche",
}  # fmt: skip
#: The same of the service itself, of one beside it that has a place in public, and of a held row.
OF_SERVICE, OF_SIBLING = "https://source.invalid/accueil", "https://source.invalid/jour"
HELD_ID = "finess--930000029"
#: Class K of the authority that keeps the place (domain.md §1.3; ``directory.secret``).
OPENERS = {"ase_inspector", "case_referent", "on_call", "supervisor"}
#: Between them these read all of it.
READERS = ("directory_editor", "supervisor")
PEOPLE = ["directory_editor", *(str(role) for role in Role if role not in (*PROGRAMS, Role.DIRECTORY_EDITOR))]
#: The same for those who keep nothing here.
ELSEWHERE = ["directory_editor", "supervisor", "ase_inspector", "dpo"]
API = ("resources", "structures", "places/", "secret-openings", "resource-errors", "directory")
#: Who reads lists, journals, notices and figures besides.
WATCHERS = ["supervisor", "dpo", "auditor", "territory_admin", "directory_editor", "platform_admin"]
VERBS = ("get", "post", "put", "patch", "delete")
#: Topics of an entry's form, and forms of an export.
SLUG_WORDS = ("contact", "publics", "territoire", "data-inclusion", "hsds")
UUIDS = re.compile(r"<uuid:(\w+)>")
SLUGS = re.compile(r"<slug:(\w+)>")


def leading(raw):
    """Return what of ``raw`` leads to the planted address."""
    known = {**LEADS, "of service": OF_SERVICE, "of sibling": OF_SIBLING, "held row": HELD_ID}
    return [name for name, value in known.items() if value.encode() in raw]


def found_in(raw):
    """Return what of the planted address lies in ``raw``, with what stands around it."""
    found = [(name, around) for name, around in hits(raw)]
    for word in WORDS:
        at = raw.lower().find(word.lower().encode())
        if at >= 0:
            found.append((word, raw[max(0, at - 80) : at + 80]))
    if match := NUMBERS.search(raw):
        found.append((match[0].decode(), raw[max(0, match.start() - 80) : match.end() + 80]))
    return found


def directory_routes():
    """Yield the addresses of the directory, with the verbs that each takes."""
    for path, view in patterns():
        below = path.removeprefix("/api/v1/")
        if path.startswith("/annuaire") or (below != path and below.startswith(API)):
            kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
            yield path, [verb for verb in kind.http_method_names if verb in VERBS and hasattr(kind, verb)]


@pytest.fixture
def said():
    """Everything that is logged, as it is written, and what the records hold before that."""
    lines = []

    class Collector(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))
            lines.append(repr(record.__dict__.get("fields")))

    handler, root = Collector(logging.DEBUG), logging.getLogger()
    handler.setFormatter(Line())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


class Planted:
    """A structure of 93 with a service at a secret place in 59, one in public, and all that hangs on them."""

    def __init__(self, world):
        at = NOW
        said = changes.Basis(by=None, at=at, means=Means.PHONE)
        editor = world.actor("directory_editor", at=at)
        self.structure = a_structure(
            world, name="Le Refuge", phone="+33199001234", email="refuge@exemple.fr", **LEADS
        )
        self.service = a_service(
            world, structure=self.structure, needs=["tonight_shelter", "distance_shelter"],
            distance_placement=True, verified_on=at.date(), verified_by="phone", source_url=OF_SERVICE,
        )  # fmt: skip
        # What is said of them has its history, from when nothing was secret.
        told = changes.Basis(by=None, at=at, means=Means.TYPED)
        self.sibling = a_service(world, structure=self.structure)
        changes.write(self.sibling, {"source_url": OF_SIBLING}, told)
        changes.write(self.service, {"source_url": ""}, told)
        changes.write(self.service, {"source_url": OF_SERVICE}, told)
        self.public = a_service(world, structure=a_structure(world, name="Le Phare", phone="+33199001234"))
        # It was in public first: what was known then must not stay behind.
        before = PlaceInput.read({"visibility": "professional", **ADDRESS})
        places.put(self.structure.pk, None, before, actor=editor, at=at)
        changes.write(self.service, {"night_phone": "+33199009999"}, said)
        places.put(
            self.structure.pk, None, PlaceInput.read({"visibility": "secret", **ADDRESS}), actor=editor, at=at
        )
        self.place = Place.objects.get(structure=self.structure)
        open_address(world, self.place, at=NIGHT)
        self.opening = self.place.openings.get()
        filer = world.actor("filer", at=at)
        self.report = reports.report(self.service.pk, {"sentence": "Le nom a changé."}, actor=filer, at=at)
        link = changes.Basis(by=None, at=at, means=Means.LINK)
        changes.write(self.service, {"contact_name": "Le chef"}, link)
        row = di_structure(
            telephone="01 99 00 12 34", adresse=ADDRESS["address"], complement_adresse=ADDRESS["complement"],
            code_insee=INSEE, code_postal=POSTAL, commune=COMMUNE,
        )  # fmt: skip
        self.run, self.plan = done(world, packed([row]), at=at)
        self.held = HeldRow.objects.get(structure=self.structure)
        HeldRow.objects.filter(pk=self.held.pk).update(source_id=HELD_ID)
        public = PlaceInput.read(
            {"visibility": "public", "insee_code": "93066", "postal_code": "93200", "address": "1 rue Neuve"}
        )
        places.put(self.structure.pk, self.sibling.pk, public, actor=editor, at=at)
        self.answer = Verification.objects.filter(service=self.service, means="link").first()

    def pks(self, path):
        """Return which rows an address names, by its parameters in their order."""
        below = path.removeprefix("/api/v1/").removeprefix("/annuaire/")
        kinds = {
            "resources/imports/": self.run, "resources/held/": self.held, "resources/": self.service, "services/": self.service, "structures/": self.structure,
            "places/": self.place, "adresses/": self.place, "secret-openings/": self.opening,
            "ouvertures/": self.opening, "resource-errors/": self.report, "signalements/": self.report,
            "doublons/": self.structure, "imports/retenues/": self.held, "imports/": self.run,
        }  # fmt: skip
        first = next((row.pk for start, row in kinds.items() if below.startswith(start)), None)
        second = {"answer": self.answer.pk, "other": self.public.structure_id}
        names = UUIDS.findall(path)
        assert not names or first is not None, f"tell this test which row {path} names"
        return [second.get(name, first) for name in names]

    def filled(self, path):
        """Return an address with its rows in it, and a word where it takes one; of a service that of its sibling, too."""
        for pk in self.pks(path):
            path = UUIDS.sub(str(pk), path, count=1)
        paths = [SLUGS.sub(word, path) for word in SLUG_WORDS] if "<slug:" in path else [path]
        other = str(self.sibling.pk)
        return paths + [
            one.replace(str(self.service.pk), other) for one in paths if str(self.service.pk) in one
        ]


@shared_fixture
def planted(world):
    return Planted(world)


def callers(world):
    """Yield everybody: by name, the sender for the API, and the browser."""
    for code, names in (("93", PEOPLE), ("75", ELSEWHERE)):
        for name in names:
            yield name, code, world.as_(name, code).client, Visitor(world, name, code).client
    yield "stranger", "", Client(raise_request_exception=False), Client(raise_request_exception=False)


def asks(api, browser, verb, path, body):
    """Send one request, and take back all that it does."""
    client = api if path.startswith("/api/") else browser
    options = {"content_type": "application/json"} if client is api and verb != "get" else {}
    headers = {"idempotency-key": uuid4().hex, "accept": "application/json" if client is api else "text/html"}
    undone = transaction.atomic()
    undone._from_testcase = (
        True  # a refusal is written in a transaction of its own, which may stand within this one
    )
    with undone:
        answer = getattr(client, verb)(path, body, headers=headers, **options)
        raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            raw = b"".join(archive.read(one) for one in archive.namelist())
    see_all()
    return answer.status_code, raw + repr(dict(answer.headers)).encode()


@pytest.mark.slow("each address for each role")
@pytest.mark.sec("SEC-CR18")
def test_no_output_of_the_directory_holds_a_secret_commune(world, planted, said):
    """Nor the street, the postal code, the coordinates; opened they are told to class K, and nowhere else."""
    holes, answered = {}, set()
    for name, code, api, browser in callers(world):
        for route, verbs in directory_routes():
            if (code != "93" or name not in READERS) and not one_in(24, [f"{name} {code} {route}"]):
                continue  # by day each role asks for one address in 24
            for path in planted.filled(route):
                for verb in verbs:
                    if code == "93" and name in READERS and told_already(name, verb, route, answered):
                        continue
                    status, raw = asks(api, browser, verb, path, {})
                    assert status < 500, (verb, path, name, code)
                    answered.add((route, verb, status < 300))
                    if found := found_in(raw) or leading(raw):
                        holes[verb, route, name, code, status] = found
    assert holes == {}
    assert {route for route, verb, fine in answered if fine and verb == "get"} >= {
        route for route, verbs in directory_routes() if "get" in verbs
    }, "an address that nobody could read wasn't walked"

    assert found_in(repr(planted.plan).encode()) == []
    lies_about(said)


def told_already(name, verb, route, answered):
    """Tell whether one who reads all leaves a request out: by day what the other was shown, and two of three writes."""
    if verb == "get":
        return not NIGHTLY and (route, verb, True) in answered
    return not one_in(3, [f"{name} {verb} {route}"])


def lies_about(said):
    """Let everything recur and every mail leave; search databases, logs and mails."""
    tasks.ask_those_due(NOW)
    delivery.deliver_due()
    see_all()
    assert mail.outbox, "there is something to search"
    for message in mail.outbox:
        assert not found_in(message.message().as_bytes()), message.subject
    assert not found_in("\n".join(said).encode())
    for alias in ("default", "keys"):
        for table, raw in columns(alias):
            assert not found_in(raw), table


def columns(alias):
    """Yield each table of a database with all its values."""
    connection = connections[alias]
    with as_owner(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's name
            values = [value for row in cursor.fetchall() for value in row]
            yield (
                table,
                b"\n".join(
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in values
                ),
            )


def test_a_file_of_public_numbers_tells_no_other_editor_which_stand_for_a_secret_address(world, planted):
    """Rule 5: who keeps the structure decides on the row, whichever authority imported it."""
    row = di_structure(siret=LEADS["siret"], adresse=ADDRESS["address"], code_insee=INSEE, commune=COMMUNE)
    run, plan = done(world, packed([row | {"id": "demo--other"}]), code="75", at=NOW)

    assert (run.held, run.left_out, plan.steps) == (0, 1, [])
    assert not access.import_rows(world.actor("directory_editor", "75", at=NOW)).exists()
    mine = access.import_rows(world.actor("directory_editor", at=NOW))
    assert {one.source_id for one in mine} == {HELD_ID, "demo--other"}


@pytest.mark.parametrize("audience", ["public", "professional"])
@pytest.mark.parametrize("source", ["own", "data_inclusion", "finess"])
def test_no_export_holds_it_nor_leads_to_it(world, planted, audience, source):
    """Rule 1: a file leaves the service, and whoever has it can ask the registers."""
    rows = Structure.objects.filter(pk=planted.structure.pk), Service.objects.filter(pk=planted.service.pk)
    for one in rows:
        one.update(source=source, source_id=f"finess--{LEADS['finess']}")
    body = {"authority": None, "audience": audience}
    editor = world.actor("directory_editor", at=NOW)
    packed = exports.export_data_inclusion(body, actor=editor, at=NOW)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["hsds"] = exports.export_hsds(body, actor=editor, at=NOW)

    assert b"Le Refuge" in files["structures.json"], files
    assert b"Le Refuge" in files["hsds"]
    for name, raw in files.items():
        assert found_in(raw) + leading(raw) == [], name


@pytest.mark.parametrize("source", ["data_inclusion", "hsds"])
def test_no_export_of_a_part_leads_to_the_secret_structure_that_another_authority_keeps(
    world, planted, source
):
    """A parent is named by the id that its source gave it, which is its number in a register."""
    known = "8d4ffd4e-2f9d-4f0a-9a53-5c1e0e0f4d11" if source == "hsds" else f"finess--{LEADS['finess']}"
    Structure.objects.filter(pk=planted.structure.pk).update(source=source, source_id=known)
    a_service(
        world,
        structure=a_structure(
            world, code="59", name="Antenne du Nord", email="antenne@exemple.fr", parent=planted.structure
        ),
    )
    body = {"authority": None, "audience": "professional"}
    editor = world.actor("directory_editor", "59", at=NOW)
    with zipfile.ZipFile(io.BytesIO(exports.export_data_inclusion(body, actor=editor, at=NOW))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["hsds"] = exports.export_hsds(body, actor=editor, at=NOW)

    assert b"Antenne" in files["structures.json"], files["left_out.json"]
    for name in ("repere.json", "hsds"):
        assert str(planted.structure.pk).encode() in files[name], "the part still names it"
    for name, raw in files.items():
        assert known.encode() not in raw, name
        assert found_in(raw) + leading(raw) == [], name


@pytest.mark.slow("all addresses that name no row")
@pytest.mark.sec("SEC-CR18")
def test_no_other_page_nor_list_of_the_service_holds_it(world, planted):
    """The journal, notices, figures, the calendar, the page of the day, the description of the API."""
    paths = sorted({path for path, _view in patterns() if "<" not in path} - {"/annuaire"})
    holes = {}
    for number, name in enumerate(WATCHERS):
        api, browser = world.as_(name).client, Visitor(world, name).client
        for path in paths if NIGHTLY else paths[number :: len(WATCHERS)]:  # by day one asks for each
            status, raw = asks(api, browser, "get", path, {})
            if found := found_in(raw):
                holes[path, name, status] = found

    assert len(paths) > 100
    assert holes == {}


@pytest.mark.slow("each role")
def test_class_k_of_the_keeping_authority_alone_opens_it(world, planted):
    told = set()
    body = {"purpose": "emergency", "reference": a_case(world, *OPENERS)}
    at_the_api, on_a_page = (
        f"/api/v1/places/{planted.place.pk}/open",
        f"/annuaire/adresses/{planted.place.pk}",
    )
    for name, code, api, browser in callers(world):
        ways = {"token": (api, at_the_api), "session": (browser, at_the_api), "page": (browser, on_a_page)}
        for way, (client, path) in ways.items():
            status, raw = asks(client if way != "page" else None, client, "post", path, body)
            assert (status == 200) == bool(found_in(raw)), (name, code, status)
            if status == 200:
                told.add((name, code, way))

    assert told == {(name, "93", way) for name in OPENERS for way in ("session", "page")}


@pytest.mark.parametrize("where", [{"commune": INSEE}, {"commune": "59183"}, {"department": "59"}])
@pytest.mark.parametrize("need", ["tonight_shelter", "distance_shelter", None])
def test_a_search_answers_the_same_wherever_in_the_departement_the_secret_place_is(
    world, planted, where, need
):
    """Rules 3 and 7: neither found by it, nor sorted, nor counted."""
    body = SearchInput.read(where | ({"need": need} if need else {}))
    reader = world.actor("crip_coordinator", "59", at=NOW)
    before = queries.search(body, actor=reader, at=NOW)
    editor = world.actor("directory_editor", at=NOW)
    moved = {"visibility": "secret", "insee_code": "59183", "postal_code": "59140", "address": "1 quai"}
    places.put(planted.structure.pk, None, PlaceInput.read(moved), actor=editor, at=NOW)

    assert queries.search(body, actor=reader, at=NOW) == before


@pytest.mark.parametrize("need", ["tonight_shelter", "distance_shelter"])
@pytest.mark.parametrize("child", [INSEE, "59183", "93066"])
def test_matching_says_the_same_wherever_in_the_departement_the_secret_place_is(world, planted, need, child):
    """Rule 3: no distance to it, no order by it; the rule of far places asks for its département alone."""
    department = child[:2]
    facts = CaseFacts(need=Need(need), department=department, commune=child, tonight=True)
    found = []
    for insee, postal in ((INSEE, POSTAL), ("59183", "59140")):
        moved = {"visibility": "secret", "insee_code": insee, "postal_code": postal, "address": "1 quai"}
        editor = world.actor("directory_editor", at=NOW)
        places.put(planted.structure.pk, None, PlaceInput.read(moved), actor=editor, at=NOW)
        found.append(candidates.find(facts, at=NOW, zone=ZoneInfo("Europe/Paris"), with_removed=True))

    assert found[0] == found[1]
    assert planted.service.pk in {offer.service for offer in (*found[0].offered, *found[0].removed)}


def test_what_an_editor_types_wrong_is_repeated_to_nobody_but_in_the_form(world, planted, said):
    """An error names the field, and never the value."""
    editor = world.as_("directory_editor")
    path = f"structures/{planted.structure.pk}/places"
    for wrong in (
        {"postal_code": f"{POSTAL}9"},
        {"longitude": 999},
        {"visibility": COMMUNE},
        {COMMUNE.lower(): 1},
    ):
        answer = editor.post(path, {"visibility": "secret", **ADDRESS, **wrong}, key=uuid4().hex)
        assert answer.status_code == 400, wrong
        body = (
            answer.content.replace(COMMUNE.lower().encode(), b"")
            if COMMUNE.lower() in wrong
            else answer.content
        )
        assert not found_in(body), (wrong, answer.content)
    see_all()

    assert not found_in("\n".join(said).encode())


def test_the_public_twin_of_a_secret_structure_is_paired_by_its_numbers_and_not_by_its_commune(
    world, planted
):
    """Rule 7: whoever enters a structure with the same phone in one commune after the other must learn nothing."""
    editor = world.actor("directory_editor", at=NOW)
    pairs = []
    for insee, postal in ((INSEE, POSTAL), ("59183", "59140")):
        twin = {"visibility": "public", "insee_code": insee, "postal_code": postal, "address": "1 quai"}
        places.put(planted.public.structure_id, None, PlaceInput.read(twin), actor=editor, at=NOW)
        pairs.append(repr(queries.possible_duplicates(editor)))

    assert pairs[0] == pairs[1]
