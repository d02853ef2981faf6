"""Builds the service and its peers, and tells how each is started."""
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

from .jar import commit
from .jvm import Jvm
from .packages import STREAM_MODULE
from .processes import Fronted, NotStarted, Process, free_port

BENCH = Path(__file__).resolve().parents[1]
PEERS = BENCH / "peers"

# Every metric and every limit is on, and none is reached.
EVERYTHING_ON = [
    "--server.port=0",
    "--echo.limits.connections=25000",
    "--echo.limits.connections-per-address=25000",
    "--echo.limits.idle-timeout=1h",
    "--echo.limits.lifetime=24h",
    "--echo.limits.allow=127.0.0.0/8,::1/128",
    "--echo.limits.deny=192.0.2.0/24",
]
PLAIN = "--echo.listeners.plain.port=0"


@dataclass(frozen=True)
class Server:
    """A server that can be started: its name, what it is, the steps that build it, and how it is started."""

    name: str
    title: str
    start: Callable
    steps: tuple = ()
    packages: tuple = ()
    tls: bool = False
    jvm: Optional[Jvm] = None
    most_connections: int = 19_000  # of the 20,000 descriptors that a process may commonly have
    note: str = ""


class Builder:
    """Knows all servers, and builds those that are asked for into a directory."""

    def __init__(self, jar, directory, against=None):
        self.jar = Path(jar)
        self.against = against
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.jvm = Jvm(BENCH.parent / "src/main/docker/jvm.options")
        self.loops = os.cpu_count()

    def all(self):
        c = ("gcc",)
        unmetered = "--management.metrics.enable.echo=false"
        tls = [
            "--echo.listeners.tls.port=0",
            "--echo.listeners.tls.ssl.bundle=server",
            f"--spring.ssl.bundle.pem.server.keystore.certificate=file:{self.directory}/tls.crt",
            f"--spring.ssl.bundle.pem.server.keystore.private-key=file:{self.directory}/tls.key",
        ]
        return [
            self._service("ours", "tcp-echo", [PLAIN]),
            *self._builds(tls),
            self._service("ours-unmetered", "tcp-echo, metrics off", [PLAIN, unmetered]),
            Server("netty", "Netty handler", self._start_netty, (self._application, self._netty), jvm=self.jvm),
            Server(
                "epoll",
                f"C, epoll, {self.loops} threads",
                self._starter("epoll", "epoll", 0, self.loops),
                (self._epoll,),
                c,
            ),
            Server("epoll-1", "C, epoll, 1 thread", self._starter("epoll-1", "epoll", 0, 1), (self._epoll,), c),
            Server(
                "libevent",
                "C, libevent, 1 thread",
                self._starter("libevent", "libevent", 0),
                (self._libevent,),
                (*c, "libevent-dev"),
                note="of the tutorial kind: it holds without bound what its client does not read",
            ),
            Server(
                "go",
                "Go, net",
                self._starter("go", "go", 0),
                (self._go,),
                ("golang-go",),
                most_connections=6_000,
                note="a pipe for each connection, to splice with: three descriptors, and so at most 6,000 of them idle",
            ),
            Server("node", "Node, net", self._start_node, packages=("nodejs",)),
            self._service("ours-tls", "tcp-echo, TLS", tls, (self._certificate,), tls=True),
            self._front("nginx", ("nginx", "libnginx-mod-stream")),
            self._front("stunnel", ("stunnel4",)),
        ]

    def _builds(self, tls):
        """The other build, and a second process of this one, whose ratio to the first is the noise."""
        if not self.against:
            return []
        title = f"tcp-echo, {commit(self.against)}"
        certificate = (self._certificate,)
        return [
            self._service("again", "tcp-echo, a second process", [PLAIN]),
            self._service("against", title, [PLAIN], jar=self.against),
            self._service("again-tls", "tcp-echo, TLS, a second process", tls, certificate, tls=True),
            self._service("against-tls", f"{title}, TLS", tls, certificate, tls=True, jar=self.against),
        ]

    def _service(self, name, title, options, steps=(), tls=False, jar=None):
        jar = jar or self.jar
        application = self._application_directory(jar)
        command = [*self._java(), "-jar", application / jar.name, *EVERYTHING_ON, *options]
        pattern = r"Echo started: \w+ on .*:(\d+); transport"
        return Server(
            name,
            title,
            lambda: Process(command, self._log(name), pattern),
            (self._extract_against if jar == self.against else self._application, *steps),
            ("openssl",) if tls else (),
            tls=tls,
            jvm=self.jvm,
        )

    def _front(self, name, packages):
        return Server(
            name,
            f"{name} before C, epoll, {self.loops} threads",
            lambda: self._start_front(name),
            (self._epoll, self._certificate),
            ("gcc", "openssl", *packages),
            tls=True,
            note="CPU and memory are those of both processes",
        )

    def _java(self):
        return [self.jvm.java, *self.jvm.flags]

    def _log(self, name):
        return self.directory / f"{name}.log"

    def _starter(self, name, program, *arguments):
        return lambda: Process([self.directory / program, *arguments], self._log(name))

    def _start_netty(self):
        class_path = f"{self.directory}/application/lib/*:{self.directory}"
        return Process([*self._java(), "-cp", class_path, "dev.tcpecho.bench.NettyEcho", "0"], self._log("netty"))

    def _start_node(self):
        return Process(["node", PEERS / "echo.js", 0], self._log("node"))

    def _start_front(self, name):
        behind = self._starter(f"{name}-echo", "epoll", 0, self.loops)()
        try:
            # Neither can be told to take any port and say which.
            port = free_port()
            configuration = self._configuration(f"{name}.conf", PORT=port, ECHO=behind.port)
            command = ["nginx", "-c", configuration] if name == "nginx" else ["stunnel", configuration]
            return Fronted(Process(command, self._log(name), port=port), behind)
        except NotStarted:
            behind.stop()
            raise

    def _configuration(self, name, **values):
        text = (PEERS / name).read_text()
        values.update(DIRECTORY=self.directory, LOOPS=self.loops, MODULE=STREAM_MODULE)
        for key, value in values.items():
            text = text.replace(key, str(value))
        (self.directory / name).write_text(text)
        return self.directory / name

    def _run(self, *command):
        subprocess.run([str(part) for part in command], check=True)

    def _application_directory(self, jar):
        return self.directory / ("against" if jar == self.against else "application")

    def _application(self):
        self._extract(self.jar)

    def _extract_against(self):
        self._extract(self.against)

    def _extract(self, jar):
        directory = self._application_directory(jar)
        shutil.rmtree(directory, ignore_errors=True)
        self.jvm.tool("java", "-Djarmode=tools", "-jar", jar, "extract", "--destination", directory)

    def _netty(self):
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

    def _certificate(self):
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "90", "-subj", "/CN=localhost",
                "-keyout", self.directory / "tls.key", "-out", self.directory / "tls.crt",
            ],
            check=True,
            stderr=subprocess.DEVNULL,
        )

    def versions(self):
        """Of what is built without Debian's packages."""
        netty = next((self.directory / "application/lib").glob("netty-buffer-*.jar"), None)
        return {"java": self.jvm.version, **({"netty": netty.stem.removeprefix("netty-buffer-")} if netty else {})}

    def build(self, servers):
        for step in dict.fromkeys(step for server in servers for step in server.steps):
            step()
