"""Tables of medians, in Markdown."""
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Base:
    """A server against which every other is compared, in the same round, if it took part."""

    server: str
    owner: str
    digits: int = 2


PEERS = (Base("netty", "Netty's"), Base("nginx", "nginx's"))
# To a thousandth, as two builds differ by hundredths.
BUILDS = (Base("against", "the other build's", 3), Base("against-tls", "the other build's", 3))


@dataclass(frozen=True)
class Column:
    """A field of a sample, and the servers to which its ratio comes beside it."""

    field: str
    head: str
    digits: int
    bases: tuple = ()


COLUMNS = [
    Column("cpu_us", "CPU an echo, us", 2, BUILDS + PEERS),
    Column("cpu_us_without", "without them, us", 2),
    Column("per_second", "echoes a second", 0, BUILDS + PEERS),
    Column("bytes_each", "bytes resident each", 0, BUILDS + PEERS),
    Column("heap_bytes_each", "of heap", 0),
    Column("p50_ms", "p50, ms", 3),
    Column("p99_ms", "p99, ms", 3, BUILDS),
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
    bases = [base for base in BUILDS + PEERS if measurements.values(name, base.server, "cpu_us")]
    header = ["server"]
    for column in columns:
        header.append(column.head)
        header += [f"of {base.owner}" for base in bases if base in column.bases]
    failures = {server: failure for server in servers if (failure := measurements.failure(name, server))}
    rows = [header]
    for server in servers:
        row = [measurements.title(server)]
        for column in columns:
            values = measurements.values(name, server, column.field)
            row.append(spread(values, column.digits) if values else "failed" if server in failures else "")
            for base in bases:
                if base in column.bases:
                    ratio = measurements.ratio((name, server), (name, base.server), column.field)
                    row.append("" if ratio is None else f"{ratio:.{base.digits}f}")
        rows.append(row)
    lines = [f"- {measurements.title(server)} failed: {failure}" for server, failure in failures.items()]
    return table(rows) + ("\n\n" + "\n".join(lines) if lines else "")
