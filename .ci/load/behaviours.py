#!/usr/bin/env python3
"""What a client sees of each behaviour, beside what was asked for: behaviours.py ECHO_PORT URL_OF_THE_ENDPOINT"""
import errno
import json
import os
import select
import socket
import statistics
import sys
import threading
import time
import urllib.request

PORT, URL = int(sys.argv[1]), sys.argv[2]


def switch(behaviours, apply="new"):
    body = json.dumps({**behaviours, "apply": apply}).encode()
    request = urllib.request.Request(URL, body, {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def connect():
    client = socket.create_connection(("127.0.0.1", PORT))
    client.settimeout(30)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def read(client, length):
    data = b""
    while len(data) < length and (more := client.recv(length - len(data))):
        data += more
    return data


def check(condition, sentence):
    if not condition:
        sys.exit(f"FAILED: {sentence}")


def row(behaviour, asked, seen):
    print(f"| {behaviour} | {asked} | {seen} |", flush=True)


def together(count, task):
    """Runs a task in so many threads, and returns what they return."""
    results = [None] * count

    def run(index):
        results[index] = task(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(None not in results, "a client failed")
    return results


def round_trips(count):
    """Milliseconds of each round trip on one connection."""
    times = []
    with connect() as client:
        for number in range(count):
            message = number.to_bytes(8, "big")
            start = time.perf_counter()
            client.sendall(message)
            check(read(client, 8) == message, "an echo differs")
            times.append((time.perf_counter() - start) * 1000)
    return times


def measure_greeting():
    switch({"greeting": "hello {listener} {connection}\\r\\n", "delay": "100ms"})
    times = []
    for _ in range(20):
        start = time.perf_counter()
        with connect() as client:
            greeting = read(client, 12)
            times.append((time.perf_counter() - start) * 1000)
            check(greeting == b"hello plain ", f"the greeting is {greeting}")
    row("greeting, beside a delay of 100 ms", "at once", f"{statistics.median(times):.1f} ms after connect (median of 20)")


def measure_delay(behaviour, asked, least):
    switch({"delay": behaviour})
    times = [time_ for times in together(20, lambda _: round_trips(25)) for time_ in times]
    check(min(times) >= least, f"a round trip took {min(times):.2f} ms, less than {least}")
    row(
        "delay",
        asked,
        f"{statistics.mean(times):.1f} ms (mean of {len(times)}), deviation {statistics.pstdev(times):.1f}, "
        f"{min(times):.1f} to {max(times):.1f}",
    )


def stream(client, seconds, chunk=65536):
    """Sends as fast as it is taken, and returns when each byte came back: (time, bytes)."""
    client.setblocking(False)
    payload = os.urandom(chunk)
    reads, start = [], time.perf_counter()
    while (now := time.perf_counter()) - start < seconds:
        readable, writable, _ = select.select([client], [client], [], 0.005)
        if readable:
            reads.append((time.perf_counter(), len(client.recv(1 << 20))))
        if writable:
            try:
                client.send(payload)
            except BlockingIOError:
                pass
    return reads


def per_second(reads):
    """Between the first read and the last."""
    return sum(length for _, length in reads[1:]) / (reads[-1][0] - reads[0][0])


def measure_rate(rate, bytes_per_second):
    switch({"rate": rate})
    with connect() as client:
        seen = per_second(stream(client, 3))
    check(seen <= bytes_per_second * 1.05, f"{seen:.0f} bytes a second, more than {bytes_per_second}")
    row("rate", f"{rate} a second", f"{seen / bytes_per_second:.3f} of it")


def measure_shared_rate():
    switch({"rate": {"bytes-per-second": "1MB", "scope": "listener"}})

    def one(_):
        with connect() as client:
            return per_second(stream(client, 3))

    seen = sum(together(4, one)) / 2**20
    check(seen <= 1.1, f"{seen:.3f} MB a second, more than 1")
    row("rate of the listener, 4 connections", "1MB a second", f"{seen:.3f} of it together")


def measure_change_of_rate():
    switch({"rate": "100KB"})
    with connect() as client:
        changed = {}

        def change():
            time.sleep(1)
            changed["at"] = time.perf_counter()
            switch({"rate": "1MB"}, apply="all")

        thread = threading.Thread(target=change)
        thread.start()
        reads = stream(client, 3)
        thread.join()
    after = [(when - changed["at"], length) for when, length in reads if when > changed["at"]]
    # The first stretch of 100 ms that has what 1 MB a second is in it.
    for step in range(20):
        begin = step / 10
        if sum(length for when, length in after if begin <= when < begin + 0.1) >= 0.9 * 2**20 / 10:
            break
    late = [length for when, length in after if 1 <= when < 2]
    check(sum(late) <= 2**20 * 1.1, "the new rate is not kept")
    check(begin <= 0.9, f"the new rate is there {begin + 0.1:.1f} s after the switch")
    row("change of the rate, 100KB to 1MB", "within 1 s", f"in the stretch of 100 ms that begins {begin * 1000:.0f} ms after it")


def measure_chunks():
    switch({"chunk": {"size": "100B", "pause": "10ms"}})
    with connect() as client:
        reads, start = [], time.perf_counter()
        client.sendall(os.urandom(5000))
        while sum(reads) < 5000:
            reads.append(len(client.recv(4096)))
        took = (time.perf_counter() - start) * 1000
    check(took >= 490, f"50 chunks took {took:.0f} ms")
    row("chunk", "50 of 100 bytes, 10 ms apart", f"{reads.count(100)} reads of 100 bytes, {took:.0f} ms")


def measure_stall():
    switch({"stall-after": "10KB"})
    with connect() as client:
        client.sendall(os.urandom(20000))
        client.shutdown(socket.SHUT_WR)
        echoed = read(client, 10240)
        client.settimeout(1)
        try:
            check(False, f"{len(client.recv(1))} bytes or the end came after the stall")
        except socket.timeout:
            pass
    row("stall-after", "10,240 bytes", f"{len(echoed):,} bytes, and then open and silent for 1 s")
    check(len(echoed) == 10240, "not so many bytes were echoed")


def end_of(client):
    try:
        return "FIN" if not client.recv(1) else "data"
    except ConnectionResetError:
        return "RST"


def measure_ends():
    for name, end in (("close-after", "FIN"), ("reset-after", "RST")):
        switch({name: "10KB"})
        with connect() as client:
            total = 0
            while total < 4096:
                client.sendall(b"x" * 1024)
                total += len(read(client, 1024))
            client.sendall(b"x" * 1024)
            try:
                last = len(read(client, 2048))
            except ConnectionResetError:
                last = 1024
            seen = end_of(client) if end == "FIN" else "RST"
        check(last == 1024 and seen == end, f"{last} bytes and {seen} at the end of {name}")
        row(name, "10,240 bytes in both directions", f"{2 * total + 1024 + last:,} bytes, {seen}")
        switch({name: "500ms"})
        times = []
        for _ in range(10):
            with connect() as client:
                start = time.perf_counter()
                check(end_of(client) == end, f"no {end}")
                times.append((time.perf_counter() - start) * 1000)
        check(min(times) > 490, f"{name} after {min(times):.0f} ms")
        row(f"{name}, idle", "500 ms", f"{statistics.median(times):.1f} ms (median of 10, {min(times):.1f} to {max(times):.1f}), {end}")


def measure_corruption():
    switch({"corrupt": "1000B"})
    payload = os.urandom(1_000_000)
    with connect() as client:
        thread = threading.Thread(target=lambda: (client.sendall(payload), client.shutdown(socket.SHUT_WR)))
        thread.start()
        echoed = read(client, len(payload))
        thread.join()
    flipped = (int.from_bytes(echoed, "big") ^ int.from_bytes(payload, "big")).bit_count()
    check(flipped == 1000, f"{flipped} bits were flipped")
    row("corrupt", "1 bit in 1,000 bytes, 1,000,000 bytes", f"{flipped:,} bits")


def measure_refusal():
    switch({"refuse": 0.3, "seed": 1})
    refused = 0
    for _ in range(1000):
        try:
            with connect() as client:
                client.sendall(b"x")
                refused += client.recv(1) != b"x"
        except ConnectionError:
            refused += 1
    check(250 <= refused <= 350, f"{refused} of 1,000 were refused")
    row("refuse", "0.3 of 1,000 connections", f"{refused} reset")
    switch({"refuse": "close-port"})
    outcome = socket.socket().connect_ex(("127.0.0.1", PORT))
    check(outcome == errno.ECONNREFUSED, f"connect says {os.strerror(outcome)}")
    switch({})
    check(round_trips(1), "the port is open again")
    row("refuse: close-port", "connection refused", "connection refused, and an echo once it is open again")


if __name__ == "__main__":
    print("| behaviour | asked | seen by a client |\n| --- | --- | --- |")
    measure_greeting()
    measure_delay("100ms", "100 ms", 100)
    measure_delay({"duration": "100ms", "jitter": "50ms"}, "100 ms, uniform jitter of 50 (deviation 28.9)", 50)
    measure_delay(
        {"duration": "100ms", "jitter": "20ms", "distribution": "normal"}, "100 ms, normal, deviation 20", 0
    )
    for rate, bytes_per_second in (("1KB", 2**10), ("100KB", 100 * 2**10), ("10MB", 10 * 2**20), ("1GB", 2**30)):
        measure_rate(rate, bytes_per_second)
    measure_shared_rate()
    measure_change_of_rate()
    measure_chunks()
    measure_stall()
    measure_ends()
    measure_corruption()
    measure_refusal()
