"""The daily checkpoint in the auditors' mailboxes: what they keep, a later export is held against (SEC-AL11)."""

from datetime import timedelta

import pytest
from django.core import mail

from audit import verifier
from outbox import delivery
from outbox.models import Notice
from referrals.retention import journal_retention
from tests.audit import sequenced as made
from tests.audit.conftest import NOON
from tests.conftest import see_all

pytestmark = [pytest.mark.sec("SEC-AL11")]
sequenced = made.sequenced


def sent(world) -> dict[str, str]:
    """Let the worker deliver; return the mails by address."""
    mail.outbox.clear()
    delivery.deliver_due(clock=lambda: NOON + timedelta(minutes=1))
    return {message.to[0]: message.body for message in mail.outbox}


def test_auditors_of_all_authorities_get_the_signed_note_word_for_word(world, sequenced):
    see_all()
    made.written(3)
    sequenced.sequencer.once()

    assert journal_retention.mail_checkpoint(NOON) == 3

    mails = sent(world)
    assert mails.keys() == {f"auditor.{code}@test.invalid" for code in ("75", "93", "59")}
    note = bytes(sequenced.checkpoint().note).decode()
    for body in mails.values():
        assert body.count(note) == 1
        assert body.startswith("Point de contrôle du journal")


@pytest.mark.sec("SEC-AL10")
def test_a_mail_as_it_was_kept_unmasks_a_log_that_was_set_back(world, sequenced):
    """The whole mail, saved as a file, is what the verifier takes as an earlier checkpoint."""
    see_all()
    made.written(3)
    sequenced.sequencer.once()
    journal_retention.mail_checkpoint(NOON)
    kept = sequenced.folder / "mail.eml.txt"
    kept.write_text(sent(world)["auditor.93@test.invalid"], encoding="utf-8")
    asked = ["verify", str(sequenced.exported()), "--key", sequenced.key(), "--earlier", str(kept)]

    assert verifier.main(asked) == 0
    later = kept.read_text(encoding="utf-8").replace(
        f"\n{sequenced.checkpoint().size}\n", f"\n{sequenced.checkpoint().size + 5}\n"
    )
    kept.write_text(later, encoding="utf-8")
    assert verifier.main(asked) in (verifier.FAULTS["rollback"][0], verifier.FAULTS["signature"][0])


def test_nothing_is_mailed_while_nothing_is_signed(world, sequenced):
    assert journal_retention.mail_checkpoint(NOON) == 0
    assert not Notice.objects.filter(template="checkpoint.daily").exists()


def test_the_mail_says_nothing_of_any_case(world, sequenced):
    see_all()
    made.written(1)
    sequenced.sequencer.once()
    journal_retention.mail_checkpoint(NOON)

    for notice in Notice.objects.filter(template="checkpoint.daily"):
        assert (notice.reference, notice.subject_id, notice.authority_id) == ("", None, None)
