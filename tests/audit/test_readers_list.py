"""A list of readers: a line that is dropped, changed, added or moved is always detected (domain.md §2.8 no. 15).

The lists are made by another implementation of the same formats (``aics_tlog``), so that what the verifier accepts is
what it says it accepts.
"""

import base64
import copy
import json
import random
from hashlib import sha256
from uuid import UUID

import aics_tlog as tlog
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import verifier
from tests.audit import logs
from tests.audit.logs import Log, entry
from tests.audit.test_verifier import bare

FILE, OTHER_FILE = (str(UUID(int=number)) for number in (0xC1, 0xC2))
OURS, THEIRS = (str(UUID(int=number)) for number in (0xA1, 0xA2))
READER = str(UUID(int=0xE1))
WRITER = 50  # of the statements
READING = {"actor": READER, "role": "crip_coordinator", "tenant": OURS, "obj": [FILE], "out": "allow"}
#: What says nothing of a reading of this file, or isn't told.
ELSE = (
    {"obj": [OTHER_FILE]},
    {"out": "deny"},
    {"role": "filer"},
    {"why": "access_request"},
    {"act": "access_request:read"},
    {"actor": None},
    {"fields": {}, "act": "referral:qualify"},
)


def readings(count: int, *, theirs: int = 0) -> list[bytes]:
    """Entries in which each third is a reading of the file, ``theirs`` of them another authority's."""
    made = []
    for number in range(3 * count):
        changed = READING if number % 3 == 1 else {**READING, **ELSE[number % len(ELSE)]}
        if number % 3 == 1 and number // 3 < theirs:
            changed = {**changed, "tenant": THEIRS}
        made.append(
            entry(number % 2, number // 2 + 1, ts=f"2026-11-24T{number % 24:02}:30:00.000000Z", **changed)
        )
    return made


def line_of(body: bytes) -> dict:
    """What a list says of an entry, reckoned by hand: the hours are those of Paris in winter."""
    said = json.loads(body)
    hour = int(said["ts"][11:13]) + 1
    salt = sha256(b"repere readers who\n" + bytes.fromhex(said["salt"])).hexdigest()
    who = plain({"org": said["org"], "role": said["role"], "salt": salt})
    day = f"2026-11-{24 + hour // 24}"
    return {
        "day": day, "hours": hour % 24 // 4 * 4, "way": "read", "why": said["why"], "who": sha256(who).hexdigest(),
    }  # fmt: skip


def plain(value) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def reader_of(body: bytes) -> dict:
    said = json.loads(body)
    salt = sha256(b"repere readers who\n" + bytes.fromhex(said["salt"])).hexdigest()
    return {"role": said["role"], "org": said["org"], "salt": salt}


def statement(leaves, places, *, tenant=OURS, size=None, parts=1, seq=1, **changed) -> bytes:
    """The entry that states a list of the readings at some places."""
    under = [tlog.leaf_hash(leaves[place]) + plain(line_of(leaves[place])) for place in places]
    said = {
        "act": "readers:listed", "obj": [FILE], "tenant": tenant, "n": len(places), "fields": {},
        "to": tlog.MerkleTree(under).root().hex(), "from": "Europe/Paris", "actor": None, "role": None,
        "rule": f"tree-{len(leaves) if size is None else size}-{parts}", "why": "access_request",
        "ts": "2026-11-25T12:00:00.000000Z", "id": str(UUID(int=seq, version=4)),
    }  # fmt: skip
    return entry(WRITER, seq, **said | changed)


def own_places(leaves, tenant=OURS) -> list[int]:
    return [at for at, one in enumerate(leaves) if at % 3 == 1 and json.loads(one)["tenant"] == tenant]


class Handed:
    """A list as it is handed out, with the log behind it."""

    def __init__(self, leaves, tenants=(OURS,), key=logs.KEY):
        self.read = list(leaves)
        stated = [
            statement(leaves, own_places(leaves, one), tenant=one, parts=len(tenants), seq=number)
            for number, one in enumerate(tenants, 1)
        ]
        self.leaves = [*leaves, *stated]
        self.tree = tlog.MerkleTree(self.leaves)
        self.said = {
            "format": "repere-readers/1",
            "checkpoint": logs.note(self.leaves, key).decode(),
            "statements": [
                {"entry": one.decode(), **self.proof(len(leaves) + at)} for at, one in enumerate(stated)
            ],
            "lines": [
                {
                    "list": number, "said": line_of(leaves[place]), "who": reader_of(leaves[place]),
                    "leaf": coded(tlog.leaf_hash(leaves[place])), **self.proof(place),
                }
                for number, one in enumerate(tenants)
                for place in own_places(leaves, one)
            ],
        }  # fmt: skip

    def proof(self, place):
        return {"place": place, "path": [coded(one) for one in self.tree.inclusion_proof(place)]}


def coded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def status(said, tmp_path, *, key=None) -> int:
    (tmp_path / "list.json").write_text(json.dumps(said))
    return verifier.main(["readers", str(tmp_path / "list.json"), "--key", key or logs.vkey()])


@pytest.fixture(scope="module")
def handed():
    return Handed(readings(12, theirs=3), (THEIRS, OURS))


FAULT = verifier.FAULTS["readers"][0]


def test_a_whole_list_holds_and_each_line_is_shown(handed, tmp_path, capsys):
    (tmp_path / "list.json").write_text(json.dumps(package(handed.said)))

    done = verifier.main(["readers", str(tmp_path / "list.json"), "--key", logs.vkey(), "--lines"])

    shown = capsys.readouterr().out
    assert done == 0, shown
    assert "3 consultations" in shown
    assert "9 consultations" in shown
    assert shown.count("read, triage, crip_coordinator") == 12


def package(said, **more) -> dict:
    """The list as a package has it, in words; the newest line may have no proof yet."""
    lines = [
        {
            "day": one["said"]["day"],
            "hours": f"{one['said']['hours']} h – …",
            "what": one["said"]["way"],
            "function": "…",
        }
        for one in said["lines"]
    ]
    return {
        "lines": [*lines, {"day": "2026-11-25", "hours": "8 h – 12 h", "what": "read"}],
        "proofs": {**said, **more},
    }


@pytest.mark.parametrize("number", range(12))
def test_a_line_that_is_dropped_among_the_words_alone_is_detected(handed, tmp_path, number):
    told = package(handed.said)
    del told["lines"][number]

    assert status(told, tmp_path) == FAULT


def test_a_line_of_another_period_may_lack_and_the_period_is_told(handed, tmp_path, capsys):
    told = package(handed.said, since="2026-11-25")
    told["lines"] = [one for one in told["lines"] if one["day"] == "2026-11-25"]

    assert len(told["lines"]) == 1
    assert status(told, tmp_path) == 0
    assert "Lignes du 2026-11-25" in capsys.readouterr().out
    del told["proofs"]["since"]
    assert status(told, tmp_path) == FAULT


def test_it_holds_on_a_bare_python(handed, tmp_path):
    (tmp_path / "list.json").write_text(json.dumps(handed.said))

    done = bare(tmp_path, "readers", tmp_path / "list.json", "--key", logs.vkey())

    assert done.returncode == verifier.UNCHECKED, done.stderr


def test_a_masked_reader_is_none_told_and_a_false_one_is_named(handed, tmp_path):
    said = copy.deepcopy(handed.said)
    said["lines"][4]["who"] = None
    assert status(said, tmp_path) == 0

    said["lines"][4]["who"] = {**handed.said["lines"][4]["who"], "role": "assessor"}
    assert status(said, tmp_path) == FAULT


@pytest.mark.parametrize("number", range(12))
def test_a_dropped_line_is_always_detected(handed, tmp_path, number):
    said = copy.deepcopy(handed.said)
    del said["lines"][number]

    assert status(said, tmp_path) == FAULT


def drop(said, chance):
    del said["lines"][chance.randrange(len(said["lines"]))]


def drop_and_lower_the_count(said, chance):
    """As who can write all but the signed tree would: the statement too says one less."""
    number = chance.randrange(len(said["lines"]))
    line = said["lines"].pop(number)
    stated = said["statements"][line["list"]]
    body = json.loads(stated["entry"])
    own = [one for one in said["lines"] if one["list"] == line["list"]]
    under = [base64.b64decode(one["leaf"]) + plain(one["said"]) for one in own]
    body |= {"n": body["n"] - 1, "to": tlog.MerkleTree(under).root().hex()}
    stated["entry"] = json.dumps(body, sort_keys=True, separators=(",", ":"))


def double(said, chance):
    said["lines"].insert(0, copy.deepcopy(chance.choice(said["lines"])))


def swap(said, chance):
    own = [at for at, one in enumerate(said["lines"]) if one["list"] == 1]
    one, other = chance.sample(own, 2)
    said["lines"][one], said["lines"][other] = said["lines"][other], said["lines"][one]


def change(said, chance):
    line = chance.choice(said["lines"])["said"]
    name = chance.choice(sorted(line))
    line[name] = 3 if name == "hours" else f"{line[name]}x"


def take_from_elsewhere(said, chance):
    """Another entry of the same log, in the place of one that is left out."""
    one, other = chance.sample(said["lines"], 2)
    one |= {name: other[name] for name in ("leaf", "path", "place")}


def other_hash(said, chance):
    chance.choice(said["lines"])["leaf"] = coded(bytes(32))


def drop_a_statement(said, chance):
    number = chance.randrange(2)
    del said["statements"][number]
    said["lines"] = [{**one, "list": 0} for one in said["lines"] if one["list"] != number]


def double_a_statement(said, chance):
    number = chance.randrange(2)
    said["statements"][1 - number] = said["statements"][number]
    said["lines"] = [one for one in said["lines"] if one["list"] == number]
    said["lines"] += [{**one, "list": 1 - number} for one in said["lines"]]


LIES = (
    drop, drop_and_lower_the_count, double, swap, change, take_from_elsewhere, other_hash, drop_a_statement,
    double_a_statement,
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(lie=st.sampled_from(LIES), seed=st.integers(0, 2**32))
def test_no_change_of_a_list_holds(handed, tmp_path_factory, lie, seed):
    said = copy.deepcopy(handed.said)
    lie(said, random.Random(seed))  # noqa: S311 - the seed is the example's

    assert said != handed.said
    assert status(said, tmp_path_factory.getbasetemp()) in {FAULT, verifier.FAULTS["proof"][0]}


def test_a_list_of_another_log_is_refused(handed, tmp_path):
    other = Handed(readings(12, theirs=3), (THEIRS, OURS), key=logs.OTHER_KEY)
    assert status(other.said, tmp_path) == verifier.FAULTS["signature"][0]

    longer = Handed(readings(13, theirs=3), (THEIRS, OURS))
    mixed = {**handed.said, "checkpoint": longer.said["checkpoint"]}
    assert status(mixed, tmp_path) == verifier.FAULTS["proof"][0]


def paths(value, at=()):
    """Where each value of JSON stands."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from paths(one, (*at, name))


def test_what_is_no_list_is_a_fault_and_no_traceback(handed, tmp_path):
    """From whoever brings it: each member is taken away, and put in another type."""
    small = copy.deepcopy(handed.said)
    small["lines"] = small["lines"][:1]
    where = [one for one in paths(small) if one]
    assert len(where) > 30
    for path in where:
        for other in (None, [], {}, 7, "x", True):
            said = copy.deepcopy(small)
            inner = said
            for name in path[:-1]:
                inner = inner[name]
            if inner[path[-1]] == other or (path[-1] == "who" and other is None):
                continue
            inner[path[-1]] = other
            assert status(said, tmp_path) not in (0, 1), (path, other)


# --- What the journal itself says ----------------------------------------------------------------------


def walked(tmp_path, leaves, *, emptied=(), complete=False) -> int:
    folder = Log(leaves).emptied(emptied).write(tmp_path / "export")
    return verifier.main(["verify", str(folder), "--key", logs.vkey(), "--strict"])


def test_a_true_statement_is_reckoned_anew(tmp_path, capsys):
    leaves = readings(200, theirs=5)
    both = [
        statement(leaves, own_places(leaves, one), tenant=one, parts=2, seq=seq) for seq, one in enumerate((THEIRS, OURS), 1)
    ]  # fmt: skip

    assert walked(tmp_path, [*leaves, *both]) == 0
    assert "2 listes de consultations recalculées" in capsys.readouterr().out


@pytest.mark.parametrize(
    "what", ["left out", "added", "another", "reordered", "fewer authorities", "ends early"]
)
def test_a_statement_that_leaves_a_line_out_is_named(tmp_path, capsys, what):
    """A lying service: the log is whole and signed, and only the list isn't true."""
    leaves, more = readings(30), {}
    places = own_places(leaves)
    match what:
        case "left out":
            places = places[:7] + places[8:]
        case "added":
            leaves[5] = entry(1, 3, **{**READING, "obj": [OTHER_FILE]})
            places = sorted([*places, 5])
        case "another":
            places[4] += 1
        case "reordered":
            places[3], places[4] = places[4], places[3]
        case "fewer authorities":
            leaves = readings(30, theirs=2)
            places = own_places(leaves)
        case "ends early":
            places, more = places[:20], {"size": places[20]}

    assert walked(tmp_path, [*leaves, statement(leaves, places, **more)]) == FAULT
    assert "entrée 90" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changed", [{"n": None}, {"rule": "tree-x"}, {"rule": "tree-91-1"}, {"to": "ab"}, {"obj": []}]
)
def test_a_statement_that_says_nothing_is_named(tmp_path, changed):
    leaves = readings(30)

    assert walked(tmp_path, [*leaves, statement(leaves, own_places(leaves), **changed)]) == FAULT


def test_without_some_contents_what_can_be_told_is_told(tmp_path, capsys):
    """An auditor of one authority has the own entries alone; some may be pruned."""
    leaves = readings(30)
    places = own_places(leaves)
    log = [*leaves, statement(leaves, places)]

    assert walked(tmp_path / "1", log, emptied=[0, 3]) == 0
    assert "1 listes de consultations recalculées :" in capsys.readouterr().out
    assert walked(tmp_path / "2", log, emptied=[places[5]]) == 0
    assert "recalculées en partie" in capsys.readouterr().out
    short = [*leaves, statement(leaves, places[:-2])]
    assert walked(tmp_path / "3", short, emptied=[places[5]]) == FAULT
