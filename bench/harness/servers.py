"""Builds the service and its peers, and tells how each is started."""
import os
import shutil
import subprocess
from pathlib import Path

from .jvm import Jvm
from .processes import Process

BENCH = Path(__file__).resolve().parents[1]
PEERS = BENCH / "peers"

# Every metric and every limit is on, and none is reached.
EVERYTHING_ON = [
    "--server.port=0",
    "--echo.listeners.plain.port=0",
    "--echo.limits.connections=25000",
    "--echo.limits.connections-per-address=25000",
    "--echo.limits.idle-timeout=1h",
    "--echo.limits.lifetime=24h",
    "--echo.limits.allow=127.0.0.0/8,::1/128",
    "--echo.limits.deny=192.0.2.0/24",
]


class Server:
    """A server that can be started: its name, what it is, and the command."""

    def __init__(self, name, title, command, build=lambda: None, pattern=r"listening on port (\d+)"):
        self.name = name
        self.title = title
        self.command = command
        self.build = build
        self.pattern = pattern

    def start(self, directory):
        return Process(self.command(), directory / f"{self.name}.log", self.pattern)


class Builder:
    """Knows all servers, and builds those that are asked for into a directory."""

    def __init__(self, jar, directory):
        self.jar = Path(jar)
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.jvm = Jvm(BENCH.parent / "src/main/docker/jvm.options")
        self.loops = os.cpu_count()

    def all(self):
        d = self.directory
        ours = r"Echo started: plain on .*:(\d+); transport"
        java = [self.jvm.java, *self.jvm.flags]
        application = d / "application" / self.jar.name
        return [
            Server("ours", "tcp-echo", lambda: [*java, "-jar", application, *EVERYTHING_ON], self._application, ours),
            Server(
                "ours-unmetered",
                "tcp-echo, metrics off",
                lambda: [*java, "-jar", application, *EVERYTHING_ON, "--management.metrics.enable.echo=false"],
                self._application,
                ours,
            ),
            Server(
                "netty",
                "Netty handler",
                lambda: [*java, "-cp", f"{d}/application/lib/*:{d}", "dev.tcpecho.bench.NettyEcho", "0"],
                self._netty,
            ),
            Server("epoll", f"C, epoll, {self.loops} threads", lambda: [d / "epoll", 0, self.loops], self._epoll),
            Server("epoll-1", "C, epoll, 1 thread", lambda: [d / "epoll", 0, 1], self._epoll),
            Server("libevent", "C, libevent, 1 thread", lambda: [d / "libevent", 0], self._libevent),
            Server("go", "Go, net", lambda: [d / "go", 0], self._go),
            Server("node", "Node, net", lambda: ["node", PEERS / "echo.js", 0]),
        ]

    def _run(self, *command, **options):
        subprocess.run([str(part) for part in command], check=True, **options)

    def _application(self):
        shutil.rmtree(self.directory / "application", ignore_errors=True)
        self.jvm.tool(
            "java", "-Djarmode=tools", "-jar", self.jar, "extract", "--destination", self.directory / "application"
        )

    def _netty(self):
        if not (self.directory / "application").exists():
            self._application()
        self.jvm.tool(
            "javac", "-cp", f"{self.directory}/application/lib/*", "-d", self.directory, PEERS / "NettyEcho.java"
        )

    def _epoll(self):
        self._run("gcc", "-O2", "-Wall", "-Wextra", "-pthread", "-o", self.directory / "epoll", PEERS / "epoll.c")

    def _libevent(self):
        self._run(
            "gcc", "-O2", "-Wall", "-Wextra", "-o", self.directory / "libevent", PEERS / "libevent.c", "-levent"
        )

    def _go(self):
        self._run("go", "build", "-o", self.directory / "go", PEERS / "echo.go")

    def build(self, servers):
        for build in dict.fromkeys(server.build for server in servers):
            build()
