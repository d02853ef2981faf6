"""What servers and load need of Debian's packages: whether it is there, and in which version."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

STREAM_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so"


def _output(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return result.stdout + result.stderr


def _libevent():
    return _output("gcc", "-dM", "-E", "-include", "event2/event.h", "-x", "c", "-")


# By package: the program whose presence shows it, and the command that tells the version.
PROGRAMS = {
    "redis-tools": ("redis-benchmark", "--version"),
    "gcc": ("gcc", "-dumpfullversion"),
    "golang-go": ("go", "version"),
    "nodejs": ("node", "--version"),
    "openssl": ("openssl", "version"),
    "nginx": ("nginx", "-v"),
    "stunnel4": ("stunnel", "-version"),
}


def is_missing(package):
    if package == "libevent-dev":
        return is_missing("gcc") or "EVENT__VERSION" not in _libevent()
    if package == "libnginx-mod-stream":
        return not Path(STREAM_MODULE).exists()
    return shutil.which(PROGRAMS[package][0]) is None


def require(packages):
    """Ends the run, with the command to use, unless all are there."""
    missing = [package for package in packages if is_missing(package)]
    if missing:
        names = " ".join(missing)
        sys.exit(f"missing: {', '.join(missing)}; run `apt-get install {names}`, or name other servers with --only")


def version(package):
    if package == "libevent-dev":
        return re.search(r'EVENT__VERSION "([\d.]+)', _libevent())[1]
    return re.search(r"\d+(\.\d+)+", _output(*PROGRAMS[package]))[0]
