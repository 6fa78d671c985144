"""What the conformance tests share: connections to the server under test, names of their own, waiting for a state."""

import itertools
import os
import re
import threading
import time
import unittest

from nws import Connection, ConnectionClosed, encode_request

TIMEOUT = 20.0  # seconds: what takes longer has failed

BLANK_COOKIE = b" " * 20 + b"0" * 20

# How many arguments each verb takes after itself, and the shape of its replies.
ARGUMENT_COUNTS = {
    "open ws": (3, 5),
    "use ws": (3, 4),
    "delete ws": (1,),
    "list wss": (0, 1),
    "mktemp ws": (0, 1),
    "list vars": (1,),
    "declare var": (3,),
    "delete var": (2,),
    "store": (4,),
    "fetch": (2,),
    "fetchTry": (2,),
    "find": (2,),
    "findTry": (2,),
    "ifetch": (4,),
    "ifetchTry": (4,),
    "ifind": (4,),
    "ifindTry": (4,),
    "deadman": (0,),
}

_numbers = itertools.count(1)
_run = "%08x" % int.from_bytes(os.urandom(4), "big")


class Target:
    """The server under test. Set by the runner."""

    host = os.environ.get("NWS_HOST", "127.0.0.1")
    port = int(os.environ.get("NWS_PORT", "8765"))
    ca = None  # the file with the authority of a server that has a certificate
    may_kill = os.environ.get("NWS_MAY_KILL", "") == "1"


def fresh_name(prefix="ws"):
    """A name that no other test, and no other run against the same server, uses. Always of the same length."""
    return ("%s-%s-%06d" % (prefix, _run, next(_numbers))).encode("ascii")


def short(status):
    """The bytes of a short reply."""
    return b"%04d" % status


def long(status, descriptor, value, cookie=BLANK_COOKIE):
    """The bytes of a long reply; without a cookie when that is None."""
    return b"%04d%020d%b%020d%b" % (status, descriptor, cookie or b"", len(value), value)


class ClassicCase(unittest.TestCase):
    """A test with connections that are closed after it."""

    def connect(self, **options):
        options.setdefault("timeout", TIMEOUT)
        connection = Connection(Target.host, Target.port, **options)
        self.addCleanup(connection.close)
        return connection

    def opened(self, name=None, persistent=False, **options):
        """A connection that opened (and so owns) a workspace, and the workspace's name."""
        name = fresh_name() if name is None else name
        connection = self.connect(**options)
        self.assertEqual(0, connection.call("open ws", name, "owner", "yes" if persistent else "no").status)
        if persistent:
            self.addCleanup(self.remove, name)
        return connection, name

    def using(self, name, **options):
        """A connection that uses the workspace and does not own it."""
        connection = self.connect(**options)
        self.assertEqual(0, connection.call("use ws", name, "", "no").status)
        return connection

    def remove(self, name):
        """Deletes a workspace that would outlive its test."""
        connection = self.connect()
        connection.call("use ws", name, "", "no")
        connection.call("delete ws", name)
        connection.close()

    def blocked(self, name, verb, variable, *position):
        """A connection that has sent a request which has to wait. `until` shows when the server has it."""
        connection = self.using(name)
        connection.request(verb, name, variable, *position)
        return connection

    def until(self, connection, name, listing):
        """Waits until `list vars` answers exactly this."""
        self._until(listing, lambda: connection.call("list vars", name).value)

    def until_workspace(self, connection, name, pattern):
        """Waits until `list wss name` matches this regular expression."""
        seen = self._poll(lambda: connection.call("list wss", name).value, lambda value: re.fullmatch(pattern, value))
        self.assertRegex(seen, pattern)

    def until_gone(self, connection, name):
        """Waits until the workspace is not there any more."""
        self._until(b"\n", lambda: connection.call("list wss", name).value)

    def _until(self, wanted, look):
        self.assertEqual(wanted, self._poll(look, lambda seen: seen == wanted))

    @staticmethod
    def _poll(look, good):
        # The pace is that of the server: each look is a round trip.
        deadline = time.monotonic() + TIMEOUT
        seen = look()
        while not good(seen) and time.monotonic() < deadline:
            seen = look()
        return seen

    def store(self, connection, name, variable, *values):
        """Stores plain strings."""
        for value in values:
            self.assertEqual(0, connection.call("store", name, variable, "1", value).status)

    def listing(self, connection, name):
        reply = connection.call("list vars", name)
        self.assertEqual((0, 1), (reply.status, reply.descriptor))
        return reply.value

    def assert_value(self, value, reply):
        self.assertEqual((0, value), (reply.status, reply.value))

    def assert_failed(self, status, reply):
        """A failed long reply: nothing in it but the status."""
        self.assertEqual(
            (status, 0, BLANK_COOKIE, b""), (reply.status, reply.descriptor, reply.cookie, reply.value), repr(reply)
        )

    def assert_refused(self, status, verb, reply):
        """A failed reply of the verb's own shape (the shape is checked by reading it)."""
        if reply.descriptor is None:
            self.assertEqual(status, reply.status, verb)
        else:
            self.assert_failed(status, reply)

    def assert_in_step(self, connection):
        """The connection still serves: its next request gets its own reply."""
        self.assertEqual(b"\n", connection.call("list wss", fresh_name("nobody")).value)

    def assert_alive(self):
        """The server still serves new connections."""
        with Connection(Target.host, Target.port, timeout=TIMEOUT) as connection:
            self.assert_in_step(connection)

    def assert_closed(self, connection):
        """The server closes without another byte."""
        self.assertEqual(b"", connection.read_until_closed())

    def together(self, *works):
        """Runs these at the same time, in threads, and raises what any of them raised."""
        failures = []

        def run(work):
            try:
                work()
            except BaseException as error:  # noqa: B902 - handed on to the test's own thread
                failures.append(error)

        threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(3 * TIMEOUT)
        if failures:
            raise failures[0]
        self.assertFalse(any(thread.is_alive() for thread in threads), "a thread does not end")


__all__ = [
    "ARGUMENT_COUNTS",
    "BLANK_COOKIE",
    "ClassicCase",
    "ConnectionClosed",
    "TIMEOUT",
    "Target",
    "encode_request",
    "fresh_name",
    "long",
    "short",
]
