"""TLS that a client asks for within the handshake. Only against a server with a certificate (`--ca` names its authority)."""

import socket
import ssl
import unittest

from nws import Connection, OperationFailed, encode_dictionary, encode_request
from support import TIMEOUT, ClassicCase, Target, fresh_name, short


class Encrypted(ClassicCase):

    def context(self):
        return ssl.create_default_context(cafile=Target.ca)

    def secured(self, options=()):
        return self.connect(options={"SSL": "1", **dict(options)}, tls=self.context())

    def test_SSL_is_offered_with_an_empty_value(self):
        self.assertEqual(b"", self.connect(handshake=None).offers().get(b"SSL"))

    def test_after_A000_both_sides_speak_TLS_and_then_requests_and_replies(self):
        connection = self.secured()
        self.assertIn(connection.tls_version, ("TLSv1.2", "TLSv1.3"))
        name = fresh_name()
        self.assertEqual(0, connection.call("open ws", name, "owner", "no").status)
        self.store(connection, name, "x", b"v" * 1_000_000)
        self.assert_value(b"v" * 1_000_000, connection.call("fetch", name, "x"))

    def test_TLS_goes_with_metadata(self):
        connection = self.secured({"MetadataToServer": "1", "MetadataFromServer": "1"})
        reply = connection.call("delete ws", fresh_name())
        self.assertEqual(1, reply.status)
        self.assertTrue(reply.reason)

    def test_a_value_goes_from_an_encrypted_client_to_one_that_waits_without(self):
        plain, name = self.opened()
        waiter = self.blocked(name, "fetch", "x")
        self.until(plain, name, b"x\t0\t1\t0\tunknown")
        connection = self.secured()
        self.assertEqual(0, connection.call("use ws", name, "", "no").status)
        self.store(connection, name, "x", b"secret")
        self.assert_value(b"secret", waiter.read_long())

    def test_the_end_of_an_encrypted_client_gives_its_workspaces_up(self):
        watcher = self.connect()
        name = fresh_name()
        connection = self.secured()
        connection.call("open ws", name, "owner", "no")
        connection.close()
        self.until_gone(watcher, name)

    def test_a_reset_within_the_TLS_handshake_harms_nobody(self):
        connection = self.connect(handshake=None)
        connection.negotiate({"SSL": "1"})
        connection.send(b"\x16\x03\x01")
        connection.reset()
        self.assert_alive()

    def test_a_request_in_clear_text_behind_SSL_is_not_done(self):
        watcher = self.connect()
        name = fresh_name()
        connection = self.connect(handshake=None)
        connection.offers()
        connection.send(b"R000" + encode_dictionary({"SSL": "1"}) + encode_request("open ws", name, "", "yes"))
        connection.read_until_closed()
        self.assertEqual(b"\n", watcher.call("list wss", name).value)

    def test_SSL_does_not_go_with_Multiplex(self):
        with self.assertRaises(OperationFailed):
            self.connect(options={"SSL": "1", "Multiplex": "1"})

    def test_TLS_may_also_begin_with_the_first_byte(self):
        with socket.create_connection((Target.host, Target.port), TIMEOUT) as plain:
            with self.context().wrap_socket(plain, server_hostname="localhost") as secure:
                secure.sendall(b"2222" + encode_request("open ws", fresh_name(), "", "no"))
                received = b""
                while len(received) < 8:
                    received += secure.recv(8)
                self.assertEqual(b"2223" + short(0), received)

    def test_the_server_is_not_taken_for_another_one(self):
        with self.assertRaises(ssl.SSLCertVerificationError):
            Connection(
                Target.host, Target.port, options={"SSL": "1"}, timeout=TIMEOUT, tls=self.context(), tls_name="other.example"
            )
        with self.assertRaises(ssl.SSLCertVerificationError):
            Connection(
                Target.host, Target.port, options={"SSL": "1"}, timeout=TIMEOUT, tls=ssl.create_default_context()
            )
        self.assert_alive()


if __name__ == "__main__":
    unittest.main()
