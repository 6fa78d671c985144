"""The Python client with its bytes laid open, for tests: any handshake, half-closed and reset connections."""

import socket
import struct

import networkspaces
from networkspaces import (
    ConnectionClosed,
    OperationFailed,
    ProtocolError,
    encode_dictionary,
    encode_request,
)

__all__ = [
    "Connection",
    "ConnectionClosed",
    "OperationFailed",
    "encode_dictionary",
    "encode_request",
]


class Connection(networkspaces.Connection):
    """A connection to a server, with its handshake done.

    `handshake` is the 4 bytes to begin with; `options`, when not None, negotiates instead (`X000`) and asks for
    these; with `SSL` among them, `tls` is the SSLContext, and `tls_name` what the server's certificate must say.
    `timeout` (seconds) bounds every wait for the server, a blocked fetch too; None waits for ever.
    `handshake=None` only connects.
    """

    def __init__(self, host, port, handshake=b"2222", options=None, timeout=None, rcvbuf=None, tls=None,
                 tls_name="localhost"):
        super().__init__(connected(host, int(port), timeout, rcvbuf))
        try:
            if options is not None:
                self.negotiate(options)
                if tls is not None:
                    self.encrypt(tls, tls_name)
            elif handshake is not None:
                self.greet(handshake)
        except BaseException:
            self.close()
            raise

    def greet(self, handshake):
        """The handshake without options."""
        self.send(handshake)
        answer = self.read(4)
        if answer != b"2223":
            raise ProtocolError("the handshake was answered with %r" % answer)
        self.cookies = handshake not in (b"0000", b"1111")

    def negotiate(self, options):
        """The handshake with options. Raises OperationFailed when the server refuses them."""
        self.offers()
        self.choose(options)

    @property
    def tls_version(self):
        return self._socket.version()

    def read_until_closed(self):
        """Whatever still comes, until the server closes or resets the connection."""
        data, self._unread = self._unread, b""
        while True:
            try:
                piece = self._socket.recv(65536)
            except ConnectionError:
                return data
            if not piece:
                return data
            data += piece

    def end_sending(self):
        """Half-closes: the server sees the end of what we send."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Goes away as a crashed machine does: what is unread is thrown away and the peer gets a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


def connected(host, port, timeout, rcvbuf):
    if rcvbuf is None:
        sock = socket.create_connection((host, port), timeout)
    else:  # a receive buffer counts only when it is set before connecting
        family, kind, proto, _, address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
        sock = socket.socket(family, kind, proto)
        sock.settimeout(timeout)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        sock.connect(address)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
