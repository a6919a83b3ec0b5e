"""Writes the signed formats that ``audit/verifier.py`` reads: keys, signature lines, checkpoints, cosignatures.

Nothing here imports Django, because a witness needs none. Sources: C2SP signed-note, tlog-checkpoint, tlog-cosignature.
"""

import base64
from datetime import datetime
from typing import Final

from audit import verifier
from encryption import digest
from encryption.signing import Signer

_DASH: Final = "\N{EM DASH}"


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return the id of a key, 4 bytes. Source: C2SP signed-note."""
    # The name is an input: the same key under two names counts as two, as signed notes have it.
    return digest.sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def vkey(name: str, kind: int, public: bytes) -> str:
    """Return a key as those who verify are given it: ``name+id+base64``."""
    coded = base64.b64encode(bytes([kind]) + public).decode()
    return f"{name}+{key_id(name, kind, public).hex()}+{coded}"


def vkeys(origin: str, by: Signer) -> list[str]:
    """Return both keys of the log, for those who verify; to be handed over by another way than the export."""
    return [
        vkey(origin, verifier.ED25519, by.ed25519_public()),
        vkey(origin, verifier.ML_DSA_44, by.ml_dsa_public()),
    ]


def line(name: str, key: bytes, signature: bytes) -> str:
    return f"{_DASH} {name} {base64.b64encode(key + signature).decode()}\n"


def signed(origin: str, size: int, root: bytes, by: Signer, *, at: datetime) -> bytes:
    """Return a signed tree head. Source: C2SP tlog-checkpoint; for the second line, tlog-cosignature."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    # The ML-DSA line is a cosignature, which has an instant under it; the Ed25519 line of a checkpoint has none.
    moment = int(at.timestamp())
    message = verifier.cosigned_subtree(origin, moment, origin, size, root)
    lines = [
        line(origin, key_id(origin, verifier.ED25519, by.ed25519_public()), by.ed25519(text.encode())),
        line(
            origin,
            key_id(origin, verifier.ML_DSA_44, by.ml_dsa_public()),
            moment.to_bytes(8) + by.ml_dsa(message),
        ),
    ]
    return f"{text}\n{''.join(lines)}".encode()


def cosigned(name: str, text: bytes, by: Signer, *, timestamp: int) -> str:
    """Return the line with which a witness says that a checkpoint's text continues all that it saw."""
    # The instant is under the signature: a cosignature also proves when the witness had seen the tree.
    signature = by.ed25519(verifier.cosigned_text(text, timestamp))
    key = key_id(name, verifier.COSIGNATURE, by.ed25519_public())
    return line(name, key, timestamp.to_bytes(8) + signature)
