"""Connections that are open and say nothing, held by processes of their own."""
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .load import LoadFailed

PROGRAM = Path(__file__).resolve().parents[1] / "load/idle.py"

# A process may commonly have 20,000 descriptors.
EACH = 10_000


@contextmanager
def _holder(port, count, address):
    command = [sys.executable, PROGRAM, str(port), str(count), address]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        # It waits no longer than 10 s for any one connection, and ends if that is not enough.
        if not process.stdout.readline():
            raise LoadFailed(f"{count:,} idle connections: {process.stderr.read().strip()[-500:]}")
        yield
    finally:
        process.communicate()


@contextmanager
def idle_connections(port, count):
    """Holds so many, each process from an address of its own, so that none is short of ports."""
    with ExitStack() as holders:
        for number in range(0, count, EACH):
            address = f"127.0.0.{2 + number // EACH}"
            holders.enter_context(_holder(port, min(EACH, count - number), address))
        yield
