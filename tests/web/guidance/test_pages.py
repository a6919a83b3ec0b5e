"""What every guidance page must hold: both languages, sources, living links, our words, an easy text (field.md B.8)."""

import html
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from referrals.vocabulary.filing_answers import SIGN_CODES
from referrals.workflow.step import steps
from tests.web.guidance.reading_level import ease
from web.guidance import files, shown
from web.guidance.numbers import ALWAYS, CHECKED_FOR, numbers

PAGES = [page for lang in files.LANGUAGES for page in files.pages(lang).values()]
IDS = [f"{page.lang}/{page.path}" for page in PAGES]
ADDRESS = re.compile(r"\]\([^)]*\)")
QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"")
#: What domain.md §3.6 says not to say, but in somebody's own words between quotation marks.
AVOIDED = {
    "fr": r"prostituées? mineures?|\bescorts?\b|michetonneuses?|michetonnage|\bclients?\b|\bcopains?\b|consentantes?|se prostituent?\b|"
    r"\bpasses? (?:à|de|par)|fugueu(?:r|se)s?\b|\bavoue[rz]?\b|\baveux?\b|dénonc(?:er|ez|iation)|délinquante?s?\b|abus sexuels?|dossiers? clos",
    "en": r"child prostitutes?|\bescorts?\b|\bclients?\b|\bboyfriends?\b|consenting|prostitutes? (?:herself|himself|themselves)|"
    r"\bconfess(?:es|ed)?\b|\bdelinquents?\b|sexual abuse",
}
#: A text that a 14-year-old reads; quotations and names of institutions included.
EASY_ENOUGH = {"fr": 55, "en": 50}
#: The day as of which nothing may be overdue: that of the newest text, so that no build breaks by itself.
NEWEST = max(page.written_on for page in PAGES)


def test_each_page_is_there_in_both_languages():
    assert set(files.pages("fr")) == set(files.pages("en"))
    assert len(files.pages("fr")) >= 25


@pytest.mark.parametrize("guide", PAGES, ids=IDS)
class TestEachPage:
    def test_its_head_is_whole(self, guide):
        """A page with no source, an unknown sign, step, article or number isn't published (B.8.2)."""
        known = {f"{one.machine.value}:{one.name}" for one in steps.all()}

        assert guide.section in shown.SECTIONS
        assert len(guide.title) <= 70
        assert len(guide.summary) <= 200
        assert set(guide.signs) <= set(SIGN_CODES)
        assert set(guide.steps) <= known
        assert set(guide.numbers) <= set(numbers())
        assert len(shown.articles_of(guide)) >= len(guide.articles), "an article is in no table of the law"
        assert all(one.address.startswith(("https://", "http://")) for one in guide.sources)
        assert all(one.read_on <= NEWEST for one in guide.sources)
        assert guide.written_on < guide.review_due <= guide.written_on + timedelta(days=366)
        assert guide.is_current(NEWEST)

    def test_each_link_leads_somewhere(self, guide):
        assert list(shown.parts(guide))

    def test_what_is_put_in_is_there(self, guide):
        """A table of which the head names nothing would be empty."""
        kinds = {part.kind for part in shown.parts(guide)} - {"text"}

        assert {kind for kind in kinds if not getattr(guide, kind)} == set()
        assert not re.search(r"^\{\w+\}$", re.sub(shown._INSERT, "", guide.text), re.MULTILINE)

    def test_its_words_are_ours(self, guide):
        """A child's words stand between quotation marks, and are never our category (domain.md §3.6)."""
        said = QUOTED.sub("", f"{guide.title}. {guide.summary}. {ADDRESS.sub(']', guide.text)}")

        assert re.findall(AVOIDED[guide.lang], said, re.IGNORECASE) == []

    def test_it_reads_easily(self, guide):
        assert ease(f"{guide.summary}\n\n{guide.text}", guide.lang) >= EASY_ENOUGH[guide.lang]


def test_a_text_that_is_hard_to_read_is_found():
    hard = "L'institutionnalisation interdépartementale des dispositifs conventionnels présuppose une contractualisation."

    assert (
        ease(hard, "fr") < EASY_ENOUGH["fr"] < ease("Le chat dort. Il a bien mangé. La nuit est douce.", "fr")
    )


@pytest.mark.parametrize("code", list(numbers()))
def test_each_number_was_checked_and_says_where(code):
    one = numbers()[code]

    assert one.is_checked(NEWEST)
    assert one.source.startswith("https://")
    assert set(one.label) == {"fr", "en"}


def test_a_number_that_nobody_checked_leaves_the_page_but_for_the_states_own():
    late = NEWEST + CHECKED_FOR + timedelta(days=400)

    assert {code for code, one in numbers().items() if one.is_checked(late)} == set(ALWAYS)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("no head", "no head"),
        ('+++\ntitle = "x"\n+++\ntext', "sources"),
        ("+++\ntitle = \n+++\ntext", "x/y"),
        ("before\n+++\n+++\ntext", "before the head"),
    ],
)
def test_a_file_that_is_no_page_is_refused_by_name(raw, why):
    with pytest.raises(files.BadPage, match=why):
        files.read(raw, path="x/y", lang="fr")


