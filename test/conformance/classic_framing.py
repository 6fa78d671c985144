"""Framing: pipelines, cuts, wrong numbers, what closes a connection and what does not."""

from support import ARGUMENT_COUNTS, ClassicCase, encode_request, fresh_name, long, short

SHORT_AND_LONG_UNKNOWN = (b"", b"open", b"FETCH", b"fetch ", b"list", b"fetchtry", b"\xff\0\n", b"x" * 1000, b"quit")


class Pipelines(ClassicCase):
    def test_a_thousand_requests_in_one_write_keep_their_order(self):
        connection, name = self.opened()
        stores = [encode_request("store", name, "x", "1", b"%d" % number) for number in range(1000)]
        connection.send(b"".join(stores))
        self.assertEqual(b"0000" * 1000, connection.read(4000))
        connection.send(encode_request("fetch", name, "x") * 1000)
        for number in range(1000):
            self.assert_value(b"%d" % number, connection.read_long())

    def test_short_and_long_replies_and_failures_keep_their_order(self):
        connection, name = self.opened(handshake=b"1111")
        session, expected = [], []
        for number in range(250):
            value = b"%d" % number
            session += [
                encode_request("store", name, "x", "1", value),
                encode_request("no such verb"),
                encode_request("fetch", name, "x"),
                encode_request("fetchTry", name, "x"),
            ]
            expected += [short(0), short(1), long(0, 1, value, None), long(1, 0, b"", None)]
        connection.send(b"".join(session))
        answer = b"".join(expected)
        self.assertEqual(answer, connection.read(len(answer)))

    def test_large_values_in_one_pipeline(self):
        connection, name = self.opened(handshake=b"1111")
        value = bytes(range(256)) * 1024
        self.store(connection, name, "x", value)
        count = 40

        def send():
            connection.send(encode_request("find", name, "x") * count)

        def read():
            for _ in range(count):
                self.assertTrue(value == connection.read_long().value)

        self.together(send, read)

    def test_a_client_that_sends_much_before_it_reads_gets_all_replies(self):
        connection, name = self.opened(handshake=b"1111")
        self.store(connection, name, "x", b"v" * 1000)
        count = 20_000
        request = encode_request("findTry", name, "x")

        def send():
            connection.send(request * count)

        expected = long(0, 1, b"v" * 1000, None)

        def read():
            self.assertTrue(expected * count == connection.read(len(expected) * count))

        self.together(send, read)


class WhileBlocked(ClassicCase):
    def assert_error_and_closed(self, connection):
        answer = connection.read_until_closed()
        self.assertRegex(answer[:4], rb"^[0-9]{4}$", "no error reply before the connection closed")
        self.assertNotEqual(b"0000", answer[:4])

    def test_a_request_while_the_earlier_one_is_blocked_gets_an_error_and_the_connection_is_closed(self):
        for verb, *args in (("list wss",), ("store", "NAME", "x", "1", "v"), ("findTry", "NAME", "y"), ("fetch", "NAME", "x"), ("nonsense",)):
            with self.subTest(verb=verb):
                owner, name = self.opened()
                waiter = self.blocked(name, "fetch", "x")
                self.until(owner, name, b"x\t0\t1\t0\tunknown")
                waiter.request(verb, *[name if arg == "NAME" else arg for arg in args])
                self.assert_error_and_closed(waiter)
                self.until(owner, name, b"x\t0\t0\t0\tunknown")
                self.store(owner, name, "x", b"v")
                self.assertEqual(b"x\t1\t0\t0\tfifo", self.listing(owner, name))

    def test_a_request_in_the_same_write_as_one_that_blocks_gets_an_error_and_the_connection_is_closed(self):
        owner, name = self.opened()
        waiter = self.using(name)
        waiter.send(encode_request("find", name, "x") + encode_request("list vars", name))
        self.assert_error_and_closed(waiter)
        self.until(owner, name, b"x\t0\t0\t0\tunknown")

    def test_what_was_answered_before_is_still_delivered(self):
        owner, name = self.opened(handshake=b"1111")
        waiter = self.using(name, handshake=b"1111")
        waiter.send(
            encode_request("store", name, "x", "1", "v")
            + encode_request("fetch", name, "x")
            + encode_request("fetch", name, "x")
            + encode_request("list vars", name)
        )
        before = short(0) + long(0, 1, b"v", None)
        answer = waiter.read_until_closed()
        self.assertEqual(before, answer[: len(before)])
        self.assertNotEqual(b"0000", answer[len(before) : len(before) + 4])


