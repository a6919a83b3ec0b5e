"""Output of the demonstration, and the two files that it leaves in the state folder."""

import json
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings

from config import env
from config.demo import proof
from config.demo.cast import Cast, parts
from config.demo.stories import Story
from referrals.models import Referral
from referrals.vocabulary.states import State
from referrals.workflow.context import as_json
from web.training import forms

#: Those whom a newcomer needs first; the others are in the file.
MAIN: Final = (
    "filer",
    "crip_coordinator",
    "assessor",
    "assessment_lead",
    "ase_inspector",
    "measure_service",
    "supervisor",
    "auditor",
)
HOME: Final = "93"
#: Where each role begins in a browser.
PAGES: Final = {
    "filer": "/",
    **dict.fromkeys(
        (
            "intake_agent",
            "crip_coordinator",
            "assessor",
            "assessment_lead",
            "ase_inspector",
            "case_referent",
            "measure_service",
            "on_call",
            "supervisor",
            "exploitation_lead",
            "auditor",
            "dpo",
            "territory_admin",
            "platform_admin",
            "statistician",
            "directory_editor",
        ),
        "/aujourdhui",
    ),
}
PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Audited:
    """What to print: the cast, the scenarios played, a concern that waits, and the address of the service."""

    cast: Cast
    played: Sequence[tuple[Story, Referral]]
    waiting: Referral
    address: str


def accounts_file() -> Path:
    """Return the path of the file with every account and its token."""
    return env.state_dir() / "demo_accounts.txt"


def concern_file() -> Path:
    """Return the path of the concern that the first line to try sends."""
    return env.state_dir() / "demo_concern.json"


def write_files(cast: Cast, *, at: datetime) -> None:
    """Write all accounts with their tokens (0600), and a concern to file."""
    lines = [line for code in cast.authorities for line in _table(cast, code, [p.name for p in parts()])]
    with os.fdopen(os.open(accounts_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "w") as file:
        os.fchmod(file.fileno(), PRIVATE)
        file.write("\n".join(lines) + "\n")
    # Of another family than the cases played: a match that is found meanwhile would stop the lines to try (T06).
    child = forms.child(HOME, "Alex", forms.born(14, at), "girl", last_name="Modèle")
    form = forms.concern(
        [child],
        "Absences répétées ; elle montre des cadeaux coûteux.",
        on=at,
        prostitution_status_filer="at_risk",
        holders=[{"name": "Mère Modèle", "link": "mother", "phone": "0100000003"}],
    )
    body = {"submit": True, **form}
    concern_file().write_text(
        json.dumps(as_json(body), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def page(demo: Audited) -> str:
    """Return the whole page."""
    parts = (_cases(demo), _accounts(demo), _in_a_browser(demo), _training(), _to_try(demo))
    return "\n\n".join("\n".join(part) for part in parts)


def _cases(demo: Audited) -> Iterator[str]:
    yield "Dossiers joués (cases played)"
    for story, case in demo.played:
        state = State(case.state).label
        yield f"  {story.number:<4} {story.code}  {case.reference}  {story.title} – {state}"
    yield f"  –    {HOME}  {demo.waiting.reference}  En attente – {State(demo.waiting.state).label}"


def _accounts(demo: Audited) -> Iterator[str]:
    yield "Comptes (accounts ; jetons valables 30 jours, renouvelés à chaque lancement)"
    for line in _table(demo.cast, HOME, MAIN):
        yield f"  {line}"
    yield f"  Tous les comptes, trois autorités : {accounts_file()}"
    yield f"  Courriels envoyés (mails sent), un fichier chacun : {env.state_dir() / 'mail'}"


def _in_a_browser(demo: Audited) -> Iterator[str]:
    yield f"Dans un navigateur (in a browser) : {demo.address}/connexion"
    yield f"  Mot de passe commun à tous les comptes (password of all accounts) : {demo.cast.password}"
    code = [sys.executable, str(env.BASE_DIR / "manage.py"), "demo_code", f"filer.{HOME}"]
    yield f"  Code à six chiffres d'une personne (one-time code of somebody) : {shlex.join(code)}"
    for name, place in PAGES.items():
        yield f"  {demo.cast.user(HOME, name).email:<40} {demo.address}{place}"


def _training() -> Iterator[str]:
    where = f"{settings.TRAINING_URL}/entrainement" if settings.TRAINING_URL else "make training"
    yield f"S'entraîner (train), sur une instance à part où rien n'est réel : {where}"


def _table(cast: Cast, code: str, names: Sequence[str]) -> Iterator[str]:
    titles = {part.name: part.title for part in parts()}
    for name in names:
        yield f"{titles[name]:<38} {cast.user(code, name).email:<40} {cast.tokens[code, name]}"


def _to_try(demo: Audited) -> Iterator[str]:
    tokens, api = demo.cast.tokens, f"{demo.address}/api/v1"
    yield "À essayer (to try), dans un autre terminal :"
    yield ""
    yield "1. Transmettre (file a concern), comme enseignante"
    yield _curl(
        f"{api}/referrals",
        tokens[HOME, "filer"],
        headers=[f"Idempotency-Key: {uuid4().hex}"],
        data=f"@{concern_file()}",
    )
    yield ""
    yield "2. Trier (triage), comme responsable CRIP : la file d'attente, puis un dossier qui attend"
    yield " && ".join(_triage(api, tokens[HOME, "crip_coordinator"], demo.waiting))
    yield ""
    yield "3. Contrôler (audit), comme auditrice : qui a fait et lu quoi"
    yield _curl(f"{api}/audit/entries?limit=20", tokens[HOME, "auditor"])
    yield ""
    yield "4. Vérifier (verify), sans le service : le journal, tel que l'audit le reçoit"
    yield " && ".join(_verified(api, tokens[HOME, "auditor"]))


def _verified(api: str, token: str) -> Iterator[str]:
    """Fetch an export, then ask the verifier, which knows nothing of the service but its key."""
    file = str(env.state_dir() / "journal.zip")
    yield shlex.join(
        ["curl", "-sS", f"{api}/audit/export", "-H", f"Authorization: Bearer {token}", "-o", file]
    )
    verifier = [sys.executable, str(env.BASE_DIR / "audit" / "verifier.py")]
    yield shlex.join([*verifier, "verify", file, "--key", str(proof.key_file()), "--strict"])


def _triage(api: str, token: str, waiting: Referral) -> Iterator[str]:
    yield _curl(f"{api}/referrals?state=submitted", token)
    case, version = f"{api}/referrals/{waiting.pk}", waiting.version
    yield _curl(f"{case}/acknowledge", token, headers=[_if_match(version)], data="{}")
    # What the search found meanwhile is looked at first: the first analysis goes past no match that nobody has seen.
    yield _curl(f"{case}/duplicates", token)
    search = {"method": "by_hand", "where": "Registre de la cellule", "found": "no"}
    yield _curl(f"{case}/start_triage", token, headers=[_if_match(version + 1)], data=json.dumps(search))


def _if_match(version: int) -> str:
    return f'If-Match: "{version}"'


def _curl(address: str, token: str, *, headers: Sequence[str] = (), data: str = "") -> str:
    all_headers = [f"Authorization: Bearer {token}", *headers]
    if data:
        all_headers.append("Content-Type: application/json")
    options = ["-sS", "-w", r"\n%{http_code}\n"]
    words = ["curl", *options, address, *(word for header in all_headers for word in ("-H", header))]
    return shlex.join([*words, "-d", data] if data else words)


def case_of(pk: UUID) -> Referral:
    """Return a case as it is now."""
    return Referral.objects.get(pk=pk)
