"""Tables of medians, in Markdown."""
from dataclasses import dataclass
from statistics import median

# Against which every other server is compared, in the same round: the first of these that took part.
BASES = {"netty": "Netty's", "nginx": "nginx's"}


@dataclass(frozen=True)
class Column:
    """A field of a sample, and whether its ratio to the base comes beside it."""

    field: str
    head: str
    digits: int
    compared: bool = False


COLUMNS = [
    Column("cpu_us", "CPU an echo, us", 2, compared=True),
    Column("cpu_us_without", "without them, us", 2),
    Column("per_second", "echoes a second", 0, compared=True),
    Column("bytes_each", "bytes resident each", 0, compared=True),
    Column("heap_bytes_each", "of heap", 0),
    Column("p50_ms", "p50, ms", 3),
    Column("p99_ms", "p99, ms", 3),
    Column("p999_ms", "p99.9, ms", 3),
    Column("resident_mib", "resident, MiB", 0),
]


def spread(values, digits):
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def table(rows):
    header, *body = rows
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def checks(measurements):
    """Whether each server passed each case of the byte-for-byte check, and then what each loses."""
    cases = list(dict.fromkeys(check["case"] for checks in measurements.checks.values() for check in checks))
    rows = [["server", *cases]]
    losses = []
    for server in measurements.servers:
        title = measurements.title(server)
        checked = {check["case"] for check in measurements.checks.get(server, [])}
        lost = measurements.losses(server)
        rows.append([title, *(_outcome(case, checked, lost) for case in cases)])
        losses += [f"- {title}, {case}: {sentence}" for case, sentence in lost.items()]
    return table(rows) + ("\n\n" + "\n".join(losses) if losses else "")


def _outcome(case, checked, lost):
    if case not in checked:
        return "not checked"
    return "**lost**" if case in lost else "yes"


def workload(measurements, name):
    """One workload's figures, and a line for every server that failed in it."""
    servers = measurements.workloads[name]["samples"]
    columns = [c for c in COLUMNS if any(measurements.values(name, server, c.field) for server in servers)]
    base = next((server for server in BASES if measurements.values(name, server, "cpu_us")), None)
    header = ["server"]
    for column in columns:
        header += [column.head, f"of {BASES[base]}"] if column.compared and base else [column.head]
    failures = {server: failure for server in servers if (failure := measurements.failure(name, server))}
    rows = [header]
    for server in servers:
        row = [measurements.title(server)]
        for column in columns:
            values = measurements.values(name, server, column.field)
            row.append(spread(values, column.digits) if values else "failed" if server in failures else "")
            if column.compared and base:
                row.append(f"{measurements.ratio((name, server), (name, base), column.field):.2f}" if values else "")
        rows.append(row)
    lines = [f"- {measurements.title(server)} failed: {failure}" for server, failure in failures.items()]
    return table(rows) + ("\n\n" + "\n".join(lines) if lines else "")