FRENCH = """+++
title = "Essai"
summary = "Un essai."
lang = "fr"
audience = ["all"]
settings = []
steps = ["referral:qualify"]
fields = []
signs = []
articles = []
numbers = ["119"]
written_on = 2026-11-29
review_due = 2027-11-29
status = "published"
[[sources]]
title = "Source"
publisher = "Éditeur"
date = ""
address = "https://example.org/a"
read_on = 2026-11-29
[[history]]
on = 2026-11-29
what = "Première version"
+++
Le texte.
"""
ENGLISH = '+++\ntitle = "Trial"\nsummary = "A trial."\nlang = "en"\n+++\nThe text.\n'


def test_an_english_page_takes_over_the_french_head():
    """Its digest is that of both: a source that changed is reviewed again in both languages (B.8)."""
    page = files.read(ENGLISH, path="x/y", lang="en", french=FRENCH)
    later = files.read(ENGLISH, path="x/y", lang="en", french=FRENCH.replace("org/a", "org/b"))
    reworded = files.read(ENGLISH, path="x/y", lang="en", french=FRENCH.replace("Le texte.", "Un autre."))

    assert (page.title, page.text, page.steps) == ("Trial", "The text.", ("referral:qualify",))
    assert page.sources[0].address == "https://example.org/a"
    assert page.digest != later.digest
    assert page.digest == reworded.digest


def test_an_english_page_has_words_of_its_own():
    with pytest.raises(files.BadPage, match="title"):
        files.read(ENGLISH.replace('title = "Trial"\n', ""), path="x/y", lang="en", french=FRENCH)


def page_of(text):
    """Return a page with this text, as if it stood beside the others."""
    return files.GuidePage(
        path="faire/essai", lang="fr", title="Essai", summary="Essai", audience=(), settings=(), steps=(), fields=(),
        signs=(), articles=(), numbers=(), written_on=date(2026, 11, 29), review_due=date(2027, 11, 29),
        status="published", sources=(), history=(), text=text, digest="",
    )  # fmt: skip


@pytest.mark.parametrize(
    "address", ["guide:faire/nulle-part", "page:nowhere", "http://example.org", "/dossiers", "mailto:a@b.fr", "tel:0800000000"]
)  # fmt: skip
def test_a_link_that_leads_nowhere_or_elsewhere_is_refused(address):
    with pytest.raises(shown.DeadLink):
        list(shown.parts(page_of(f"[ici]({address})")))


def test_a_script_is_no_link():
    assert "href" not in "".join(part.html for part in shown.parts(page_of("[ici](javascript:alert(1))")))


def test_html_of_a_file_is_shown_as_text():
    shown_as = "".join(
        part.html for part in shown.parts(page_of("<script>alert(1)</script>\n\n<b onclick=x>gras</b>"))
    )

    assert "<script" not in shown_as
    assert "<b " not in shown_as
    assert "&lt;script&gt;" in shown_as


@pytest.mark.parametrize("language", files.LANGUAGES)
class TestShown:
    @pytest.mark.parametrize("path", sorted(files.pages("fr")))
    def test_each_page_is_shown_to_a_stranger_and_is_light(self, client, db, path, language):
        """No sign-in, no cookie, at most 100 kB, and nothing of anybody else's (B.8.3, B.8.5)."""
        section, name = path.split("/")
        answer = client.get(
            reverse("guide-page", args=[section, name]),
            headers={"accept-language": language, "accept": "text/html"},
        )

        assert answer.status_code == 200
        assert len(answer.content) < 100_000
        assert not answer.cookies.keys() - {"csrftoken"}
        assert files.pages(language)[path].title in html.unescape(answer.content.decode())

    def test_the_index_names_every_page(self, client, db, language):
        answer = client.get(reverse("guide"), headers={"accept-language": language, "accept": "text/html"})

        assert answer.content.decode().count('href="/guide/') >= len(files.pages(language))


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_page_that_is_not_there_is_not_found(client):
    assert client.get("/guide/faire/nulle-part", headers={"accept": "text/html"}).status_code == 404


def test_a_page_whose_review_is_overdue_leaves_the_index():
    page = next(iter(files.pages("fr").values()))
    later = page.review_due + timedelta(days=1)

    assert not page.is_current(later)
    held = [one for *_, sections in shown.doors("fr", later) for _, pages in sections for one in pages]
    assert page not in held


def test_every_section_stands_behind_one_door():
    behind = [section for *_, sections in shown.DOORS for section in sections]
    assert sorted(behind) == sorted(shown.SECTIONS)
