"""The ways to start the service, and how long each takes to its first echo."""
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .processes import NotStarted, Process

ANY_PORT = ["--server.port=0", "--echo.listeners.plain.port=0"]
ECHO = r"Echo started: plain on .*:(\d+); transport \S+;.* management on port (\d+)$"
PREPARED = "-Dspring.aot.enabled=true"
NOT_PREPARED = "-Dspring.aot.enabled=false"


@dataclass(frozen=True)
class Form:
    """A way to start the service, and whether from the context that the build prepared."""

    name: str
    title: str
    command: list
    prepared: bool


@dataclass(frozen=True)
class Start:
    """One start: milliseconds from its exec to the first echo, and those of processor time by then."""

    wall_ms: float
    cpu_ms: float


class Service(Process):
    """The service, whose output is read as it comes: nothing polls while it starts."""

    def __init__(self, command, timeout=60):
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.pid = self.process.pid
        self.output = ""
        self.deadline = time.monotonic() + timeout

    def await_output(self, pattern):
        """The groups of the pattern, as soon as a line has it."""
        for line in self.process.stdout:
            self.output += line
            if match := re.search(pattern, line):
                return match.groups()
            if time.monotonic() > self.deadline:
                break
        self.stop()
        raise NotStarted(f"{shlex.join(self.process.args)} did not start:\n{self.output[-2000:]}")

    def stop(self):
        super().stop()
        self.process.stdout.close()


def measure(form):
    begin = time.monotonic()
    service = Service(form.command)
    try:
        port, _ = service.await_output(ECHO)
        with socket.create_connection(("localhost", port), timeout=10) as client:
            client.sendall(b"hello")
            if client.recv(5, socket.MSG_WAITALL) != b"hello":
                raise NotStarted(f"{form.title}: the first echo is not what was sent")
        start = Start((time.monotonic() - begin) * 1000, service.cpu_seconds() * 1000)
        if ("Starting AOT-processed" in service.output) != form.prepared:
            raise NotStarted(f"{form.title}: the prepared context is to be {form.prepared}:\n{service.output}")
        return start
    finally:
        service.stop()


class Forms:
    """Builds what the container has into a directory: runtime, jars and caches."""

    def __init__(self, jar, jvm, dockerfile, directory):
        self.jar = jar
        self.jvm = jvm
        self.dockerfile = dockerfile
        self.directory = directory
        self.application = directory / "application" / jar.name
        self.native = directory / "native"
        self.java = directory / "runtime/bin/java"

    def build(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.jvm.tool("jlink", "--output", self.directory / "runtime", *self._jlink_options())
        self.jvm.tool("java", "-Djarmode=tools", "-jar", self.jar, "extract", "--destination", self.application.parent)
        for library in self.application.parent.glob("lib/netty-transport-native-*-linux-*.jar"):
            self._unpack_native(library)
        jdk = [self.jvm.java]
        container = [self.java, *self.jvm.flags, f"-Djava.library.path={self.native}"]
        unprepared = [*container, NOT_PREPARED]
        return [
            self._form("jar", "`java -jar`", [*jdk, NOT_PREPARED], self.jar, False),
            self._form("jar-prepared", "the same, prepared context", [*jdk, PREPARED], self.jar, True),
            self._form("extracted", "extracted, prepared context", container, self.application, True),
            self._form("cache", "extracted, AOT cache", self._cached("cache", unprepared), self.application, False),
            self._form(
                "cache-prepared",
                "extracted, AOT cache, prepared context",
                self._cached("cache-prepared", container),
                self.application,
                True,
            ),
        ]

    @staticmethod
    def _form(name, title, java, jar, prepared):
        return Form(name, title, [*java, "-jar", jar, *ANY_PORT], prepared)

    def _jlink_options(self):
        """The container's, but for where the runtime goes."""
        instructions = re.sub(r"(?m)^\s*#.*\n", "", self.dockerfile.read_text()).replace("\\\n", " ")
        return shlex.split(re.search(r"jlink --output \S+ (.*?) &&", instructions)[1])

    def _unpack_native(self, library):
        with zipfile.ZipFile(library) as archive:
            for entry in archive.namelist():
                if entry.endswith(".so"):
                    self.native.mkdir(exist_ok=True)
                    (self.native / Path(entry).name).write_bytes(archive.read(entry))

    def _cached(self, name, java):
        """Trains a cache as the Dockerfile does, and gives the command that refuses to start without it."""
        recorded = [*java, f"-XX:AOTConfiguration={self.directory}/{name}.training"]
        cache = f"-XX:AOTCache={self.directory}/{name}.aot"
        service = Service([*recorded, "-XX:AOTMode=record", "-jar", self.application, *ANY_PORT])
        try:
            echo, management = service.await_output(ECHO)
            service.await_output("Started EchoApplication")
            self._run(self.java, "-jar", self.application, "probe", "--count", "100", f"localhost:{echo}")
            for endpoint in ("health/liveness", "health/readiness", "info", "prometheus"):
                urllib.request.urlopen(f"http://localhost:{management}/actuator/{endpoint}", timeout=10).read()
        finally:
            # What was recorded is written as the JVM ends.
            service.process.send_signal(signal.SIGTERM)
            service.process.communicate(timeout=60)
        self._run(*recorded, "-XX:AOTMode=create", cache, "-jar", self.application)
        return [*java, cache, "-XX:AOTMode=on"]

    @staticmethod
    def _run(*command):
        result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)
        if result.returncode != 0:
            raise NotStarted(f"{shlex.join(result.args)}:\n{(result.stdout + result.stderr)[-2000:]}")
