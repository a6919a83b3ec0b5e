"""``docs/law.md``: the articles of law that the service cites, with what each says and what rests on it."""

from typing import Final

from config.documents.tables import MADE, code, lines, table
from core.languages import ENGLISH, in_language
from referrals.policy.definitions import SETTINGS
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.law.article import Article, Checked
from referrals.vocabulary.law.citations import ARTICLES, cited
from referrals.workflow.deadlines import DEADLINES
from referrals.workflow.step import steps

INTRODUCTION: Final = """\
# The law that the service cites

Each article is described once, in `referrals/vocabulary/law/`: two sentences of ours, never its wording. Pages show
them (`/textes`), and `GET /api/v1/workflow` gives them to programs. The official text alone counts. When an article
changes, the last column says which steps, deadlines and settings to look at. *Checked*: `full`, somebody read the text
in force; `part`, a part of it or an earlier version; `not`, only what others say of it. A dash under *In force since*:
no source tells.
"""


def page() -> str:
    """Return the page."""
    counts = ", ".join(
        f"{sum(one.checked is checked for one in ARTICLES.values())} {code(checked)}" for checked in Checked
    )
    parts = [
        MADE,
        INTRODUCTION,
        f"{len(ARTICLES)} articles: {counts}.",
        table(
            ["Article", "What it says", "Checked", "Read in", "In force since", "What rests on it"],
            (_row(one) for one in ARTICLES.values()),
        ),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _row(article: Article) -> list[str]:
    return [
        f"[{article.name}]({article.address})",
        in_language(article.says, ENGLISH),
        code(article.checked),
        f"{article.read_in:%Y-%m}" if article.read_in else "–",
        article.since.isoformat() if article.since else "–",
        lines(_citing(article)),
    ]


def _citing(article: Article) -> list[str]:
    laws = {
        "steps": {step.number: step.law for step in steps.all()},
        "deadlines": {str(clock): DEADLINES[clock].law for clock in ClockCode},
        "settings": {code(key): setting.law for key, setting in SETTINGS.items()},
    }
    citing = {
        kind: [name for name, law in own.items() if any(one.article is article for one in cited(law))]
        for kind, own in laws.items()
    }
    return [f"{kind}: {', '.join(names)}" for kind, names in citing.items() if names]
