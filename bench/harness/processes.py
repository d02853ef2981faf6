"""Starts servers, and reads from the kernel what they use."""
import os
import re
import signal
import subprocess
import time
from pathlib import Path


class NotStarted(Exception):
    """A server that ended, or did not listen in time."""


class Process:
    """A process that says in its output on which port it listens."""

    def __init__(self, command, log, pattern=r"listening on port (\d+)", timeout=60):
        self.log = Path(log)
        with open(self.log, "w") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.pid = self.process.pid
        self.port = self._await_port(pattern, timeout)

    def _await_port(self, pattern, timeout):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            match = re.search(pattern, self.log.read_text())
            if match:
                return int(match[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.stop()
        raise NotStarted(f"{self.process.args[0]} does not listen:\n{self.log.read_text()[-2000:]}")

    def cpu_seconds(self):
        """User and system time of all threads: /proc/PID/stat's, but in nanoseconds and not in ticks of 10 ms."""
        return time.clock_gettime((~self.pid << 3) | 2)

    def resident_bytes(self):
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
