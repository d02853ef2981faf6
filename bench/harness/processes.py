"""Starts servers, and reads from the kernel what they use."""
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path


class NotStarted(Exception):
    """A server that ended, or did not listen in time."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _target(descriptor):
    try:
        return os.readlink(descriptor.path)
    except FileNotFoundError:  # closed meanwhile
        return ""


class Process:
    """A process that says in its output on which port it listens, or was given one."""

    def __init__(self, command, log, pattern=r"listening on port (\d+)", port=None, timeout=60):
        self.log = Path(log)
        self.given_port = port
        with open(self.log, "w") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.pid = self.process.pid
        self.port = self._await_port(pattern, timeout)

    def _listening(self, pattern):
        if self.given_port:
            return self.given_port if accepts(self.given_port) else None
        match = re.search(pattern, self.log.read_text())
        return int(match[1]) if match else None

    def _await_port(self, pattern, timeout):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            port = self._listening(pattern)
            if port:
                return port
            time.sleep(0.02)
        self.stop()
        raise NotStarted(f"{self.process.args[0]} does not listen:\n{self.log.read_text()[-2000:]}")

    def _pids(self):
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [self.pid, *map(int, children.split())]

    def cpu_seconds(self):
        """User and system time of all threads: /proc/PID/stat's, but in nanoseconds and not in ticks of 10 ms."""
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in self._pids())

    def compiler_seconds(self):
        """What of it a JVM's compilers took; 0 for what is no JVM."""
        threads = Path(f"/proc/{self.pid}/task").iterdir()
        compilers = [thread for thread in threads if "CompilerThre" in (thread / "comm").read_text()]
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in compilers) / 1e9

    def resident_bytes(self):
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self._pids())
        return pages * os.sysconf("SC_PAGE_SIZE")

    def sockets(self):
        """How many are open: of its descriptors, as Go keeps pipes for a while that it has no more use for."""
        descriptors = [fd for pid in self._pids() for fd in os.scandir(f"/proc/{pid}/fd")]
        return sum(_target(fd).startswith("socket:") for fd in descriptors)

    def last_words(self):
        """The last line of the output of a process that has ended by itself, else nothing."""
        return self.log.read_text().strip().split("\n")[-1] if self.process.poll() is not None else ""

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Fronted:
    """A process in front of another: what they use is the sum."""

    def __init__(self, front, behind):
        self.front = front
        self.behind = behind
        self.port = front.port

    def cpu_seconds(self):
        return self.front.cpu_seconds() + self.behind.cpu_seconds()

    def compiler_seconds(self):
        return self.front.compiler_seconds() + self.behind.compiler_seconds()

    def resident_bytes(self):
        return self.front.resident_bytes() + self.behind.resident_bytes()

    def sockets(self):
        return self.front.sockets() + self.behind.sockets()

    def last_words(self):
        return self.front.last_words() or self.behind.last_words()

    def stop(self):
        self.front.stop()
        self.behind.stop()
