"""Sends mail by SMTP. A message counts as sent once the server accepts it; later bounces are the server's affair."""

import smtplib
from collections.abc import Sequence
from uuid import uuid4

from django.core.mail import EmailMessage

from outbox.models import Notice
from outbox.outcome import NotNow, Refused
from outbox.templates import Kind, get, mail_of

MAILER = "default"
_FOR_GOOD = 500


def send(notice: Notice, email: str, gathered: Sequence[Notice] = ()) -> None:
    """Send one mail to one person.

    The ``Message-ID`` is that of the notice: should it go out twice (a worker killed between the server's yes and our
    commit), mailboxes that look at it show one. To who files, and about accounts, it is drawn and not kept: no mail
    leads to the notice of a filing, nor from an address to what its account did (SEC-CR20).

    Raises:
        Refused: there is no address, or the server will never take it.
        Pointless: it isn't to be sent any more.
        NotNow: the server can't be reached or doesn't take it now.
    """
    if (elsewhere := get(notice.template).to) is not None:
        email = elsewhere(notice)
    if not email:
        raise Refused("no-address")
    subject, body = mail_of(notice, gathered)
    headers = {
        "Message-ID": f"<{_name(notice)}@repere>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    message = EmailMessage(subject, body, to=[email], headers=headers)
    try:
        message.send(using=MAILER)
    except smtplib.SMTPRecipientsRefused as refused:
        code = max((code for code, _ in refused.recipients.values()), default=0)
        raise _refused(code) from None
    except smtplib.SMTPSenderRefused as refused:
        raise NotNow(f"smtp-{refused.smtp_code}") from None  # our own address: for the operator to mend
    except smtplib.SMTPDataError as refused:
        raise _refused(refused.smtp_code) from None
    except (smtplib.SMTPException, OSError):
        raise NotNow("smtp-unreachable") from None


def _name(notice: Notice) -> str:
    if notice.filer is not None or notice.kind == Kind.ACCOUNT:
        return str(uuid4())
    return str(notice.pk)


def _refused(code: int) -> NotNow:
    return Refused(f"smtp-{code}") if code >= _FOR_GOOD else NotNow(f"smtp-{code}")
