"""Questions to an operator who has no plan yet; the answers become one, which the next run reads."""

import json
from collections.abc import Callable
from typing import Any, Final

#: Section, key, question and what an empty answer means; a list is answered with commas.
_QUESTIONS: Final[tuple[tuple[str, str, str, str | list[str]], ...]] = (
    ("service", "hosts", "Noms du service, séparés par des virgules", []),
    ("service", "files_origin", "Origine des fichiers (https:// et un second nom)", ""),
    ("service", "authorities", "Codes des autorités, par exemple 93", []),
    ("databases.cases", "admin", "Grappe des dossiers, adresse d'administration sans mot de passe", ""),
    ("databases.cases", "name", "Nom de la base des dossiers", "repere"),
    ("databases.keys", "admin", "Grappe des clés, adresse d'administration sans mot de passe", ""),
    ("databases.keys", "name", "Nom de la base des clés", "repere_keys"),
    ("keys", "provider", "Service de clés (file, vault, kms, hsm)", ""),
    ("mail", "server", "Serveur de courriel, vide : celui de cette machine", ""),
    ("network", "trusted_proxies", "Adresses des mandataires", ["127.0.0.1"]),
    ("attachments", "scanner", "Antivirus", "unix:/run/clamav/clamd.ctl"),
)
_OF_PROVIDERS: Final = {
    "vault": (("vault_address", "Adresse de Vault"), ("vault_token_file", "Fichier du jeton de Vault")),
    "kms": (("kms_keys", "Clés KMS numérotées, 1=arn:…"), ("kms_region", "Région")),
    "hsm": (("hsm_module", "Module PKCS#11"), ("hsm_pin_file", "Fichier du code PIN")),
}
_LISTS: Final = ("hosts", "authorities", "trusted_proxies", "kms_keys")


def answers(ask: Callable[[str], str]) -> dict[str, Any]:
    """Ask, and return the document that a plan file would hold."""
    document: dict[str, Any] = {}
    for section, key, question, usual in _QUESTIONS:
        _put(document, section, key, _answer(ask, question, key, usual))
    for key, question in _OF_PROVIDERS.get(document["keys"]["provider"], ()):
        _put(document, "keys", key, _answer(ask, question, key, [] if key in _LISTS else ""))
    return document


def _answer(ask: Callable[[str], str], question: str, key: str, usual: str | list[str]) -> str | list[str]:
    shown = ", ".join(usual) if isinstance(usual, list) else usual
    text = ask(f"{question}{f' [{shown}]' if shown else ''} : ").strip()
    if not text:
        return usual
    return [part.strip() for part in text.split(",") if part.strip()] if key in _LISTS else text


def _put(document: dict[str, Any], section: str, key: str, value: str | list[str]) -> None:
    place = document
    for part in section.split("."):
        place = place.setdefault(part, {})
    place[key] = value


def as_toml(document: dict[str, Any], where: str = "") -> str:
    """Return a document of sections, texts and lists of texts as TOML."""
    values = {key: value for key, value in document.items() if not isinstance(value, dict)}
    head = f"[{where}]\n" if where and values else ""
    # A text of JSON in ASCII is one of TOML too.
    own = head + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    parts = [
        as_toml(value, f"{where}.{key}".strip("."))
        for key, value in document.items()
        if isinstance(value, dict)
    ]
    return "\n".join(part for part in [own, *parts] if part)
