"""What the service is to reach beside its peers, and whether it did."""
import operator
from dataclasses import dataclass
from statistics import median
from typing import Callable

COMPARISONS = {"at most": operator.le, "below": operator.lt, "at least": operator.ge}


@dataclass(frozen=True)
class Goal:
    """A figure of a run, and the bound that it must keep."""

    title: str
    comparison: str
    bound: float
    measure: Callable
    pattern: str = "{:.3f}"

    @property
    def wanted(self):
        return f"{self.comparison} {self.bound:,}"

    def measured(self, measurements):
        """The figure; None where its workload or a server was not measured."""
        return self.measure(measurements)

    def met(self, measurements):
        value = self.measured(measurements)
        return value is not None and COMPARISONS[self.comparison](value, self.bound)


def _against(peer, workload, field):
    """Ours, of a peer's, under the same load."""
    return lambda measurements: measurements.ratio((workload, "ours"), (workload, peer), field)


def _under(workload, field):
    """Ours under this load, of ours with 50 clients."""
    return lambda measurements: measurements.ratio((workload, "ours"), ("pingpong-50", "ours"), field)


def _idle(field):
    """Of an idle connection of ours."""
    return lambda measurements: median(values) if (values := measurements.values("idle", "ours", field)) else None


def _beside_idle(measurements):
    """Ours beside idle connections, of ours without them, a moment before."""
    beside = measurements.values("pingpong-50-beside-idle", "ours", "cpu_us")
    without = measurements.values("pingpong-50-beside-idle", "ours", "cpu_us_without")
    return median(value / base for value, base in zip(beside, without)) if beside else None


ALL = [
    Goal("CPU an echo, of the Netty handler's", "at most", 1.05, _against("netty", "pingpong-50", "cpu_us")),
    Goal("CPU an echo, of the epoll loop's in C, with as many threads", "at most", 1.25,
         _against("epoll", "pingpong-50", "cpu_us")),
    Goal("CPU an echo, of the libevent program's", "below", 1, _against("libevent", "pingpong-50", "cpu_us")),
    Goal("echoes a second, of the libevent program's, the load on 2 threads", "at least", 1.3,
         _against("libevent", "pingpong-50-threads", "per_second")),
    Goal("p99, of the Netty handler's", "at most", 1, _against("netty", "pingpong-50", "p99_ms")),
    Goal("64 bytes, pipelined: echoes a second, of the Netty handler's", "at least", 0.95,
         _against("netty", "pipelined", "per_second")),
    Goal("64 KiB: echoes a second, of the Netty handler's", "at least", 0.95, _against("netty", "bulk", "per_second")),
    Goal("an idle connection, bytes resident", "at most", 4096, _idle("bytes_each"), "{:,.0f}"),
    Goal("an idle connection, bytes of heap", "at most", 2048, _idle("heap_bytes_each"), "{:,.0f}"),
    Goal("CPU an echo beside 10,000 idle connections, of that without", "at most", 1.15, _beside_idle),
    Goal("CPU an echo with 1,000 clients, of that with 50", "at most", 1.1, _under("pingpong-1000", "cpu_us")),
    Goal("CPU an echo, of that with metrics off", "below", 1.03, _against("ours-unmetered", "pingpong-50", "cpu_us")),
]
