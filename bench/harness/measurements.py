"""The figures of a run, as bench/run recorded them in results.json."""
import json
from pathlib import Path
from statistics import median

# What every reader of the figures needs.
REQUIRED = ("date", "commit", "machine", "versions", "rounds", "servers", "checks", "workloads")


class Unreadable(Exception):
    """No results, or not those of bench/run."""


class Measurements:
    """What was measured, by workload, server and round; the rest as recorded."""

    def __init__(self, recorded, source="results"):
        missing = [name for name in REQUIRED if name not in recorded]
        if missing:
            raise Unreadable(f"{source} has no {', '.join(missing)}: run bench/run to make it anew")
        self.date = recorded["date"]
        self.commit = recorded["commit"]
        self.machine = recorded["machine"]
        self.versions = recorded["versions"]
        self.rounds = recorded["rounds"]
        self.servers = recorded["servers"]
        self.checks = recorded["checks"]
        self.workloads = recorded["workloads"]
        measured = {name for workload in self.workloads.values() for name in workload["samples"]}
        unknown = sorted((measured | set(self.checks)) - set(self.servers))
        if unknown:
            raise Unreadable(f"{source} has figures of {', '.join(unknown)}, but no such server: run bench/run anew")

    @classmethod
    def read(cls, path):
        try:
            recorded = json.loads(Path(path).read_text())
        except FileNotFoundError:
            raise Unreadable(f"there is no {path}: run bench/run, or name the file") from None
        except ValueError as error:
            raise Unreadable(f"{path} is not JSON ({error}): run bench/run to make it anew") from None
        if not isinstance(recorded, dict):
            raise Unreadable(f"{path} is not a JSON object: run bench/run to make it anew")
        return cls(recorded, path)

    def title(self, server):
        return self.servers[server]["title"]

    def _samples(self, workload, server):
        return self.workloads.get(workload, {}).get("samples", {}).get(server, [])

    def failure(self, workload, server):
        """Why the server did not get through the workload, if it did not."""
        samples = self._samples(workload, server)
        return samples["failed"] if isinstance(samples, dict) else None

    def values(self, workload, server, field):
        """One figure a round; none where it was not measured."""
        if self.failure(workload, server):
            return []
        return [sample[field] for sample in self._samples(workload, server) if sample.get(field) is not None]

    def ratio(self, one, other, field):
        """The median of the ratios of the same round, of two (workload, server); None where either was not measured."""
        pairs = list(zip(self.values(*one, field), self.values(*other, field)))
        return median(value / base for value, base in pairs) if pairs else None

    def losses(self, server):
        """The cases of the byte-for-byte check that the server lost, each with what happened."""
        return {check["case"]: check["lost"] for check in self.checks.get(server, []) if check["lost"]}
