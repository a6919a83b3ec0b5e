"""Pages that an authority adds: in their own section, never in place of another; a bad one is named at the start."""

import pytest

from web.guidance import files, shown

HEAD = """+++
title = "À qui écrire chez nous ?"
summary = "L'adresse de la cellule."
lang = "fr"
audience = ["all"]
settings = []
steps = []
fields = []
signs = []
articles = []
numbers = ["119"]
written_on = 2026-11-29
review_due = 2027-11-29
status = "published"
[[sources]]
title = "Site du département"
publisher = "Département de démonstration"
date = ""
address = "https://demo.invalid/"
read_on = 2026-11-29
[[history]]
on = 2026-11-29
what = "Première version"
+++
"""


@pytest.fixture
def folder(settings, tmp_path):
    settings.GUIDANCE_FOLDER = str(tmp_path)
    (tmp_path / "fr" / "local").mkdir(parents=True)
    files.pages.cache_clear()
    yield tmp_path / "fr"
    files.pages.cache_clear()


def test_a_page_is_added_to_its_own_section(folder):
    (folder / "local" / "cellule.md").write_text(f"{HEAD}Écrivez-nous.")
    (folder / "faire").mkdir()
    (folder / "faire" / "premiers-gestes.md").write_text(f"{HEAD}Rien.")

    assert files.pages("fr")["local/cellule"].text == "Écrivez-nous."
    assert files.pages("fr")["faire/premiers-gestes"].text != "Rien."
    assert shown.guidance_can_be_shown() == []


@pytest.mark.parametrize(
    "text", ["+++\ntitle = 1\n+++\nx", f"{HEAD}[ici](guide:nulle/part)", f"{HEAD}[ici](http://x.fr)"]
)
def test_a_bad_page_is_named_at_the_start(folder, text):
    (folder / "local" / "cellule.md").write_text(text)

    (fault,) = shown.guidance_can_be_shown()

    assert "local/cellule" in fault.msg
