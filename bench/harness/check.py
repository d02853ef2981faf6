"""Whether every byte comes back: what a server must pass before it is measured, or the table says what it loses."""
import os
import random
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from .client import connect

PATIENCE = 10  # seconds for one answer


class Lost(Exception):
    """What did not come back, in a few words, and how many bytes that is."""

    def __init__(self, sentence, count=0):
        super().__init__(sentence)
        self.count = count


class Hung(Lost):
    """Nothing more came back, and no end either."""


def reason(failure):
    return (failure.strerror or str(failure)).lower()


def lost(failure):
    """A socket that fails, in a send or a connect, as what it means here."""
    return failure if isinstance(failure, Lost) else Lost(f"the connection failed ({reason(failure)})")


def read(client, length, pause=0):
    """What comes back: so many bytes, or fewer if the stream ends before. A pause, in seconds, makes it slow."""
    echo = bytearray()
    try:
        while len(echo) < length:
            part = client.recv(min(65_536, length - len(echo)))
            if not part:
                break
            echo += part
            if pause:
                time.sleep(pause)
    except TimeoutError:
        missing = length - len(echo)
        raise Hung(f"{missing:,} of {length:,} bytes not there within {PATIENCE} s", missing) from None
    except ConnectionError as failure:
        missing = length - len(echo)
        raise Lost(f"{missing:,} of {length:,} bytes lost ({reason(failure)})", missing) from None
    return bytes(echo)


def compare(sent, echo):
    if echo == sent:
        return
    if sent.startswith(echo):
        missing = len(sent) - len(echo)
        raise Lost(f"{missing:,} of {len(sent):,} bytes lost", missing)
    wrong = next(at for at, (one, other) in enumerate(zip(sent, echo)) if one != other)
    raise Lost(f"byte {wrong:,} of {len(sent):,} is not the one that was sent", len(sent))


def clean_end(client):
    try:
        if client.recv(1):
            raise Lost("more came back than was sent")
    except TimeoutError:
        raise Hung(f"no end within {PATIENCE} s, after every byte") from None
    except ConnectionError as failure:
        raise Lost(f"no clean end after every byte ({reason(failure)})") from None


def summary(losses, times):
    """Raises the worst of several losses, and tells how many there were."""
    if losses:
        raise Lost(f"{max(losses, key=lambda loss: loss.count)} in {len(losses)} of {times}")


def in_turn(times, exchange):
    losses = []
    for number in range(times):
        try:
            exchange(number)
        except Hung as hung:
            losses.append(hung)
            return summary(losses, number + 1)
        except (Lost, OSError) as failure:
            losses.append(lost(failure))
    return summary(losses, times)


def at_once(times, exchange):
    def loss(number):
        try:
            exchange(number)
        except (Lost, OSError) as failure:
            return lost(failure)
        return None

    with ThreadPoolExecutor(times) as threads:
        summary([loss for loss in threads.map(loss, range(times)) if loss], times)


class Sender(threading.Thread):
    """Sends bytes in pieces of the given lengths and ends the stream, beside whoever reads."""

    def __init__(self, client, payload, pieces):
        super().__init__(daemon=True)
        self.client = client
        self.payload = memoryview(payload)
        self.pieces = pieces
        self.sent = 0

    def run(self):
        try:
            while self.sent < len(self.payload):
                piece = self.payload[self.sent : self.sent + next(self.pieces)]
                self.client.sendall(piece)
                self.sent += len(piece)
            self.client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # What did not come back tells it.

    def await_standstill(self):
        """Until all is sent, or nothing more has been taken for a while."""
        deadline = time.monotonic() + PATIENCE
        sent = -1
        while self.is_alive() and self.sent != sent and time.monotonic() < deadline:
            sent = self.sent
            self.join(0.3)


def one_byte(connected):
    with connected() as client:
        client.sendall(b"x")
        compare(b"x", read(client, 1))


def every_value(connected):
    chance = random.Random(25341)
    payload = bytes(range(256)) * 16 + bytes(4096) + os.urandom(2**20 - 8192)
    with connected() as client:
        Sender(client, payload, iter(lambda: chance.randint(1, 20_000), None)).start()
        compare(payload, read(client, len(payload)))


def end_at_once(connected):
    payload = os.urandom(256 * 1024)

    def exchange(_):
        with connected() as client:
            client.sendall(payload)
            client.shutdown(socket.SHUT_WR)
            compare(payload, read(client, len(payload)))
            clean_end(client)

    in_turn(20, exchange)


def slow_reader(connected):
    payload = os.urandom(8 * 2**20)

    def exchange(_):
        with connected(receive_buffer=65_536) as client:
            sender = Sender(client, payload, iter(lambda: 65_536, None))
            sender.start()
            sender.await_standstill()
            compare(payload, read(client, len(payload), pause=0.002))
            clean_end(client)

    at_once(5, exchange)


def reset_of_another(connected):
    payload = os.urandom(4096)

    def exchange(_):
        with connected() as other:
            with connected() as client:
                client.sendall(payload)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            other.sendall(payload)
            compare(payload, read(other, len(payload)))

    in_turn(20, exchange)


def many_at_once(connected):
    everyone = threading.Barrier(200, timeout=PATIENCE)

    def exchange(number):
        payload = number.to_bytes(2, "big") * 512
        with connected() as client:
            try:
                everyone.wait()
            except threading.BrokenBarrierError:
                raise Hung(f"200 connections were not open within {PATIENCE} s") from None
            client.sendall(payload)
            compare(payload, read(client, len(payload)))

    at_once(200, exchange)


CASES = {
    "one byte": one_byte,
    "1 MiB of every byte value, in random pieces": every_value,
    "256 KiB and at once the end of the stream": end_at_once,
    "8 MiB, the end, and a reader that starts late and is slow": slow_reader,
    "another client's reset": reset_of_another,
    "200 connections at once": many_at_once,
}


def check(port, tls):
    """Every case, and what it lost, or nothing."""

    def connected(**options):
        return connect(port, tls, PATIENCE, **options)

    results = []
    for title, case in CASES.items():
        try:
            case(connected)
            outcome = ""
        except (Lost, OSError) as failure:
            outcome = str(lost(failure))
        results.append({"case": title, "lost": outcome})
    return results
