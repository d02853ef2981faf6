"""What the servers are asked to do, and how it is measured: A B A B, one at a time."""
from dataclasses import dataclass

from .load import redis_benchmark


@dataclass(frozen=True)
class Workload:
    """A load of redis-benchmark: its requests in one round, and before the first."""

    name: str
    title: str
    arguments: tuple
    requests: int
    warmup: int
    timeout: int = 120


@dataclass(frozen=True)
class Sample:
    """One server's figures in one round."""

    cpu_us: float
    per_second: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    resident_mib: float


def _arguments(size, clients, *more):
    return ("-d", str(size), "-c", str(clients), *more)


ALL = [
    Workload("pingpong-1", "512 bytes, 1 client", _arguments(512, 1), 50_000, 100_000),
    Workload("pingpong-50", "512 bytes, 50 clients", _arguments(512, 50), 200_000, 400_000),
    Workload("pingpong-1000", "512 bytes, 1,000 clients", _arguments(512, 1000), 200_000, 200_000),
    Workload("pipelined", "64 bytes, 50 clients, 16 at once", _arguments(64, 50, "-P", "16"), 2_000_000, 2_000_000),
    Workload("bulk", "64 KiB, 50 clients", _arguments(65_536, 50), 20_000, 20_000),
]


def measure(workload, server):
    before = server.cpu_seconds()
    load = redis_benchmark(server.port, workload.requests, workload.arguments, workload.timeout)
    cpu = server.cpu_seconds() - before
    return Sample(
        cpu * 1e6 / workload.requests,
        load.per_second,
        load.p50_ms,
        load.p99_ms,
        load.p999_ms,
        server.resident_bytes() / 2**20,
    )


def compare(workload, servers, rounds, progress):
    """Warms every server up, and then measures each in turn, round by round: a list of samples for each."""
    for server in servers.values():
        redis_benchmark(server.port, workload.warmup, workload.arguments, workload.timeout)
    samples = {name: [] for name in servers}
    for number in range(rounds):
        for name, server in servers.items():
            samples[name].append(measure(workload, server))
            progress(f"{workload.name}, round {number + 1}: {name} {samples[name][-1].cpu_us:.2f} us")
    return samples
