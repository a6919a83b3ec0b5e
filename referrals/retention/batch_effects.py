"""Effects of batches: files that a person may not know of are left out."""

from referrals.retention.batch_paper import Paper
from referrals.vocabulary.oversight import DropReason


def leave_out_the_unseen(paper: Paper) -> None:
    """Take out the files that this person may not know of: they put forward, or destroy, no file unseen.

    A restricted case, or one from which the person is excluded, stays in the archive until people who may see it
    take it through, and shows in no list or count meanwhile.
    """
    unseen = paper.row.lines.filter(dropped_at=None).exclude(referral__in=paper.seen.values("pk"))
    unseen.update(dropped_at=paper.at, dropped_for=DropReason.UNSEEN)
