"""The page about a run: docs/benchmark.md, with the chart beside it."""
from . import chart, goals
from .report import spread, table

# A field of a sample: the head of its column, and its digits.
COLUMNS = {
    "cpu_us": ("CPU an echo, us", 2),
    "cpu_us_without": ("without them, us", 2),
    "per_second": ("echoes a second", 0),
    "bytes_each": ("bytes resident each", 0),
    "heap_bytes_each": ("of heap", 0),
    "p50_ms": ("p50, ms", 3),
    "p99_ms": ("p99, ms", 3),
    "p999_ms": ("p99.9, ms", 3),
    "resident_mib": ("resident, MiB", 0),
}


def write(measurements, directory):
    """Writes the page and its chart into the directory."""
    (directory / "benchmark.svg").write_text(chart.draw(measurements))
    (directory / "benchmark.md").write_text(render(measurements))


def render(measurements):
    parts = [_introduction(measurements), _goals(measurements), _picture(measurements), _checks(measurements)]
    parts += [_workload(measurements, name) for name in measurements.workloads]
    return "\n\n".join(parts) + "\n"


def _introduction(measurements):
    machine = measurements.machine
    versions = ", ".join(f"{name} {version}" for name, version in measurements.versions.items())
    rounds = "one round" if measurements.rounds == 1 else f"{measurements.rounds} rounds"
    lines = [
        "# Benchmark",
        "",
        f"Measured on {measurements.date} at commit {measurements.commit}: {machine['processor']}, "
        f"{machine['cores']} cores, {machine['memory_gib']} GiB, Linux {machine['kernel']}; {versions}.",
        "",
        f"[`bench/run`](../bench/run) starts every server, warms it up, and then gives each in turn the same load, "
        f"{rounds} of it; clients and server share the machine. CPU is the server's user and system time by the "
        "kernel's clock. A figure is the median of the rounds, with the least and the most in brackets, and a ratio is "
        "the median of the ratios within a round.",
    ]
    lines += [
        f"- {server['title']}: {server['note']}" for server in measurements.servers.values() if server.get("note")
    ]
    return "\n".join(lines)


def _goals(measurements):
    rows = [["goal, with 512 bytes and 50 clients where it says nothing else", "wanted", "measured", ""]]
    for goal in goals.ALL:
        value = goal.measured(measurements)
        if value is None:
            rows.append([goal.title, goal.wanted, "not measured", ""])
        else:
            met = goal.met(measurements)
            rows.append([goal.title, goal.wanted, goal.pattern.format(value), "met" if met else "**not met**"])
    return f"## Goals\n\nEvery metric and every limit of tcp-echo is on.\n\n{table(rows)}"


def _picture(measurements):
    return f"![{chart.summary(measurements)}](benchmark.svg)"


def _checks(measurements):
    cases = list(dict.fromkeys(check["case"] for checks in measurements.checks.values() for check in checks))
    rows = [["server", *cases]]
    losses = []
    for server in measurements.servers:
        title = measurements.title(server)
        checked = {check["case"] for check in measurements.checks.get(server, [])}
        lost = measurements.losses(server)
        rows.append([title, *(_outcome(case, checked, lost) for case in cases)])
        losses += [f"- {title}, {case}: {sentence}" for case, sentence in lost.items()]
    text = "## Byte for byte\n\nWhether every byte came back, in order, and then a clean end.\n\n" + table(rows)
    return text + ("\n\n" + "\n".join(losses) if losses else "")


def _outcome(case, checked, lost):
    if case not in checked:
        return "not checked"
    return "**lost**" if case in lost else "yes"


def _workload(measurements, name):
    workload = measurements.workloads[name]
    measured = {
        field
        for samples in workload["samples"].values()
        if isinstance(samples, list)
        for sample in samples
        for field in sample
    }
    columns = {field: column for field, column in COLUMNS.items() if field in measured}
    rows = [["server", *(head for head, _ in columns.values())]]
    failures = []
    for server in workload["samples"]:
        title = measurements.title(server)
        if failure := measurements.failure(name, server):
            failures.append(f"- {title} failed: {failure}")
        cells = []
        for field, (_, digits) in columns.items():
            values = measurements.values(name, server, field)
            cells.append(spread(values, digits) if values else "failed" if failure else "")
        rows.append([title, *cells])
    parts = [f"## {workload['title']}", workload.get("description", ""), table(rows), "\n".join(failures)]
    return "\n\n".join(part for part in parts if part)
