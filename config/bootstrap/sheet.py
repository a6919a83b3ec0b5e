"""Ceremony sheet: what was made, where each copy goes, who signs.

It holds secrets only in a file that is printed and destroyed. Source: docs/keys.md, "The ceremony".
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from config.bootstrap import environments, files
from config.bootstrap.environments import Places
from config.bootstrap.errors import BootstrapError
from config.bootstrap.files import Files
from config.bootstrap.plan import Plan
from config.bootstrap.processes import OWNER, SEQUENCER, WEB
from encryption import digest


def lines(plan: Plan, places: Places, *, at: datetime) -> Iterator[str]:
    """Yield the sheet without any secret.

    Raises:
        BootstrapError: a key file can't be used.
    """
    yield f"PROCÈS-VERBAL DES CLÉS — {plan.service.hosts[0]} — {at:%Y-%m-%d %H:%M} UTC"
    yield "Trois personnes présentes : deux exploitants, un observateur. Personne n'est seul avec une clé."
    yield ""
    yield from _root(plan, places)
    yield f"Clé du journal ({places.log_key}) : deux lignes."
    yield "  Une copie papier sous scellé, dans un coffre, loin des serveurs web."
    yield "  Clés publiques, à donner aux auditeurs par une autre voie que l'export :"
    yield from (f"  {key}" for key in environments.log_keys(plan, places))
    if plan.journal.witness_address:
        yield f"Clé du témoin ({places.witness_key}) : pas de copie ; un témoin perdu se remplace."
        yield f"  {environments.witness_key(plan, places)}"
    yield f"Secret des sessions ({places.secret(WEB, 'secret.key')}) : pas de copie ; le changer termine les sessions."
    yield f"Mots de passe des bases ({places.out / 'secrets'}) : pas de copie ; un administrateur en donne d'autres."
    yield "Séquestre : à faire sur une machine sans réseau, `python escrow.py ceremony DOSSIER`, avec cinq gardiens."
    yield "  SHA-256 de escrow.pub : ________________________________________________________________"
    yield ""
    for who in ("Exploitant 1", "Exploitant 2", "Observateur"):
        yield f"{who}, nom et signature : ____________________________________________"


def _root(plan: Plan, places: Places) -> Iterator[str]:
    if plan.keys.provider != "file":
        yield f"Clé racine : dans le service de clés ({plan.keys.provider}), dont elle ne sort pas."
        return
    copies = ", ".join(str(places.secret(process, "root.key")) for process in (WEB, SEQUENCER, OWNER))
    yield f"Clé racine ({copies}) : la même dans trois fichiers, un par compte."
    yield "  Sans elle tous les dossiers sont perdus : deux copies papier sous scellé, dans deux coffres."
    yield f"  Empreinte : {_print_of(places.secret(WEB, 'root.key'))}"


def _print_of(path: Path) -> str:
    """Return what tells one drawn key from another: half a hash of 32 random bytes says nothing of them."""
    return digest.sha256(files.text_of(path).strip().encode()).hex()[:32]


def with_secrets(plan: Plan, places: Places, path: Path, *, at: datetime) -> None:
    """Write the sheet with the keys that have to be printed and sealed, readable by this account alone.

    Raises:
        BootstrapError: the file is there already, or can't be written.
    """
    if files.exists(path):
        raise BootstrapError(f"{path} existe déjà : détruisez-le, ou nommez un autre fichier.")
    text = [*lines(plan, places, at=at), "", "À IMPRIMER ET SCELLER, PUIS DÉTRUIRE CE FICHIER (shred -u) :"]
    if plan.keys.provider == "file":
        text += ["Clé racine :", files.text_of(places.secret(WEB, "root.key")).strip()]
    text += ["Clé du journal :", files.text_of(places.log_key).strip(), ""]
    Files().place(path, "\n".join(text), account="root", mode=files.OWN)


def left(plan: Plan, places: Places, foreign: set[str]) -> Iterator[str]:
    """Yield what is left for people to do, in order."""
    missing = sorted(foreign - {"root"})
    if missing:
        yield (
            f"Comptes : les fichiers ne sont pas donnés à {', '.join(missing)} (comptes absents, ou commande lancée "
            "sans être root). Créez les comptes (deploy/systemd/repere.sysusers.conf), puis relancez en root."
        )
    yield "Clés : imprimez et scellez (--secrets FICHIER), puis le séquestre (docs/keys.md)."
    hosts = ", ".join(plan.service.hosts)
    yield f"TLS : un certificat pour {hosts} et un pour {plan.service.files_origin} (docs/install.md)."
    yield f"Processus : web, worker, sequencer, witness, chacun avec son fichier de {places.out} (docs/install.md)."
    yield "Premières personnes : first_people, puis les pages (docs/first-use)."
    yield "Sauvegardes : pgBackRest, ou manage.py backup ; une répétition de la restauration (docs/backup.md)."
    yield "Surveillance : /metrics, alertes, journaux (docs/monitoring.md)."
    if plan.journal.witness_address.startswith("http://127.0.0.1"):
        yield "Témoin : celui de cette machine prouve peu ; faites-en tenir un par un tiers (docs/audit.md)."
    if not plan.network.sms_gateway:
        yield "Astreinte : sans passerelle (network.sms_gateway), personne n'est appelé la nuit."
