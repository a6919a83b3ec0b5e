"""Tables for spreadsheets, as CSV that French ones open by a double click; no cell is a formula (SEC-AZ15)."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import HttpResponse

from core.spreadsheets import inert


def table(name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return a table as a file; ``name`` is made of codes, and says nothing of a case or a person."""
    text = StringIO()
    text.write("\ufeff")  # spreadsheets take it for UTF-8
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL)
    for row in (head, *rows):
        writer.writerow(["" if cell is None else inert(str(cell)) for cell in row])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
