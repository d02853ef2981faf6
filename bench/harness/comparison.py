"""Measures servers in turn, one at a time, and keeps what they give, and what each cannot do."""
import random

from .load import LoadFailed
from .processes import NotStarted

FAILURES = (LoadFailed, NotStarted, OSError)


class Comparison:
    """Of servers, each of which is started when it is first needed, and anew after a failure."""

    def __init__(self, servers, progress):
        self.servers = {server.name: server for server in servers}
        self.progress = progress
        self.running = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in list(self.running):
            self.stop(name)

    def process(self, name):
        if name not in self.running:
            self.running[name] = self.servers[name].start()
        return self.running[name]

    def stop(self, name):
        if name in self.running:
            self.running.pop(name).stop()

    def run(self, workload, rounds):
        """Warms every server up, and then measures each in turn, round by round: samples, and failures, by name."""
        samples = {name: [] for name, server in self.servers.items() if server.tls == workload.tls}
        failures = {}

        def attempt(name, task):
            try:
                if name not in failures:
                    task()
            except FAILURES as failure:
                last_words = self.running[name].last_words() if name in self.running else ""
                failures[name] = f"{failure}; it ended with: {last_words}" if last_words else str(failure).strip()
                del samples[name]
                self.stop(name)
                self.progress(f"{workload.name}: {name} FAILED: {failures[name]}")

        def measure(name, number):
            if workload.fresh:
                self.stop(name)
                workload.warm_up(self.process(name))
            sample = workload.measure(self.servers[name], self.process(name))
            samples[name].append(sample)
            self.progress(f"{workload.name}, round {number}: {name} {sample.cpu_us:.2f} us")

        names = list(samples)
        if not workload.fresh:
            for name in names:
                attempt(name, lambda name=name: workload.warm_up(self.process(name)))
        for number in range(1, min(rounds, workload.most_rounds) + 1):
            # Another order in each: what a server leaves behind in the machine is not always the same one's to bear.
            for name in random.Random(number).sample(names, len(names)):
                attempt(name, lambda name=name: measure(name, number))
        return samples, failures
