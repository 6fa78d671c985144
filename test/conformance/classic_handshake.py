"""The handshake, its options, and the metadata that two of them bring."""

import unittest

from nws import Connection, OperationFailed, encode_dictionary, encode_request
from support import BLANK_COOKIE, ARGUMENT_COUNTS, ClassicCase, TIMEOUT, Target, fresh_name, long, short


class Handshake(ClassicCase):

    def exchange(self, handshake, length):
        """The first bytes that answer a handshake and a fetchTry that finds nothing."""
        name = fresh_name()
        connection = self.connect(handshake=None)
        connection.send(handshake)
        self.assertEqual(b"2223", connection.read(4))
        connection.send(encode_request("open ws", name, "", "no"))
        connection.send(encode_request("fetchTry", name, "x"))
        connection.send(encode_request("store", name, "x", "1", "v"))
        return connection.read(length)

    def test_0000_and_1111_get_replies_without_a_cookie(self):
        expected = short(0) + long(1, 0, b"", None) + short(0)
        for handshake in (b"0000", b"1111"):
            with self.subTest(handshake=handshake):
                self.assertEqual(expected, self.exchange(handshake, len(expected)))

    def test_2222_gets_replies_with_a_cookie(self):
        expected = short(0) + long(1, 0, b"", BLANK_COOKIE) + short(0)
        self.assertEqual(expected, self.exchange(b"2222", len(expected)))

    def test_any_other_four_bytes_that_do_not_begin_with_X_get_replies_with_a_cookie(self):
        expected = short(0) + long(1, 0, b"", BLANK_COOKIE) + short(0)
        for handshake in (b"2223", b"0001", b"1110", b"abcd", b"x000", b"R000", b"P000", b"    ", b"\0\xff\r\n", b"\0\0\0\0"):
            with self.subTest(handshake=handshake):
                self.assertEqual(expected, self.exchange(handshake, len(expected)))

    def test_the_handshake_may_come_byte_by_byte(self):
        connection = self.connect(handshake=None)
        for byte in b"2222":
            connection.send(bytes([byte]))
        self.assertEqual(b"2223", connection.read(4))
        self.assert_in_step(connection)

    def test_a_client_that_leaves_within_the_handshake_harms_nobody(self):
        for length in range(4):
            connection = self.connect(handshake=None)
            connection.send(b"2222"[:length])
            connection.end_sending()
            self.assert_closed(connection)
        self.assert_alive()

    def test_anything_that_begins_with_X_is_offered_the_options(self):
        for handshake in (b"X000", b"X999", b"Xabc", b"X\0\xff\n", b"XXXX"):
            with self.subTest(handshake=handshake):
                offered = self.connect(handshake=None).offers(handshake)
                self.assertEqual(b"", offered.get(b"MetadataToServer"))
                self.assertEqual(b"", offered.get(b"MetadataFromServer"))

    def test_SSL_is_not_offered_without_a_certificate(self):
        self.assertNotIn(b"SSL", self.connect(handshake=None).offers())

    def test_a_web_port_that_is_offered_is_a_number(self):
        port = self.connect(handshake=None).offers().get(b"NwsWebPort")
        if port is not None:
            self.assertRegex(port, rb"^[0-9]+$")

    def test_the_dictionary_of_offers_has_names_that_differ(self):
        connection = self.connect(handshake=None)
        connection.send(b"X000")
        self.assertEqual(b"P000", connection.read(4))
        count = connection.read_number(4)
        names = set()
        for _ in range(count):
            names.add(connection.read(connection.read_number(4)))
            connection.read(connection.read_number(4))
        self.assertEqual(count, len(names))

    def negotiated(self, *requests_of_options):
        """What the server says to R000 and these bytes."""
        connection = self.connect(handshake=None)
        connection.offers()
        connection.send(b"R000" + b"".join(requests_of_options))
        return connection, connection.read(4)

    def test_asking_for_no_option_is_accepted_and_replies_have_a_cookie(self):
        connection, answer = self.negotiated(b"0000")
        self.assertEqual(b"A000", answer)
        name = fresh_name()
        connection.send(encode_request("open ws", name, "", "no") + encode_request("findTry", name, "x"))
        self.assertEqual(short(0) + long(1, 0, b""), connection.read(4 + 84))

    def test_an_unknown_option_is_refused_and_the_connection_closed(self):
        for options in (
            {"NoSuchOption": "1"},
            {"NoSuchOption": ""},
            {"": ""},
            {"metadatatoserver": "1"},
            {b"\xff\0": b"\n"},
            {"MetadataToServer": "1", "NoSuchOption": "1"},
            {"SSL": "1"},
        ):
            with self.subTest(options=options):
                connection, answer = self.negotiated(encode_dictionary(options))
                self.assertEqual(b"F000", answer)
                self.assert_closed(connection)

    def test_an_option_with_another_value_than_the_one_demanded_is_refused(self):
        for name, value in self.connect(handshake=None).offers().items():
            if value == b"":
                continue
            with self.subTest(name=name):
                connection, answer = self.negotiated(encode_dictionary({name: value + b"0"}))
                self.assertEqual(b"F000", answer)
                self.assert_closed(connection)

    def test_the_web_port_may_be_asked_for_with_its_own_value(self):
        port = self.connect(handshake=None).offers().get(b"NwsWebPort")
        if port is None:
            self.skipTest("the server offers no web port")
        connection, answer = self.negotiated(encode_dictionary({"NwsWebPort": port}))
        self.assertEqual(b"A000", answer)
        self.assert_in_step(connection)

    def test_an_option_offered_with_any_value_takes_any_and_only_1_turns_it_on(self):
        connection, answer = self.negotiated(encode_dictionary({"MetadataToServer": "0", "MetadataFromServer": ""}))
        self.assertEqual(b"A000", answer)
        self.assert_in_step(connection)

    def test_anything_but_R000_closes_the_connection(self):
        for answer in (b"Q000", b"A000", b"R001", b"r000", b"2222", b"X000", b"\0\0\0\0"):
            with self.subTest(answer=answer):
                connection = self.connect(handshake=None)
                connection.offers()
                connection.send(answer + b"0000")
                self.assert_closed(connection)

    def test_a_dictionary_of_options_without_decimal_numbers_closes_the_connection(self):
        for rest in (b"00x1", b"-001", b"    ", b"0001000x", b"00010001a00-1", b"0001+001"):
            with self.subTest(rest=rest):
                connection = self.connect(handshake=None)
                connection.offers()
                connection.send(b"R000" + rest)
                self.assertIn(connection.read_until_closed(), (b"", b"F000"))

    def test_the_whole_negotiation_may_come_byte_by_byte(self):
        connection = self.connect(handshake=None)
        for byte in b"X000R000" + encode_dictionary({"MetadataFromServer": "1"}) + encode_request("list vars", "nope"):
            connection.send(bytes([byte]))
        self.assertEqual(b"P000", connection.read(4))
        connection.read_dictionary()
        self.assertEqual(b"A000", connection.read(4))
        connection.metadata_from_server = True
        self.assert_failed(2001, connection.read_long())

    def test_the_handshake_and_the_session_may_come_in_one_write(self):
        name = fresh_name()
        connection = self.connect(handshake=None)
        connection.send(b"1111" + encode_request("open ws", name, "", "no") + encode_request("list vars", name))
        expected = b"2223" + short(0) + long(0, 1, b"", None)
        self.assertEqual(expected, connection.read(len(expected)))


