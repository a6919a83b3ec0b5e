"""A store of objects for each test, and callers who send files as a browser does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from referrals.attachments import store
from referrals.models import Attachment, StoredObject
from referrals.vocabulary.attachments import Scan
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.factories.world import World
from tests.referrals.attachments import files
from tests.shared_fixtures import shared_fixture


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Objects go to a folder of this test alone."""
    settings.OBJECT_FOLDER = tmp_path / "objects"
    return settings.OBJECT_FOLDER


def stored(folder: Any) -> set[str]:
    """Return the names of what is in the folder, half written files included."""
    return {path.name for path in folder.rglob("*") if path.is_file()} if folder.exists() else set()


def swept(at: Any) -> None:
    """Let the recurring work of attachments run."""
    from referrals.attachments import cleanup

    cleanup.sweep(at)
    see_all()


@dataclass
class Sender:
    """One person with one case."""

    world: World
    who: str
    pk: str
    code: str = "93"

    def sends(
        self, data: bytes | None = None, name: str = "lettre.pdf", *, kind: str = "letter", key: str | None = None, **said: Any
    ) -> Any:  # fmt: skip
        """Send a file; a PDF unless it is said otherwise."""
        caller = self.world.as_(self.who, self.code)
        form = {"kind": kind, "notice_read": "true", **said}
        form["file"] = SimpleUploadedFile(name, files.pdf() if data is None else data)
        headers = {"Idempotency-Key": key} if key else {}
        return caller.client.post(f"/api/v1/referrals/{self.pk}/attachments", form, headers=headers)

    def keeps(self, *args: Any, **said: Any) -> str:
        """Send a file that is taken; return its id."""
        answer = self.sends(*args, **said)
        assert answer.status_code == 201, answer.content.decode()[:1000]
        return str(answer.json()["made"])

    def as_(self, who: str, code: str = "93") -> "Sender":
        """Return another person on the same case."""
        return Sender(self.world, who, self.pk, code)

    def lists(self) -> list[dict[str, Any]]:
        """Return the lines that one reads."""
        answer = self.world.as_(self.who, self.code).get(f"referrals/{self.pk}/attachments")
        assert answer.status_code == 200, answer.content.decode()[:500]
        return list(answer.json()["results"])

    def opens(self, part: str, what: str = "content") -> Any:
        """Ask for one file."""
        return self.world.as_(self.who, self.code).get(f"referrals/{self.pk}/attachments/{part}/{what}")

    def reads(self, part: str, what: str = "content") -> bytes:
        """Return one file's bytes."""
        answer = self.opens(part, what)
        assert answer.status_code == 200, answer.content.decode()[:500]
        return b"".join(answer.streaming_content)

    def does(self, step: str, body: Any, *, version: Any = None) -> Any:
        """Do a step of the case."""
        path = f"referrals/{self.pk}/{step}"
        return self.world.as_(self.who, self.code).post(path, body, version=version, key=uuid4().hex)


@shared_fixture
def draft(world) -> Sender:
    """A filer with a draft."""
    made = world.as_("filer").post("referrals", concern(), key=uuid4().hex)
    return Sender(world, "filer", made.json()["id"])


@shared_fixture
def filed(world) -> Sender:
    """A filer with a concern that was submitted and opened."""
    made = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex)
    pk = made.json()["id"]
    assert world.as_("crip_coordinator").get(f"referrals/{pk}").status_code == 200
    return Sender(world, "filer", pk)


def row_of(part: str) -> Attachment:
    see_all()
    return Attachment.objects.get(pk=part)


def names() -> set[str]:
    return {name.hex for name in StoredObject.objects.values_list("pk", flat=True)}


@pytest.fixture
def scanner(monkeypatch, settings) -> Callable[[Scan], None]:
    """Set what the scanner says; until then it doesn't answer."""
    from referrals.attachments import scanning

    settings.SCANNER = "tcp:127.0.0.1:1"
    said = {"verdict": Scan.WAITING}

    def verdict(pieces: Any) -> Scan:
        for _ in pieces:
            pass
        return said["verdict"]

    monkeypatch.setattr(scanning, "verdict", verdict)
    monkeypatch.setattr(scanning, "answers", lambda: said["verdict"] is not Scan.WAITING)
    return lambda told: said.update(verdict=told)


@pytest.fixture(autouse=True)
def _made_anew():
    store._made.cache_clear()
    yield
    store._made.cache_clear()
