"""The one table that ``make bench`` prints: figures, ratios by clock and by CPU, targets, and what meets them.

A ratio is ours in units of a baseline: rates by clock, the processor time of one answer by CPU; 1.0 is as fast. Both
must meet a binding target. An aim binds nobody; where it isn't reached, docs/performance.md says what it costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

ENDPOINTS = ("list", "detail", "filing")
OF_BARE = {"list": 0.8, "detail": 0.7, "filing": 0.6}
OF_PACKAGES = {"list": 1.0, "detail": 1.0, "filing": 0.5}
GROWTH = 1.2  # the list at the largest size, in its own time at the smallest
CPU_MS = {"detail": 10, "filing": 16}
STATEMENTS = {"detail": 12, "filing": 18}
PAGE_CPU_MS = 60  # of the processor, for 95 of 100 pages
PAGE_STATEMENTS = 2  # more than the same thing in the API
MEMORY = 200  # MiB of a worker
SEALING, APPENDING = 0.5, 0.9
VERIFIED, STRICTLY, VERIFIER_MIB = 10_000_000 / 60, 100_000, 300  # entries a second
HEAD = "| what | ours | bare | packages | ÷ bare: clock · CPU | ÷ packages: clock · CPU | target | |"


@dataclass
class Row:
    """A line of the table; ``missed`` says which parts of its target aren't met."""

    what: str
    ours: str
    target: str
    missed: list[str] = field(default_factory=list)
    bare: str = ""
    packages: str = ""
    of_bare: str = ""
    of_packages: str = ""
    binding: bool = True

    @classmethod
    def of(cls, what: str, found: float, limit: float, unit: str = "", *, binding: bool = False) -> "Row":
        """Return the line of a figure that has an upper limit."""
        shown, target = f"{found:,.0f}{unit}", f"≤ {limit:g}{unit}"
        return cls(what, shown, target, [target] * (found > limit), binding=binding)

    def __str__(self) -> str:
        verdict = ("**missed**: " if self.binding else "aim missed: ") + ", ".join(self.missed)
        cells = (
            self.what, self.ours, self.bare, self.packages, self.of_bare, self.of_packages,
            self.target, verdict if self.missed else "met",
        )  # fmt: skip
        return f"| {' | '.join(cells)} |"


def table(rows: list[Row]) -> str:
    return "\n".join([HEAD, "|---|---:|---:|---:|---:|---:|---|---|", *map(str, rows)])


def is_missed(rows: list[Row]) -> bool:
    return any(row.binding and row.missed for row in rows)


def line(results: list[dict[str, Any]]) -> str:
    """Return the ratios by CPU in one line, each with what is wanted."""
    parts = []
    for result in results:
        ratios = [
            f"{what} {_cpu(result[what], 'bare'):.2f} (≥ {OF_BARE[what]}) of bare,"
            f" {_cpu(result[what], 'packages'):.2f} (≥ {OF_PACKAGES[what]}) of packages"
            for what in ENDPOINTS
        ]
        parts.append(f"at {result['size']:,} by CPU: {'; '.join(ratios)}")
    return "; ".join(parts)


def rows(results: list[dict[str, Any]], small: dict[str, Any], verifier: dict[str, Any]) -> list[Row]:
    lines = [row for result in results for row in _of_size(result)]
    last, first = results[-1], results[0]
    if last is not first:
        name = f"list at {last['size']:,} in its time at {first['size']:,}"
        growth = [first["list"]["ours"]["rate"] / last["list"]["ours"]["rate"]]
        growth.append(last["list"]["ours"]["cpu"] / first["list"]["ours"]["cpu"])
        over = [f"by {by}" for by, one in zip(("clock", "CPU"), growth, strict=True) if one > GROWTH]
        lines.append(Row(name, _pair(*growth), f"≤ {GROWTH}", over))
    memory = max(worker for result in results for worker in result["memory"])
    lines.append(Row.of("memory of a worker", memory, MEMORY, " MiB"))
    lines += [
        _small("seal + open 200 bytes, ÷ AES-GCM", small["sealing"], SEALING),
        _small("journal append, 8 processes", small["appending"], APPENDING),
    ]
    return lines + list(_verifier(verifier))


def _of_size(result: dict[str, Any]) -> Iterator[Row]:
    for what in ENDPOINTS:
        yield _endpoint(result, what)
    for what, most in CPU_MS.items():
        yield Row.of(f"{what} at {result['size']:,}, CPU", result[what]["ours"]["cpu"], most, " ms")
    for what, most in STATEMENTS.items():
        yield Row.of(f"{what} at {result['size']:,}, statements", result["statements"][what], most)
    for what, one in result["pages"].items():
        yield Row.of(f"{what} page at {result['size']:,}, p95 of CPU", one["cpu95"], PAGE_CPU_MS, " ms")
        yield Row.of(f"{what} page, statements more than its twins", one["more"], PAGE_STATEMENTS)


def _endpoint(result: dict[str, Any], what: str) -> Row:
    sides = result[what]
    row = Row(
        f"{what} at {result['size']:,}", *(_side(sides["ours"]), ""), bare=_side(sides["bare"]),
        packages=_side(sides["packages"]),
    )  # fmt: skip
    wanted = {"bare": OF_BARE[what], "packages": OF_PACKAGES[what]}
    row.target = ", ".join(f"≥ {least} × {side}" for side, least in wanted.items())
    for side, least in wanted.items():
        ratios = {"clock": sides["ours"]["rate"] / sides[side]["rate"], "CPU": _cpu(sides, side)}
        setattr(row, f"of_{side}", _pair(*ratios.values()))
        row.missed += [f"{side} by {by}" for by, ratio in ratios.items() if ratio < least]
    return row


def _side(one: dict[str, float]) -> str:
    return f"{one['rate']:.0f}/s, {one['cpu']:.1f} ms CPU, p50 {one['p50']:.0f}, p99 {one['p99']:.0f}"


def _cpu(sides: dict[str, dict[str, float]], side: str) -> float:
    return sides[side]["cpu"] / sides["ours"]["cpu"]


def _pair(clock: float, cpu: float) -> str:
    return f"{clock:.2f} · {cpu:.2f}"


def _small(what: str, found: dict[str, dict[str, float]], least: float) -> Row:
    ratios = {"clock": found["ours"]["rate"] / found["bare"]["rate"]}
    ratios["CPU"] = found["bare"]["cpu"] / found["ours"]["cpu"]
    missed = [f"by {by}" for by, ratio in ratios.items() if ratio < least]
    ours, bare = (f"{found[side]['rate']:,.0f}/s" for side in ("ours", "bare"))
    return Row(what, ours, f"≥ {least} × bare", missed, bare=bare, of_bare=_pair(*ratios.values()))


def _verifier(found: dict[str, Any]) -> Iterator[Row]:
    for what, least in (("verify", VERIFIED), ("verify --strict", STRICTLY)):
        one, count = found[what], found["entries"]
        rate = count / one["seconds"]
        missed = ["entries/s"] * (rate < least) + ["memory"] * (one["mib"] > VERIFIER_MIB)
        yield Row(
            f"{what}, {count:,} entries", f"{rate:,.0f}/s, {count / one['cpu']:,.0f}/s of CPU, {one['mib']:.0f} MiB",
            f"≥ {least:,.0f}/s, ≤ {VERIFIER_MIB} MiB", missed,
        )  # fmt: skip
