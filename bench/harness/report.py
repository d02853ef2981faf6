"""Tables of medians, in Markdown."""
from statistics import median

# Against which every other server is compared, in the same round.
BASE = "netty"


def spread(values, digits):
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def ratio(samples, base, field):
    """The median of the ratios of paired rounds."""
    return median(getattr(one, field) / getattr(other, field) for one, other in zip(samples, base))


def table(rows):
    header, *body = rows
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def comparison(titles, samples):
    base = samples.get(BASE)
    rows = [
        [
            "server", "CPU an echo, us", "of Netty's", "echoes a second", "of Netty's",
            "p50, ms", "p99, ms", "p99.9, ms", "resident, MiB",
        ]
    ]
    for name, own in samples.items():
        rows.append(
            [
                titles[name],
                spread([sample.cpu_us for sample in own], 2),
                f"{ratio(own, base, 'cpu_us'):.2f}" if base else "",
                spread([sample.per_second for sample in own], 0),
                f"{ratio(own, base, 'per_second'):.2f}" if base else "",
                spread([sample.p50_ms for sample in own], 3),
                spread([sample.p99_ms for sample in own], 3),
                spread([sample.p999_ms for sample in own], 3),
                f"{own[-1].resident_mib:,.0f}",
            ]
        )
    return table(rows)
