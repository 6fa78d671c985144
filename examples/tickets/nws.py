"""A NetWorkSpaces client for text, in one page: the classic protocol, see docs/protocol.md."""

import os
import socket

PLAIN_STRING_FROM_PYTHON = str(1 << 24 | 1)


class NetWorkSpace:
    """A workspace on the server at NWS_HOST (localhost) and NWS_SERVER_PORT (8765). It uses the workspace, and never owns it."""

    def __init__(self, name):
        address = os.environ.get("NWS_HOST", "localhost"), int(os.environ.get("NWS_SERVER_PORT", 8765))
        self._name = name
        self._socket = socket.create_connection(address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._replies = self._socket.makefile("rb")
        self._socket.sendall(b"0000")
        self._replies.read(4)
        self._short("use ws", name, "", "no")

    def store(self, variable, text):
        """Puts a text into the queue."""
        self._short("store", self._name, variable, PLAIN_STRING_FROM_PYTHON, text)

    def fetch(self, variable):
        """Takes the first text of the queue; waits for one if there is none."""
        return self._long("fetch", self._name, variable)

    def find(self, variable):
        """Like fetch, but leaves the text where it is."""
        return self._long("find", self._name, variable)

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _short(self, *args):
        self._send(args)
        self._check(self._number(4))

    def _long(self, *args):
        self._send(args)
        status = self._number(4)
        self._number(20)  # the type descriptor: here, all is text
        text = self._replies.read(self._number(20)).decode()
        self._check(status)
        return text

    def _send(self, args):
        fields = [arg.encode() for arg in args]
        self._socket.sendall(b"%04d" % len(fields) + b"".join(b"%020d" % len(field) + field for field in fields))

    def _number(self, width):
        digits = self._replies.read(width)
        if len(digits) < width:
            raise ConnectionError("the server closed the connection")
        return int(digits)

    def _check(self, status):
        if status != 0:
            raise RuntimeError(f"the server refused, with status {status}")
