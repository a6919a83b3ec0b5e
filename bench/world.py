"""Who there is in a bench database: two authorities, a coordinator and a filer with a token each; what is filed."""

import secrets
from datetime import UTC, datetime
from typing import Any

from accounts.models import Authority, AuthorityTerritory, Membership, Token, Unit, User
from accounts.roles import Role
from accounts.signin import hashed
from encryption import index, keys

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
FAR = datetime(2040, 1, 1, tzinfo=UTC)
LARGE, SMALL = "93", "75"


def build() -> dict[str, Any]:
    """Make them; return what the runner must know: ids, and the secrets of the two tokens."""
    world: dict[str, Any] = {"authorities": {}, "units": {}}
    for code in (LARGE, SMALL):
        authority = Authority.objects.create(code=code, name=f"Autorité {code}", timezone="Europe/Paris")
        AuthorityTerritory.objects.create(
            authority=authority, department_code=code, valid_from=LONG_AGO.date()
        )
        keys.create_authority_key(authority.pk)
        unit = Unit.objects.create(authority=authority, name=f"Circonscription {code}")
        world["authorities"][code], world["units"][code] = str(authority.pk), str(unit.pk)
    # Made here, for two fillers without constraints would make two of each.
    index.keyed("bench", b"")
    index.likeness_keys()
    large = Authority.objects.get(code=LARGE)
    for name, role in (("coordinator", Role.CRIP_COORDINATOR), ("filer", Role.FILER)):
        user = User.objects.create(
            email=f"{name}@test.invalid", full_name=name, password="!", verified_at=LONG_AGO
        )
        membership = Membership.objects.create(user=user, role=role, authority=large, valid_from=LONG_AGO)
        secret = "rep_" + secrets.token_hex(32)[:43]
        Token.objects.create(
            prefix=secret[:12], sha256=hashed(secret), membership=membership, label="bench",
            scopes=["read", "write"], created_at=LONG_AGO, expires_at=FAR, last_used_on=FAR.date(),
        )  # fmt: skip
        world[name] = {"id": str(user.pk), "secret": secret}
    return world
