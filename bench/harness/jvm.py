"""The Java runtime that the service and the Netty handler share, and its flags."""
import glob
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path


class Jvm:
    """A JDK, with the flags of the container."""

    def __init__(self, options_file):
        self.home = self._find()
        if not self.home:
            sys.exit("there is no JDK: put one on the PATH, of Java 17 or later")
        self.java = f"{self.home}/bin/java"
        self.version = self._version(self.java)
        self.flags = self._flags(options_file)

    @staticmethod
    def _version(java):
        output = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
        return re.search(r'version "([^"]+)"', output)[1]

    @classmethod
    def _find(cls):
        """The container's Java 25, if it is here, else the one on the PATH."""
        for home in filter(None, [os.environ.get("JAVA_HOME"), *sorted(glob.glob("/usr/lib/jvm/*25*"))]):
            if os.access(f"{home}/bin/javac", os.X_OK) and cls._version(f"{home}/bin/java").startswith("25"):
                return home
        javac = shutil.which("javac")
        return str(Path(javac).resolve().parents[1]) if javac else None

    def _flags(self, options_file):
        lines = [line.strip() for line in Path(options_file).read_text().splitlines()]
        # The path is the container's: here Netty unpacks its libraries.
        flags = [line for line in lines if line and not line.startswith(("#", "-Djava.library.path="))]
        if self.version >= "25":
            return flags
        # Of Java 25, or of 23 and later.
        known = [flag for flag in flags if not flag.startswith("--sun-misc-unsafe-memory-access")]
        return ["-XX:+IgnoreUnrecognizedVMOptions", *known]

    def tool(self, name, *arguments):
        subprocess.run([f"{self.home}/bin/{name}", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)

    def collect(self, pid):
        """Has a Java process of this runtime collect its garbage, and tells how many bytes of heap are left in use."""
        self.tool("jcmd", pid, "GC.run")
        command = [f"{self.home}/bin/jcmd", str(pid), "GC.heap_info"]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        # The generations'; the spaces of a generation are given in percent.
        return sum(int(kib) * 1024 for kib in re.findall(r"total \d+K, used (\d+)K", output))
