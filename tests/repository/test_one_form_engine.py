"""Forms of pages are made, read and written by one engine (docs/decisions/0043-one-engine-for-the-forms-of-pages.md)."""

import ast
import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"
TEMPLATES = WEB / "templates" / "web"
#: Who touches ``request.POST``, and why.
READERS = {
    "forms/reading.py": "the engine",
    "uploads.py": "puts there what came beside a file, which Django's own parsing must not read first",
}


def touches_post(code):
    return "POST" in code and any(
        isinstance(node, ast.Attribute) and node.attr == "POST" for node in ast.walk(ast.parse(code))
    )


def written_outside(tags):
    """Return the templates that write such tags themselves, but for the components."""
    pattern = re.compile(rf"<({tags})\b")
    return [
        str(path.relative_to(TEMPLATES))
        for path in sorted(TEMPLATES.rglob("*.html"))
        if "components" not in path.parts and pattern.search(path.read_text(encoding="utf-8"))
    ]


def test_the_engine_alone_reads_what_a_form_sent():
    readers = {
        str(path.relative_to(WEB))
        for path in WEB.rglob("*.py")
        if touches_post(path.read_text(encoding="utf-8"))
    }

    assert readers == set(READERS)


@pytest.mark.parametrize(
    "code", ["request.POST['a']", "self.request.POST.get('a')", "sent = page.request.POST"]
)
def test_a_reading_is_found_however_it_is_written(code):
    assert touches_post(code)


@pytest.mark.parametrize("tags", ["input|select|textarea", "thead"])
def test_components_alone_write_fields_and_heads_of_tables(tags):
    assert written_outside(tags) == []
