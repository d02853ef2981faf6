"""Tables of medians, in Markdown."""
from statistics import median

from .workloads import BesideIdleSample, IdleSample, Sample

# Against which every other server is compared, in the same round: the first of these that took part.
BASES = {"netty": "Netty's", "nginx": "nginx's"}

# The heading, the field, the digits, and whether the ratio to the base comes beside it.
COLUMNS = {
    Sample: [
        ("CPU an echo, us", "cpu_us", 2, True),
        ("echoes a second", "per_second", 0, True),
        ("p50, ms", "p50_ms", 3, False),
        ("p99, ms", "p99_ms", 3, False),
        ("p99.9, ms", "p999_ms", 3, False),
        ("resident, MiB", "resident_mib", 0, False),
    ],
    IdleSample: [
        ("resident each, bytes", "bytes_each", 0, True),
        ("heap each, bytes", "heap_bytes_each", 0, False),
        ("p50, ms", "p50_ms", 3, False),
        ("p99, ms", "p99_ms", 3, False),
        ("p99.9, ms", "p999_ms", 3, False),
        ("CPU an echo, us", "cpu_us", 2, True),
    ],
}
COLUMNS[BesideIdleSample] = [("the same without the idle, us", "cpu_us_without", 2, False), *COLUMNS[Sample]]


def spread(values, digits):
    if None in values:
        return ""
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def ratio(samples, base, field):
    """The median of the ratios of paired rounds."""
    return f"{median(getattr(one, field) / getattr(other, field) for one, other in zip(samples, base)):.2f}"


def table(rows):
    header, *body = rows
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def comparison(titles, samples, failures):
    """One workload's table, and a line for every server that failed in it."""
    parts = [_figures(titles, samples)] if samples else []
    parts += [f"{titles[name]} failed: {' '.join(failure.split())}" for name, failure in failures.items()]
    return "\n\n".join(parts)


def _figures(titles, samples):
    base = next((name for name in BASES if name in samples), None)
    columns = COLUMNS[type(next(iter(samples.values()))[0])]
    header = ["server"]
    for heading, _, _, compared in columns:
        header += [heading, f"of {BASES[base]}"] if compared and base else [heading]
    rows = [header]
    for name, own in samples.items():
        row = [titles[name]]
        for _, field, digits, compared in columns:
            row.append(spread([getattr(sample, field) for sample in own], digits))
            if compared and base:
                row.append(ratio(own, samples[base], field))
        rows.append(row)
    return table(rows)


def checks(titles, results):
    """What every server loses, by case."""
    cases = dict.fromkeys(check["case"] for own in results.values() for check in own)
    rows = [["server", *cases]]
    for name, own in results.items():
        lost = {check["case"]: " ".join(check["lost"].split()) or "whole" for check in own}
        rows.append([titles[name], *(lost.get(case, "") for case in cases)])
    return table(rows)