class KillServer(ClassicCase):
    """Stopping the server: refused here; `KillServerAllowed` needs a server of its own for each test."""

    def setUp(self):
        if Target.may_kill:
            self.skipTest("this server may be stopped by its clients")

    def test_KillServerOnClose_is_neither_offered_nor_accepted(self):
        self.assertNotIn(b"KillServerOnClose", self.connect(handshake=None).offers())
        with self.assertRaises(OperationFailed):
            self.connect(options={"KillServerOnClose": "1"})
        self.assert_alive()

    def test_deadman_gets_status_1_and_the_server_goes_on(self):
        connection = self.connect()
        self.assertEqual(1, connection.call("deadman").status)
        self.assert_in_step(connection)
        connection.end_sending()
        connection.read_until_closed()
        self.assert_alive()


class KillServerAllowed(ClassicCase):
    """Stopping the server, where the operator allowed it. Each of these ends the server."""

    def setUp(self):
        if not Target.may_kill:
            self.skipTest("would end the server: needs one of its own (--may-kill)")

    def assert_stops(self):
        def refused():
            try:
                Connection(Target.host, Target.port, handshake=None, timeout=TIMEOUT).close()
                return False
            except OSError:
                return True

        self.assertTrue(self._poll(refused, bool), "the server still listens")

    def test_the_server_stops_when_a_connection_that_asked_for_KillServerOnClose_ends(self):
        self.assertEqual(b"", self.connect(handshake=None).offers().get(b"KillServerOnClose"))
        connection = self.connect(options={"KillServerOnClose": "1"})
        self.assert_in_step(connection)
        self.assert_alive()
        connection.close()
        self.assert_stops()

    def test_the_server_stops_when_a_connection_that_said_deadman_ends(self):
        connection = self.connect()
        self.assertEqual(0, connection.call("deadman").status)
        self.assert_in_step(connection)
        self.assert_alive()
        connection.close()
        self.assert_stops()


