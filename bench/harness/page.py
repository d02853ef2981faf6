"""The page about a run: docs/benchmark.md, with the chart beside it."""
from . import chart, goals, tables

def write(measurements, directory):
    """Writes the page and its chart into the directory."""
    (directory / "benchmark.svg").write_text(chart.draw(measurements))
    (directory / "benchmark.md").write_text(render(measurements) + load_clients(directory / "benchmark-clients.md"))


def load_clients(page):
    """The table of the page that bench/clients has written, if there is one."""
    rows = [line for line in page.read_text().splitlines() if line.startswith("|")] if page.exists() else []
    if not rows:
        return ""
    return "\n".join(["", "## Load clients", "", f"[Another page]({page.name}) tells how they were measured.", "", *rows, ""])


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
        f"{rounds} of it, each in an order of its own; clients and server share the machine. The load is "
        "redis-benchmark's; [another page](benchmark-clients.md) has the project's own client beside it. CPU is the server's user "
        "and system time by the kernel's clock. A figure is the median of the rounds, with the least and the most in brackets, and a ratio is "
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
    return f"## Goals\n\nEvery metric and every limit of tcp-echo is on.\n\n{tables.table(rows)}"


def _picture(measurements):
    return f"![{chart.summary(measurements)}](benchmark.svg)"


def _checks(measurements):
    return (
        "## Byte for byte\n\nWhether every byte came back, in order, and then a clean end.\n\n"
        f"{tables.checks(measurements)}"
    )


def _workload(measurements, name):
    workload = measurements.workloads[name]
    parts = [f"## {workload['title']}", workload.get("description", ""), tables.workload(measurements, name)]
    return "\n\n".join(part for part in parts if part)
