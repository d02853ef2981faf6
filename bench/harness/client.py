"""Clients that send, read and end their stream, over TCP or TLS."""
import socket
import ssl
import threading


def connect(port, tls, timeout, receive_buffer=None):
    client = socket.socket()
    try:
        client.settimeout(timeout)
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.connect(("127.0.0.1", port))
        return TlsClient(client) if tls else client
    except OSError:
        client.close()
        raise


class TlsClient:
    """A socket with TLS 1.3 that can end its stream and read on, as Python's own cannot, for a reader and a sender."""

    def __init__(self, transport):
        self.transport = transport
        self.received = bytearray()
        self.lock = threading.Lock()
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing)
        self._with_records(self._handshake)

    def _handshake(self):
        try:
            self.tls.do_handshake()
        finally:
            self.transport.sendall(self.outgoing.read())

    def _record(self):
        """The next record, or nothing at the end."""
        while len(self.received) < 5 or len(self.received) < 5 + int.from_bytes(self.received[3:5], "big"):
            part = self.transport.recv(65_536)
            if not part:
                return b""
            self.received += part
        length = 5 + int.from_bytes(self.received[3:5], "big")
        record = bytes(self.received[:length])
        del self.received[:length]
        return record

    def _with_records(self, task, *arguments):
        """Does what may need records, and gives one at a time: ending the stream, OpenSSL drops those not yet read."""
        record = None
        while True:
            with self.lock:
                if record:
                    self.incoming.write(record)
                elif record is not None:
                    self.incoming.write_eof()
                try:
                    return task(*arguments)
                except ssl.SSLWantReadError:
                    pass
            record = self._record()

    def sendall(self, data):
        with self.lock:
            self.tls.write(data)
            records = self.outgoing.read()
        self.transport.sendall(records)

    def recv(self, length):
        try:
            return self._with_records(self.tls.read, length)
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLEOFError:
            raise ConnectionError("no close_notify") from None
        except ssl.SSLError as failure:
            raise ConnectionError(failure.reason or str(failure)) from failure

    def shutdown(self, _):
        """Sends close_notify, and waits for no answer."""
        with self.lock:
            try:
                self.tls.unwrap()
            except ssl.SSLWantReadError:
                pass
            records = self.outgoing.read()
        self.transport.sendall(records)

    def setsockopt(self, *option):
        self.transport.setsockopt(*option)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.transport.close()
