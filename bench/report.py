"""The tables that ``make bench`` prints, and the targets beside the figures."""

from typing import Any

TARGETS = {"list": 0.6, "detail": 0.5, "submit": 0.5}  # of the second issue, at the largest size
GROWTH = 1.2  # the list at the largest size, in its own time at the smallest
MEMORY = 200  # MiB of a worker
PAGE = 150  # ms within which the service answers 95 of 100 requests for a page, at the smallest size


def table(results: list[dict[str, Any]]) -> str:
    """Return one line for each size and endpoint."""
    head = (
        "| referrals | what | ours /s | bare /s | ours ÷ bare | SQL /s | ours p50 · p99 ms | bare p50 · p99 ms |"
        " SQL p50 · p99 ms | ours · bare CPU ms | by CPU |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    )
    lines = [_line(result, what) for result in results for what in TARGETS]
    return "\n".join([head, *lines])


def _line(result: dict[str, Any], what: str) -> str:
    ours, bare, raw = (result[what][side] for side in ("ours", "bare", "sql"))
    ratio = ours["rate"] / bare["rate"]
    times = " | ".join(f"{side['p50']:.1f} · {side['p99']:.1f}" for side in (ours, bare, raw))
    return (
        f"| {result['size']:,} | {what} | {ours['rate']:.0f} | {bare['rate']:.0f} | **{ratio:.2f}** |"
        f" {raw['rate']:.0f} | {times} | {ours['cpu']:.1f} · {bare['cpu']:.1f} | {bare['cpu'] / ours['cpu']:.2f} |"
    )


def pages(results: list[dict[str, Any]]) -> str:
    """Return one line for each size and page."""
    lines = [
        "| referrals | page, asked for one by one | requests | p50 ms | p95 ms | CPU ms | kB |",
        "|---:|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {result['size']:,} | {what} | {one['count']:,} | {one['p50']:.0f} | **{one['p95']:.0f}** | {one['cpu']:.0f} | {one['kb']:.0f} |"
        for result in results
        for what, one in result["pages"].items()
    ]
    return "\n".join(lines)


def verdicts(results: list[dict[str, Any]]) -> str:
    """Return each target with what was found."""
    last, first = results[-1], results[0]
    lines = []
    for what, target in TARGETS.items():
        ratio = last[what]["ours"]["rate"] / last[what]["bare"]["rate"]
        lines.append(
            _verdict(f"{what} at {last['size']:,}: ≥ {target} × bare", f"{ratio:.2f}", ratio >= target)
        )
    if last is not first:
        growth = first["list"]["ours"]["rate"] / last["list"]["ours"]["rate"]
        claim = f"list at {last['size']:,}: ≤ {GROWTH} × its time at {first['size']:,}"
        lines.append(_verdict(claim, f"{growth:.2f}", growth <= GROWTH))
    lines += [
        _verdict(
            f"page of the {what} at {first['size']:,}: p95 ≤ {PAGE} ms",
            f"{one['p95']:.0f} ms",
            one["p95"] <= PAGE,
        )
        for what, one in first["pages"].items()
    ]
    memory = max(worker for result in results for worker in result["memory"])
    lines.append(_verdict(f"a worker: ≤ {MEMORY} MiB resident", f"{memory:.0f} MiB", memory <= MEMORY))
    return "\n".join(lines)


def _verdict(claim: str, found: str, met: bool) -> str:
    return f"- {claim}: **{found}**{'' if met else ' – missed'}"


def small(found: dict[str, Any]) -> str:
    """Return the two small measures."""
    lines = ["| small measure | ours /s | bare /s | ours ÷ bare | target |", "|---|---:|---:|---:|---:|"]
    for name, key, target in (
        ("seal + open a text of 200 bytes, against AES-256-GCM alone", "sealing", 0.5),
        ("journal append, 8 processes, against a plain row by the same ORM call", "appending", 0.9),
    ):
        ours, bare = found[key]["ours"], found[key]["bare"]
        lines.append(f"| {name} | {ours:,.0f} | {bare:,.0f} | **{ours / bare:.2f}** | {target} |")
    return "\n".join(lines)
