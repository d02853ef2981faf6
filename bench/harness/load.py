"""Drives an echo with redis-benchmark, to which its own command, come back, is an answer."""
import re
import subprocess
from dataclasses import dataclass


class LoadFailed(Exception):
    """redis-benchmark did not get every answer in time."""


@dataclass(frozen=True)
class Load:
    per_second: float
    p50_ms: float
    p99_ms: float
    p999_ms: float


def redis_benchmark(port, requests, arguments, timeout=120):
    command = ["redis-benchmark", "-p", str(port), "-t", "set", "-n", str(requests), *arguments]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise LoadFailed(f"{' '.join(command)}: not done within {timeout} s") from None
    per_second = re.search(r"throughput summary: ([\d.]+) requests per second", result.stdout)
    if result.returncode != 0 or not per_second:
        raise LoadFailed(f"{' '.join(command)}: {result.stderr.strip()[-500:]}")
    rows = re.findall(r"([\d.]+)% <= ([\d.]+) milliseconds \(cumulative count", result.stdout)
    # The first table alone: its percentages rise, and the second begins anew.
    percentiles = []
    for percent, milliseconds in rows:
        percentiles.append((float(percent), float(milliseconds)))
        if float(percent) == 100:
            break

    def at(percent):
        return next(milliseconds for reached, milliseconds in percentiles if reached >= percent)

    return Load(float(per_second[1]), at(50), at(99), at(99.9))
