#!/usr/bin/env python3
"""Opens connections, has a byte echoed on each, and holds them until its input ends: idle.py PORT COUNT ADDRESS"""
import socket
import struct
import sys


def connect(port, address):
    client = socket.socket()
    client.settimeout(10)
    # A reset at the end: tens of thousands of connections leave nothing that waits for late segments.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.bind((address, 0))
    client.connect(("127.0.0.1", port))
    client.sendall(b"x")
    if client.recv(1) != b"x":
        sys.exit("one byte did not come back")
    return client


def main():
    port, count, address = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    held = [connect(port, address) for _ in range(count)]
    print("holding", len(held), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    try:
        main()
    except OSError as failure:
        sys.exit(f"a connection failed: {failure}")
