"""The warnings that an act gives whoever did it, although it was done, in both languages."""

from functools import cache
from typing import Final

from web.cases.words import Words

#: What an act tells whoever did it, although it was done: the code, the French words, the English ones.
_WARNINGS: Final = """
child-seen-alone-without-consent
L'enfant a été vu·e seul·e sans l'accord des titulaires : dites pourquoi au dossier.
The child was seen alone without the holders' agreement: say why on the file.
exploitation-without-justice
Une situation prostitutionnelle est retenue, et la justice n'est pas saisie pour cet enfant.
Exploitation is held to be real, and justice isn't seized for this child.
no-gateway-phone-the-on-call-officer
Le service ne peut pas téléphoner : appelez vous-même la personne d'astreinte.
The service can't place calls: phone the on-call officer yourself.
nobody-on-call-phone-the-supervisor
Personne n'est d'astreinte : téléphonez à l'encadrant·e.
Nobody is on call: phone the supervisor.
"""


@cache
def _warnings() -> dict[str, Words]:
    lines = iter(_WARNINGS.strip().splitlines())
    return {code: Words(fr, en) for code, fr, en in zip(lines, lines, lines, strict=True)}


def warning(code: str) -> str:
    """Return what a warning says; of one without words, its code, which no test lets through."""
    return str(_warnings().get(code) or code)