class Cuts(ClassicCase):
    """A session in pieces. Without cookies its replies are the same each time."""

    def session(self, name):
        requests = [
            ("open ws", name, "label", "no"),
            ("declare var", name, "one", "single"),
            ("store", name, "x", "1", b"first\0\xff"),
            ("store", name, "x", "16777216", b""),
            ("find", name, "x"),
            ("fetch", name, "x"),
            ("ifindTry", name, "x", "", "-999"),
            ("fetchTry", name, "one"),
            ("list vars", name),
            ("no such verb", "a"),
            ("store", name),
            ("delete var", name, "x"),
            ("delete ws", name),
        ]
        replies = [
            b"2223",
            short(0),
            short(0),
            short(0),
            short(0),
            long(0, 1, b"first\0\xff", None),
            long(0, 1, b"first\0\xff", None),
            long(0, 16777216, b"", None),
            long(1, 0, b"", None),
            long(0, 1, b"one\t0\t0\t0\tsingle\nx\t1\t0\t0\tfifo", None),
            short(1),
            short(1),
            short(0),
            short(0),
        ]
        return b"1111" + b"".join(encode_request(*request) for request in requests), b"".join(replies)

    def test_one_byte_at_a_time(self):
        session, expected = self.session(fresh_name())
        connection = self.connect(handshake=None)
        for byte in session:
            connection.send(bytes([byte]))
        self.assertEqual(expected, connection.read(len(expected)))

    def test_one_byte_at_a_time_each_seen_by_the_server(self):
        session, expected = self.session(fresh_name())
        connection, clock = self.connect(handshake=None), self.connect()
        for byte in session:
            connection.send(bytes([byte]))
            self.assert_in_step(clock)
        self.assertEqual(expected, connection.read(len(expected)))

    def test_cut_in_two_at_every_offset(self):
        length = len(self.session(fresh_name())[0])
        clock = self.connect()
        for offset in range(1, length):
            session, expected = self.session(fresh_name())
            connection = self.connect(handshake=None)
            connection.send(session[:offset])
            self.assert_in_step(clock)
            connection.send(session[offset:])
            self.assertEqual(expected, connection.read(len(expected)), "cut at %d" % offset)
            connection.close()

    def test_ended_at_every_offset(self):
        length = len(self.session(fresh_name())[0])
        for offset in range(length + 1):
            name = fresh_name()
            session, expected = self.session(name)
            connection = self.connect(handshake=None)
            connection.send(session[:offset])
            connection.end_sending()
            answer = connection.read_until_closed()
            self.assertEqual(expected[: len(answer)], answer, "ended at %d" % offset)
            connection.close()
            self.until_gone(self.clock(), name)
        self.assertEqual(len(expected), len(answer), "the whole session was not answered")

    def test_reset_at_every_offset(self):
        length = len(self.session(fresh_name())[0])
        for offset in range(length):
            name = fresh_name()
            connection = self.connect(handshake=None)
            connection.send(self.session(name)[0][:offset])
            connection.reset()
        self.assert_alive()

    def clock(self):
        if not hasattr(self, "_clock"):
            self._clock = self.connect()
        return self._clock


