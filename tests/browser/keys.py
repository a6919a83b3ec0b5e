"""The second factors of the people of the running demonstration: passkeys, with which Chromium's virtual authenticator
signs, and the secrets of their applications; and a session for each.

Run as a program in the state of the service (``python -m tests.browser.keys``), it lets every account have a passkey
and prints what the authenticator needs, then the secrets, then the sessions.
"""

import base64
import json
import sys
from itertools import count

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
#: Each browser's authenticator counts on from another number: going back would betray a copied key.
_counters = count(1_000, 1_000)


def plugged_in(page):
    """Let the page's browser have an authenticator that answers by itself; return how to speak to it, and its id."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return devtools, made["authenticatorId"]


def held(page, key):
    """Let the page's browser hold one passkey."""
    devtools, authenticator = plugged_in(page)
    credential = key | {"isResidentCredential": True, "rpId": "localhost", "signCount": next(_counters)}
    devtools.send("WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": credential})


def give_to_everybody():
    """Let every account of the demonstration have a passkey; return what to sign with, by address."""
    from hashlib import sha256

    from cryptography.hazmat.primitives import serialization
    from django.utils import timezone

    from accounts.models import Factor, User
    from accounts.models.factor import FactorKind
    from tests.factories.factors import SoftKey

    text = lambda found: base64.b64encode(found).decode()  # noqa: E731 - a word for one line
    key, told = SoftKey(), {}
    private = key.private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for user in User.objects.filter(email__endswith="@demo.invalid"):
        key.id = sha256(user.pk.bytes).digest()
        Factor.objects.create(
            user=user, kind=FactorKind.PASSKEY, label="Essai", created_at=timezone.now(),
            credential=key.id, public=bytes(key.credential),
        )  # fmt: skip
        told[user.email] = {
            "credentialId": text(key.id), "userHandle": text(user.pk.bytes), "privateKey": text(private)
        }  # fmt: skip
    return told


def secrets():
    """Return the secrets of the applications, in Base32, by address."""
    from accounts.models import Factor
    from accounts.models.factor import FactorKind
    from encryption import onetime

    applications = Factor.objects.filter(kind=FactorKind.TOTP).select_related("user")
    return {one.user.email: onetime.shown_secret(one.pk) for one in applications}


def sessions():
    """Let every account of the demonstration have signed in just now; return the sessions' keys and data, by address."""
    from time import time

    from django.conf import settings
    from django.test import Client

    from accounts.models import User
    from accounts.sessions import SessionStore
    from accounts.signin import PROVED
    from tests.web.browsing import let_in

    told = {}
    for user in User.objects.filter(email__endswith="@demo.invalid"):
        let_in(client := Client(), user, **{PROVED: time()})
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        told[user.email] = {"key": key, "data": dict(SessionStore(key).items())}
    return told


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps([give_to_everybody(), secrets(), sessions()]))
