"""All figures of a run, as JSON: written anew after each workload, so that a run that ends early leaves what it has."""
import json
import os
import platform
import re
import subprocess
from dataclasses import asdict
from datetime import date
from pathlib import Path

from .measurements import Measurements
from .packages import version


def _machine():
    processor = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    kib = int(re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)[1])
    return {
        "processor": processor[1] if processor else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(kib / 2**20),
        "kernel": platform.release(),
    }


def _commit(repository):
    command = ["git", "-C", str(repository), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


# The package of a peer, and the name of what it brings.
NAMES = {
    "redis-tools": "redis-benchmark",
    "golang-go": "go",
    "nodejs": "node",
    "libevent-dev": "libevent",
    "stunnel4": "stunnel",
}


class Results:
    """What is written to a file, and grows with the run."""

    def __init__(self, file, repository, builder, servers, packages, rounds):
        self.file = Path(file)
        versions = {NAMES.get(name, name): version(name) for name in packages if name != "libnginx-mod-stream"}
        versions.update(builder.versions())
        self.content = {
            "date": date.today().isoformat(),
            "commit": _commit(repository),
            "machine": _machine(),
            "versions": versions,
            "rounds": rounds,
            "servers": {server.name: {"title": server.title, "note": server.note} for server in servers},
            "checks": {},
            "workloads": {},
        }

    def add_checks(self, checks):
        self.content["checks"] = checks
        self._write()

    def add(self, workload, samples, failures):
        self.content["workloads"][workload.name] = {
            "title": workload.title,
            "description": workload.description,
            "samples": {name: [asdict(sample) for sample in own] for name, own in samples.items()}
            | {name: {"failed": sentence} for name, sentence in failures.items()},
        }
        self._write()

    def measurements(self):
        return Measurements(self.content)

    def _write(self):
        unfinished = self.file.with_suffix(".part")
        unfinished.write_text(json.dumps(self.content, indent=1) + "\n")
        os.replace(unfinished, self.file)
