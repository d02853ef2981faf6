"""What the servers are asked to do, and how it is measured."""
import sys
import time
from dataclasses import dataclass, replace
from typing import Optional

from .idle import idle_connections
from .load import LoadFailed, redis_benchmark

MIB = 2**20

# A JVM that still compiles after so many is measured as it is.
MOST_WARMUPS = 5


@dataclass(frozen=True)
class Sample:
    """One server's figures in one round."""

    cpu_us: float
    per_second: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    resident_mib: float


@dataclass(frozen=True)
class BesideIdleSample(Sample):
    """The figures beside idle connections, and the CPU an echo right before, without them."""

    cpu_us_without: float


@dataclass(frozen=True)
class IdleSample:
    """What an idle connection costs, in resident memory and in a JVM's heap, and what an active one among them sees."""

    bytes_each: float
    heap_bytes_each: Optional[float]
    p50_ms: float
    p99_ms: float
    p999_ms: float
    cpu_us: float


@dataclass(frozen=True)
class Echoes:
    """A load of redis-benchmark: its requests in one round, and before the first."""

    name: str
    title: str
    arguments: tuple
    requests: int
    warmup: int
    tls: bool = False
    fresh: bool = False
    most_rounds: int = sys.maxsize

    @property
    def description(self):
        return f"redis-benchmark -t set {' '.join(self.arguments)}, {self.requests:,} requests a round"

    def shortened(self, by):
        return replace(self, requests=self.requests // by, warmup=self.warmup // by)

    def warm_up(self, process):
        """Until a JVM has compiled what it runs."""
        for _ in range(MOST_WARMUPS):
            cpu, compiling = process.cpu_seconds(), process.compiler_seconds()
            redis_benchmark(process.port, self.warmup, self.arguments)
            if process.compiler_seconds() - compiling < (process.cpu_seconds() - cpu) / 50:
                return

    def measure(self, _, process):
        before = process.cpu_seconds()
        load = redis_benchmark(process.port, self.requests, self.arguments)
        cpu = process.cpu_seconds() - before
        return Sample(
            cpu * 1e6 / self.requests,
            load.per_second,
            load.p50_ms,
            load.p99_ms,
            load.p999_ms,
            process.resident_bytes() / MIB,
        )


@dataclass(frozen=True)
class EchoesBesideIdle(Echoes):
    """The same, beside connections that say nothing, and right before without them."""

    idle: int = 10_000

    @property
    def description(self):
        return f"{super().description}, beside {self.idle:,} idle connections"

    def shortened(self, by):
        return replace(super().shortened(by), idle=self.idle // by)

    def measure(self, server, process):
        without = super().measure(server, process)
        sockets = process.sockets()
        with idle_connections(process.port, min(self.idle, server.most_connections)):
            beside = super().measure(server, process)
        # Closing them is work that would be in the way of whoever is measured next.
        await_sockets(process, sockets)
        return BesideIdleSample(**vars(beside), cpu_us_without=without.cpu_us)


@dataclass(frozen=True)
class Idle:
    """Connections that say nothing, on a server that has just started and been warmed up, and one client among them."""

    name: str
    title: str
    connections: int
    arguments: tuple = ("-d", "512", "-c", "1")
    requests: int = 20_000
    warmup: int = 200_000
    tls: bool = False
    fresh: bool = True
    # It hardly varies, and every round starts every server anew.
    most_rounds: int = 1

    @property
    def description(self):
        return (
            f"{self.connections:,} connections that sent one byte: growth of resident memory for each, with a JVM's "
            f"garbage collected before and after; then redis-benchmark -t set {' '.join(self.arguments)} among them"
        )

    def shortened(self, by):
        return replace(self, connections=self.connections // by, requests=self.requests // by, warmup=self.warmup // by)

    def warm_up(self, process):
        redis_benchmark(process.port, self.warmup, ("-d", "512", "-c", "50"))

    def measure(self, server, process):
        connections = min(self.connections, server.most_connections)
        resident, heap = settled_memory(server, process)
        with idle_connections(process.port, connections):
            resident_then, heap_then = settled_memory(server, process)
            before = process.cpu_seconds()
            load = redis_benchmark(process.port, self.requests, self.arguments)
            cpu = process.cpu_seconds() - before
        return IdleSample(
            (resident_then - resident) / connections,
            (heap_then - heap) / connections if server.jvm else None,
            load.p50_ms,
            load.p99_ms,
            load.p999_ms,
            cpu * 1e6 / self.requests,
        )


def await_sockets(process, count, timeout=60):
    deadline = time.monotonic() + timeout
    while (sockets := process.sockets()) > count:
        if time.monotonic() > deadline:
            raise LoadFailed(f"{sockets - count:,} connections are open {timeout} s after their end")
        time.sleep(0.25)


def settled_memory(server, process, still=6, timeout=60):
    """Resident bytes once they stay, and a JVM's heap in use; it may give memory back every 5 seconds."""
    heap = server.jvm.collect(process.pid) if server.jvm else None
    deadline = time.monotonic() + timeout
    resident, since = process.resident_bytes(), time.monotonic()
    while time.monotonic() < min(since + still, deadline):
        time.sleep(0.25)
        now = process.resident_bytes()
        if abs(now - resident) > MIB / 4:
            resident, since = now, time.monotonic()
    return resident, heap


PINGPONG_50 = ("-d", "512", "-c", "50")

ALL = [
    Echoes("pingpong-1", "512 bytes, 1 client", ("-d", "512", "-c", "1"), 50_000, 100_000),
    Echoes("pingpong-50", "512 bytes, 50 clients", PINGPONG_50, 100_000, 300_000),
    Echoes(
        "pingpong-50-threads",
        "512 bytes, 50 clients, the load on 2 threads",
        (*PINGPONG_50, "--threads", "2"),
        400_000,
        400_000,
    ),
    Echoes("pingpong-1000", "512 bytes, 1,000 clients", ("-d", "512", "-c", "1000"), 200_000, 200_000),
    EchoesBesideIdle(
        "pingpong-50-beside-idle",
        "512 bytes, 50 clients beside idle connections",
        PINGPONG_50,
        200_000,
        400_000,
    ),
    Echoes(
        "pipelined", "64 bytes, 50 clients, 16 at once", ("-d", "64", "-c", "50", "-P", "16"), 2_000_000, 2_000_000
    ),
    Echoes("bulk", "64 KiB, 50 clients", ("-d", "65536", "-c", "50"), 20_000, 20_000),
    Echoes("churn", "connect, 512 bytes, close, 50 clients", (*PINGPONG_50, "-k", "0"), 50_000, 50_000),
    Idle("idle", "idle connections", 19_000),
    Echoes(
        "tls-50",
        "TLS 1.3, 512 bytes, 50 clients",
        (*PINGPONG_50, "--tls", "--insecure"),
        100_000,
        200_000,
        tls=True,
    ),
]
