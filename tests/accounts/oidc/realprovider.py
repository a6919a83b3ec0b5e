"""A real identity provider in a process of its own: Canaille, as it is installed, with one person and one client.

It prints the port on which it listens, and runs until it is ended. What it is told comes as JSON in its first argument:
``port`` (0: any), ``keys`` (with which it signs), ``client_id``, ``secret``, ``redirect``, ``leave``, ``user``, ``password``.
"""

import datetime
import json
import sys
from typing import Any


def main(said: dict[str, Any]) -> None:
    from canaille import create_app
    from canaille.app import models
    from canaille.backends import Backend
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, *_: Any) -> None:
            pass

    app = create_app(
        {
            "SECRET_KEY": "of a provider that lives for one test",
            "CANAILLE": {"JAVASCRIPT": False, "HTMX": False},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": said["keys"], "TRUSTED_DOMAINS": ["127.0.0.1"]},
        }
    )
    with app.app_context():
        user = models.User(
            user_name=said["user"], formatted_name="Personne Inventée", family_name="Inventée", emails=["p@exemple.fr"],
            password=said["password"],
        )  # fmt: skip
        Backend.instance.save(user)
        client = models.Client(
            client_id=said["client_id"],
            client_id_issued_at=datetime.datetime.now(datetime.UTC),
            client_name="Repère",
            client_uri="http://127.0.0.1:8000",
            redirect_uris=[said["redirect"]],
            post_logout_redirect_uris=[said["leave"]],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid"],
            token_endpoint_auth_method="client_secret_basic",
            client_secret=said["secret"],
            id_token_signed_response_alg="RS256",
            userinfo_signed_response_alg="RS256",
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    server = make_server("127.0.0.1", said["port"], app, threaded=True, request_handler=Quiet)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
