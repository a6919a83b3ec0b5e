"""What the operator's command does with keys, and that the journal has it (SEC-CR10, SEC-CR13)."""

import json

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from encryption import escrow, rotation
from encryption.cache import forget_all
from encryption.models import Kind, WrappedKey
from referrals.models import Referral
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.factories.concerns import concern

pytestmark = [
    pytest.mark.sec("SEC-CR10"),
    pytest.mark.real_clock("when a key was replaced is told by the database's clock"),
]


def said(capsys, *arguments):
    call_command("keys", *arguments)
    return capsys.readouterr().out


def acts():
    with as_owner():
        see_all()
        return sorted(entry.act for entry in Entry.objects.all() if entry.act.startswith("key:"))


def reads(world, pk):
    forget_all()
    answer = world.as_("crip_coordinator").get(f"referrals/{pk}")
    assert answer.status_code == 200
    return "unreadable" not in answer.content.decode()


@pytest.fixture
def filed(world):
    answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key="one-filing-0001")
    return answer.json()["id"]


@pytest.mark.parametrize("kind", ["authority", "intake", "drafts", "root"])
def test_each_key_is_rotated_by_one_command_and_the_journal_says_so(world, filed, capsys, kind):
    where = ["--authority", "93"] if kind in ("authority", "intake") else []

    assert "réenveloppées" in said(capsys, "rotate", kind, *where)

    assert reads(world, filed)
    assert acts() == ["key:rotated"]


def test_a_rotation_that_was_broken_off_is_gone_on_with_not_begun_again(world, filed, capsys):
    owner = world.authorities["93"].pk
    rotation.begin(Kind.INTAKE, owner)
    in_use = WrappedKey.objects.get(kind=Kind.INTAKE, owner=owner, retired_at=None).pk

    out = said(capsys, "rotate", "intake", "--authority", "93")

    assert out == f"Une rotation est en cours : elle est poursuivie.\n{out.splitlines()[1]}\n"
    assert out.splitlines()[1].startswith("2 clés")
    assert WrappedKey.objects.get(kind=Kind.INTAKE, owner=owner, retired_at=None).pk == in_use
    assert reads(world, filed)


def test_what_was_replaced_is_shown_then_destroyed_when_it_has_rested(world, filed, capsys, monkeypatch):
    said(capsys, "rotate", "authority", "--authority", "93")
    assert "remplacée le" in said(capsys, "status")
    assert "gardée" in said(capsys, "destroy")

    monkeypatch.setattr(rotation, "REST", rotation.REST * 0)

    assert "détruite" in said(capsys, "destroy")
    assert "remplacée le" not in said(capsys, "status")
    assert reads(world, filed)


@pytest.mark.parametrize("code", [[], ["--authority", "00"]])
def test_an_authority_that_is_not_known_is_asked_for(world, code):
    with pytest.raises(CommandError, match="--authority"):
        call_command("keys", "rotate", "authority", *code)


def test_a_key_service_that_is_out_is_told_and_nothing_moves(world, filed, settings):
    before = dict(WrappedKey.objects.values_list("pk", "wrapped_by"))
    settings.KEY_PROVIDER = "tests.encryption.providers.Stopped"
    forget_all()

    for part in (["status"], ["rotate", "root"], ["rotate", "intake", "--authority", "93"]):
        with pytest.raises(CommandError, match=r"service des clés|journal"):
            call_command("keys", *part)
    assert dict(WrappedKey.objects.values_list("pk", "wrapped_by")) == before


# --- the escrow, from the ceremony to a recovered service


@pytest.mark.sec("SEC-CR13")
def test_three_keepers_bring_everything_back_after_the_root_key_is_lost(
    world, filed, capsys, tmp_path, settings
):
    escrow.main(["ceremony", str(tmp_path)])
    shares = [str(tmp_path / f"share-{number}.txt") for number in (5, 1, 3)]
    bundle, clear = str(tmp_path / "bundle"), str(tmp_path / "clear")
    said(capsys, "escrow", str(tmp_path / "escrow.pub"), bundle)
    lost = tmp_path / "lost.key"
    settings.KEY_FILE = lost
    forget_all()
    with pytest.raises(CommandError):
        call_command("keys", "rotate", "root")  # nothing opens, the journal's key neither

    assert "each as committed" in escrow.main(["drill", bundle, *shares])
    escrow.main(["open", bundle, clear, *shares])
    out = said(capsys, "recover", clear)

    assert out.startswith(f"{WrappedKey.objects.filter(wrapped_by=None).count()} clés reprises")
    assert reads(world, filed)
    assert acts() == ["key:escrowed", "key:recovered"]


@pytest.mark.sec("SEC-CR13")
def test_a_bundle_holds_no_key_in_clear_and_is_never_overwritten(world, capsys, tmp_path):
    escrow.main(["ceremony", str(tmp_path)])
    public, bundle = str(tmp_path / "escrow.pub"), tmp_path / "bundle"
    said(capsys, "escrow", public, str(bundle))
    text = bundle.read_text()

    assert bundle.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(text)) == {"format", "to", "body"}
    with pytest.raises(CommandError):
        call_command("keys", "escrow", public, str(bundle))
    assert bundle.read_text() == text


@pytest.mark.sec("SEC-CR13")
def test_a_key_that_is_not_its_rows_is_refused_and_named(world, filed, tmp_path):
    row = WrappedKey.objects.filter(kind=Kind.AUTHORITY).first()
    opened = tmp_path / "opened"
    told = {"id": row.pk.hex, "kind": "authority", "owner": row.owner.hex, "suite": 1, "raw": "A" * 43 + "="}
    opened.write_text(json.dumps({"keys": [told]}))

    with pytest.raises(CommandError, match=str(row.pk)):
        call_command("keys", "recover", str(opened))
    see_all()
    assert Referral.objects.exists()
    assert reads(world, filed)