class Metadata(ClassicCase):
    def test_with_MetadataToServer_every_request_is_preceded_by_a_dictionary(self):
        connection, name = self.opened(options={"MetadataToServer": "1"})
        for metadata in ({}, {"nwsTid": "7"}, {"a": "", "": "b", b"\xff\0\n": b"\0" * 300}):
            reply = connection.call("store", name, "x", "1", "v", metadata=metadata)
            self.assertEqual(0, reply.status)
        self.assertEqual(b"x\t3\t0\t0\tfifo", self.listing(connection, name))
        self.assert_failed(1, connection.call("fetchTry", name, "nothing", metadata={"k": "v"}))

    def test_with_MetadataToServer_a_dictionary_without_decimal_numbers_closes_the_connection(self):
        for bytes_sent in (b"000x", b"0001 001", b"00010001a-001", b"list"):
            with self.subTest(bytes_sent=bytes_sent):
                connection = self.connect(options={"MetadataToServer": "1"})
                connection.send(bytes_sent)
                self.assert_closed(connection)

    def test_with_MetadataFromServer_every_reply_is_preceded_by_a_dictionary(self):
        connection, name = self.opened(options={"MetadataFromServer": "1"})
        self.assertFalse(connection.metadata_to_server)
        self.assertEqual(0, connection.call("store", name, "x", "1", "v").status)
        reply = connection.call("fetch", name, "x")
        self.assert_value(b"v", reply)
        self.assertIsInstance(reply.metadata, dict)
        self.assertNotIn(b"nwsReason", reply.metadata)

    def test_a_failure_holds_its_reason_for_every_verb(self):
        for options in ({"MetadataFromServer": "1"}, {"MetadataFromServer": "1", "MetadataToServer": "1"}):
            connection = self.connect(options=options)
            for verb, counts in ARGUMENT_COUNTS.items():
                with self.subTest(verb=verb):
                    reply = connection.call(verb, *["a"] * (max(counts) + 1))
                    self.assert_refused(1, verb, reply)
                    self.assertTrue(reply.reason and reply.reason.strip(), repr(reply))
            reply = connection.call("no such verb")
            self.assertEqual(1, reply.status)
            self.assertTrue(reply.reason)
            self.assert_in_step(connection)

    def test_a_failure_of_each_status_holds_its_reason(self):
        connection, name = self.opened(options={"MetadataFromServer": "1"})
        other = fresh_name()
        refusals = [
            (1, connection.call("fetchTry", name, "nothing")),
            (1, connection.call("delete var", name, "never")),
            (1, connection.call("declare var", name, "x", "no such mode")),
            (1, connection.call("mktemp ws", "no conversion")),
            (100, connection.call("open ws", other, "", "no", "no")),
            (2001, connection.call("list vars", other)),
        ]
        for status, reply in refusals:
            self.assertEqual(status, reply.status)
            self.assertTrue(reply.reason, repr(reply))

    def test_a_freed_waiter_gets_its_reason(self):
        owner, name = self.opened()
        waiter = self.connect(options={"MetadataFromServer": "1", "MetadataToServer": "1"})
        self.assertEqual(0, waiter.call("use ws", name, "", "no").status)
        waiter.request("fetch", name, "x")
        self.until(owner, name, b"x\t0\t1\t0\tunknown")
        self.assertEqual(0, owner.call("delete var", name, "x").status)
        reply = waiter.read_long()
        self.assert_failed(1, reply)
        self.assertTrue(reply.reason)

    def test_without_MetadataFromServer_a_failure_is_just_its_status(self):
        connection = self.connect(options={"MetadataToServer": "1"})
        connection.request("delete ws", fresh_name())
        connection.request("no such verb")
        self.assertEqual(b"00010001", connection.read(8))


if __name__ == "__main__":
    unittest.main()