class WrongNumbers(ClassicCase):
    def test_a_wrong_number_of_arguments_gets_an_error_of_the_verbs_own_shape(self):
        connection, name = self.opened()
        for verb, counts in ARGUMENT_COUNTS.items():
            for count in range(max(counts) + 4):
                if count in counts:
                    continue
                with self.subTest(verb=verb, arguments=count):
                    self.assert_refused(1, verb, connection.call(verb, *[name, b"x", b"1", b"1", b"1", b"1", b"1", b"1"][:count]))
                    self.assert_in_step(connection)
        self.assertEqual(b"", self.listing(connection, name))

    def test_a_wrong_number_of_arguments_without_cookies(self):
        connection = self.connect(handshake=b"1111")
        for verb, counts in ARGUMENT_COUNTS.items():
            with self.subTest(verb=verb):
                self.assertEqual(1, connection.call(verb, *[b"a"] * (max(counts) + 1)).status)
                self.assert_in_step(connection)

    def test_very_many_arguments_get_an_error_of_the_verbs_own_shape(self):
        connection = self.connect()
        for verb in ARGUMENT_COUNTS:
            for count in (100, 9998):
                with self.subTest(verb=verb, arguments=count):
                    self.assert_refused(1, verb, connection.call(verb, *[b"a"] * count))
                    self.assert_in_step(connection)

    def test_a_request_without_arguments_gets_a_short_error(self):
        connection = self.connect()
        connection.send(b"0000")
        self.assertEqual(1, connection.read_short().status)
        self.assert_in_step(connection)

    def test_an_unknown_verb_gets_a_short_error(self):
        connection = self.connect()
        for verb in SHORT_AND_LONG_UNKNOWN:
            for count in (0, 1, 4, 7):
                with self.subTest(verb=verb, arguments=count):
                    connection.request(verb, *[b"a"] * count)
                    self.assertEqual(1, connection.read_short().status)
                    self.assert_in_step(connection)

    def test_a_count_that_is_not_a_decimal_number_closes_the_connection(self):
        for count in (b"00a1", b"abcd", b"-001", b"+001", b"    ", b"0x01", b"1e01", b"1.00", b"\0\0\0\1", b"\xff\xff\xff\xff", b"\xc2\xb2\xc2\xb2"):
            with self.subTest(count=count):
                connection = self.connect()
                connection.send(count)
                self.assert_closed(connection)
        self.assert_alive()

    def test_a_length_that_is_not_a_decimal_number_closes_the_connection(self):
        for length in (
            b"0000000000000000000x",
            b"-0000000000000000001",
            b"+0000000000000000001",
            b"0x000000000000000004",
            b"                    ",
            b"1e000000000000000000",
            b"0000000000000000.004",
            b"\0" * 20,
            b"\xff" * 20,
        ):
            with self.subTest(length=length):
                connection = self.connect()
                connection.send(b"0001" + length)
                self.assert_closed(connection)
                connection, name = self.opened()
                head = b"".join(b"%020d%b" % (len(arg), arg) for arg in (b"store", name, b"x", b"1"))
                connection.send(b"0005" + head + length)
                self.assert_closed(connection)
        self.assert_alive()

    def test_what_was_asked_before_nonsense_is_still_answered(self):
        name = fresh_name()
        connection = self.connect(handshake=None)
        connection.send(b"1111" + encode_request("open ws", name, "", "no") + encode_request("list vars", name) + b"nope")
        self.assertEqual(b"2223" + short(0) + long(0, 1, b"", None), connection.read_until_closed())

    def test_a_client_of_another_protocol_is_closed(self):
        for hello in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"SSH-2.0-OpenSSH_9.0\r\n"):
            with self.subTest(hello=hello):
                connection = self.connect(handshake=None)
                connection.send(hello)
                self.assertIn(connection.read_until_closed(), (b"2223", b"F000 no TLS"))
        self.assert_alive()

    def test_a_length_that_no_server_can_hold_is_answered_or_closed(self):
        for length in (b"9" * 20, b"%020d" % (1 << 63), b"%020d" % (1 << 53), b"%020d" % (1 << 45)):
            with self.subTest(length=length):
                connection, name = self.opened()
                head = b"".join(b"%020d%b" % (len(arg), arg) for arg in (b"store", name, b"x", b"1"))
                connection.send(b"0005" + head + length + b"some bytes")
                connection.end_sending()
                self.assertRegex(connection.read_until_closed(), rb"^([0-9]{4})?$")
                connection.close()
                self.until_gone(self.connect(), name)
        self.assert_alive()
