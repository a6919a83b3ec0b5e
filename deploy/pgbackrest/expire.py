"""Delete the copies of a database that are too old, by age alone: ``expire.py cases`` or ``expire.py keys [DAYS]``.

pgBackRest's own retention counts copies, so that old ones stay while new ones fail. The log before the oldest copy goes
too. Run each hour by the account that owns the repository; needs Python alone. It exits with 1 and a sentence if one is
left, as the only copy is.
"""

import argparse
import json
import subprocess
import sys
import time

#: Days that a copy may live at most (docs/backup.md); DAYS can only be fewer.
LONGEST = {"cases": 35, "keys": 7}
#: States of a repository in which it can be read: all is well, or it has no copy.
READABLE = (0, 2)
#: What becomes too old before the next run goes now.
AHEAD_SECONDS = 3600


class CannotRead(Exception):
    """pgBackRest or the repository is missing, or this account or its passphrase can't read it."""


def main() -> int:
    """Delete them; return the exit code."""
    asked = _arguments()
    days = min(asked.days, LONGEST[asked.stanza])
    program = ["pgbackrest", f"--stanza={asked.stanza}", "--log-level-console=off"]
    program += [f"--config-path={asked.config_path}"] if asked.config_path else []
    try:
        there = _copies(program)
        too_old = time.time() - days * 24 * 3600 + AHEAD_SECONDS
        old = [label for label, begun in there.items() if begun < too_old]
        for label in old:
            # A copy takes along those that build on it: then these are gone when their turn comes.
            subprocess.run([*program, f"--set={label}", "expire"], check=False)  # noqa: S603 - our own words
        there = _copies(program) if old else there
        left = there.keys() & set(old)
        _expire_log(program, there)
    except CannotRead:
        print(f"Base {asked.stanza} : le dépôt ne peut pas être lu.", file=sys.stderr)  # noqa: T201
        return 1
    print(f"Base {asked.stanza} : {len(old) - len(left)} copies de plus de {days} jours effacées.")  # noqa: T201
    if left:
        print(  # noqa: T201
            f"Base {asked.stanza} : {len(left)} copies trop vieilles restent ; faites une copie complète.",
            file=sys.stderr,
        )
    return 1 if left else 0


def _expire_log(program: list[str], copies: dict[str, float]) -> None:
    """Delete the log before the oldest copy: pgBackRest alone would wait until it has as many copies as it keeps."""
    if whole := [label for label in copies if label.endswith("F")]:
        kept = ["--repo1-retention-archive-type=full", f"--repo1-retention-archive={len(whole)}"]
        subprocess.run([*program, *kept, "expire"], check=False)  # noqa: S603 - our own words


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Efface les copies trop vieilles d'une base.")
    parser.add_argument("stanza", choices=LONGEST)
    parser.add_argument("days", type=int, nargs="?", default=max(LONGEST.values()))
    parser.add_argument("--config-path", help="autre dossier de la configuration de pgBackRest")
    return parser.parse_args()


def _copies(program: list[str]) -> dict[str, float]:
    said = subprocess.run([*program, "--output=json", "info"], check=False, stdout=subprocess.PIPE)  # noqa: S603
    try:
        stanzas = [] if said.returncode else json.loads(said.stdout.decode(errors="replace"), strict=False)
    except ValueError:
        stanzas = []  # with a wrong passphrase it quotes noise
    if not stanzas or any(stanza["status"]["code"] not in READABLE for stanza in stanzas):
        raise CannotRead
    copies = [one for stanza in stanzas for one in stanza["backup"]]
    return {one["label"]: one["timestamp"]["start"] for one in copies}


if __name__ == "__main__":
    sys.exit(main())
