"""Repeatable parts of the form, all of whose items stand on one page: facts, people, traces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.utils.translation import gettext

from referrals.filing.form import PARTS_MAX
from web import forms
from web.filing.draft import NOT_KNOWN, Said, of_kind, put
from web.filing.topics import Lines, Page, Shown, Topic, answer_lines, has_anything
from web.forms import Ask, Field, Row, Sent

#: Presses of a button that change a list: one item more, or one less.
ANOTHER: Final = "another-"
REMOVE: Final = "remove-"


@dataclass(frozen=True)
class ListTopic(Topic):
    """A repeatable part whose items all stand on the page.

    ``another``: the words of the button that asks for one more; ``one``: what one item is called; ``unknown``: the
    words of a box that says that one knows of none. ``slug`` is what the names of its fields begin with.
    """

    another: Any = ""
    one: Any = ""
    unknown: Any = ""
    kind: str = ""
    template: ClassVar[str] = "web/filing/list_topic.html"

    def ask_at(self, path: str) -> Ask | None:
        """Return the question; the first one where any item would do."""
        if path == self.part:
            return self.asks[0]
        return super().ask_at(path)

    def anchor(self, path: str) -> str:
        """Return the id of the question."""
        ask = self.ask_at(path) or self.asks[0]
        number = path.split(".")[1] if path.count(".") > 1 else "0"
        return f"{forms.IDS}{self.slug}-{number}-{ask.name}"

    def typed(self, sent: Sent) -> Said:
        """Return the rows as they were sent, empty ones too."""
        rows = [
            forms.body_of(self.takes, self.asks, sent, prefix=f"{self.slug}-{n}-")
            for n in range(min(sent.count(self.slug) or 0, PARTS_MAX))
        ]
        before = sent.text(f"{self.slug}-before")
        return {
            self.slug: rows,
            f"{self.slug}-before": int(before) if before.isdecimal() else 0,
            NOT_KNOWN: [self.part] if f"{self.slug}-unknown" in sent else [],
        }

    def body(self, sent: Sent, form: Said, path: str) -> Said:  # noqa: ARG002 - it is of the concern
        """Return the list: items as they were sent, without those of which nothing is said.

        A page that says nothing of the list leaves it as it is.
        """
        if sent.count(self.slug) is None:
            return {}
        places = of_kind(form[self.part], self.kind)
        others = [item for at, item in enumerate(form[self.part]) if at not in places]
        typed, remaining = self.typed(sent), []
        for n, row in enumerate(typed[self.slug]):
            before = form[self.part][places[n]] if n < len(places) else {}
            if sent.text("then") != f"{REMOVE}{self.slug}-{n}" and _says(row):
                remaining.append(put(before or ({"kind": self.kind} if self.kind else {}), row))
        body: Said = {self.part: others + remaining}
        if self.unknown:
            body[NOT_KNOWN] = [] if remaining else typed[NOT_KNOWN]
        return body

    def rows_of(self, values: Mapping[str, Any]) -> list[Said]:
        """Return the items: those that were sent, or those that the draft has."""
        if self.slug in values and self.slug != self.part:
            return list(values[self.slug])
        items = values.get(self.part, [])
        return [items[at] for at in of_kind(items, self.kind)]

    def show(self, page: Page) -> Shown:
        """Return a row for each item, and an empty one where there is none or one more is asked for."""
        again = page.problem is not None
        items = self.rows_of(page.values)
        before = (
            page.values.get(f"{self.slug}-before", 0) if again else len(page.values[self.part]) - len(items)
        )
        if not again and (not items or page.more == self.slug):
            items = [*items, {}]
        rows, at = [], before
        for n, item in enumerate(items):
            path = f"{self.part}.{at}." if _says(item) else "-"
            rows.append(self._row(page, n, item, path, lonely=len(items) == 1))
            at += bool(_says(item))
        if rows and self.part in page.lacks("") and (fields := rows[0].fields):
            fields[0].missing = True
        shown = Shown(self, rows=rows, before=before)
        if self.unknown:
            shown.entries = [self._nobody(page)]
        shown.is_open = page.more == self.slug or any(map(has_anything, shown.fields))
        return shown

    def _row(self, page: Page, n: int, item: Said, path: str, *, lonely: bool) -> Row:
        fields = forms.fields_of(
            self.takes, self.asks, item, faults=page.faults(path), prefix=f"{self.slug}-{n}-"
        )
        for one in forms.all_of(fields):
            one.missing = one.ask.name in page.lacks(path)
        title = "" if lonely else gettext("%(one)s n° %(number)s") % {"one": self.one, "number": n + 1}
        return Row(title, fields, [(f"{REMOVE}{self.slug}-{n}", "")] if _says(item) else [])

    def _nobody(self, page: Page) -> Field:
        name = f"{self.slug}-unknown"
        ask = Ask(name, self.unknown)
        chosen = self.part in page.values.get(NOT_KNOWN, [])
        return Field(ask, "flag", name, f"{forms.IDS}{name}", options=[
            forms.Option("true", str(self.unknown), chosen, f"{forms.IDS}{name}")
        ])  # fmt: skip

    def lines_each(self, form: Said) -> list[Lines]:
        """Return the answers in words, item by item."""
        return [answer_lines(self.takes, self.asks, item) for item in self.rows_of(form)]


def _says(item: Mapping[str, Any]) -> bool:
    """Tell whether anything is said of an item beside what kind it is."""
    return any(value for name, value in item.items() if name not in ("kind", NOT_KNOWN))
