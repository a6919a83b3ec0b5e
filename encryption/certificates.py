"""Ends of X.509 certificates, of a file or of a server: nothing is verified here, so that expired ones are read too."""

import socket
import ssl
from datetime import datetime

from cryptography import x509


def ends_of(pem: bytes) -> list[datetime]:
    """Return the end of each certificate of a PEM file, in UTC; what else is in it is passed over.

    Raises:
        ValueError: it holds none, or one that can't be read.
    """
    return [one.not_valid_after_utc for one in x509.load_pem_x509_certificates(pem)]


def end_at(host: str, port: int, *, seconds: float) -> datetime:
    """Return the end of the certificate that a server shows for its name, in UTC.

    Raises:
        OSError: it doesn't answer within so many seconds, or doesn't speak TLS.
        ValueError: it shows no certificate that can be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Nothing is sent and nothing that it says is believed but this one date: an expired one must be read as well.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout=seconds) as line,
        context.wrap_socket(line, server_hostname=host) as secured,
    ):
        shown = secured.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(shown or b"").not_valid_after_utc
