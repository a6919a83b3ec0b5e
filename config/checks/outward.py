"""Checks of what the service calls: mail, the gateway for SMS and calls, webhooks; and of its log."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register

from config import env
from config.checks.addresses import in_clear
from config.checks.findings import error, warning
from config.local import host_of, is_local_name, is_near


@register
def people_can_be_called(**_: object) -> list[CheckMessage]:
    """Return a warning where nobody can be called at night; the service runs, and tells people to phone."""
    if not settings.PRODUCTION or settings.SMS_GATEWAY_URL or not env.serves():
        return []
    sentence = (
        "No gateway for SMS and calls (REPERE_SMS_GATEWAY_URL): on-call officers get mail only, and whoever files "
        "urgently is told to phone."
    )
    return [warning(1, sentence)]


def calls() -> Iterator[CheckMessage]:
    """Look at what the service calls, and at the log, which leaves the machine too."""
    if in_clear(settings.SMS_GATEWAY_URL):
        yield error(16, "REPERE_SMS_GATEWAY_URL crosses the network in clear: its address must be https://….")
    if not all(map(_is_public_name, settings.WEBHOOK_HOSTS)):
        yield error(
            54,
            "REPERE_WEBHOOK_HOSTS must be full host names (partner.example.fr), no address and not this machine.",
        )
    yield from _reports()
    if settings.LOG_LEVEL == "DEBUG":
        yield error(53, "REPERE_LOG_LEVEL is DEBUG: set INFO, libraries would tell what they work on.")


def _reports() -> Iterator[CheckMessage]:
    """Look at the servers of reports: by https://, and by a name, so that a certificate says who answers."""
    if _leads_away(settings.SENTRY_DSN):
        yield error(
            64,
            "REPERE_SENTRY_DSN must be https://… and a full host name, as https://key@sentry.example.fr/1.",
        )
    if _leads_away(settings.OTLP_ENDPOINT):
        yield error(
            66,
            "REPERE_OTLP_ENDPOINT must be https://… and a full host name, as https://traces.example.fr/v1/traces.",
        )


def _leads_away(address: str) -> bool:
    host = host_of(address)
    return in_clear(address) or not (is_near(host) or _is_public_name(host))


def _is_public_name(host: str) -> bool:
    """Tell whether a host is a name with a domain; what ends in a number is an address, however it is written."""
    return "." in host and host.rpartition(".")[2][:1].isalpha() and not is_local_name(host)


def mail_options() -> list[dict[str, Any]]:
    """Return the options of each way to send mail."""
    mailers: dict[str, Any] = settings.MAILERS
    return [mailer.get("OPTIONS", {}) for mailer in mailers.values()]


def mail() -> Iterator[CheckMessage]:
    """Look at how mail leaves the machine."""
    for options in mail_options():
        if not is_near(options.get("host", "")) and not (options.get("use_ssl") or options.get("use_tls")):
            yield error(
                27, "REPERE_SMTP_URL crosses the network in clear: write smtp:// (STARTTLS) or smtps://."
            )
