"""Variables: modes, listings, reading and taking, type descriptors, values of every size, names."""

import os
import struct

from support import ARGUMENT_COUNTS, BLANK_COOKIE, ClassicCase, TIMEOUT, Target, fresh_name, long

MIB = 1 << 20
BAD_NAMES = (b"", b"\t", b"\n", b"\0", b"a\tb", b"a\nb", b"a\0b", b"a\n", b"\0a")


class Modes(ClassicCase):
    def taken(self, connection, name, variable):
        """All values, in the order that fetchTry takes them."""
        values = []
        while True:
            reply = connection.call("fetchTry", name, variable)
            if reply.status != 0:
                self.assert_failed(1, reply)
                return values
            values.append(reply.value)

    def filled(self, mode, *values):
        connection, name = self.opened()
        self.assertEqual(0, connection.call("declare var", name, "x", mode).status)
        self.store(connection, name, "x", *values)
        return connection, name

    def test_fifo_values_come_out_in_the_order_they_went_in(self):
        connection, name = self.filled("fifo", b"a", b"b", b"c")
        self.assert_value(b"a", connection.call("find", name, "x"))
        self.assertEqual([b"a", b"b", b"c"], self.taken(connection, name, "x"))

    def test_a_variable_that_is_stored_to_first_is_fifo(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b")
        self.assertEqual(b"x\t2\t0\t0\tfifo", self.listing(connection, name))
        self.assertEqual([b"a", b"b"], self.taken(connection, name, "x"))

    def test_lifo_values_come_out_last_in_first_out(self):
        connection, name = self.filled("lifo", b"a", b"b", b"c")
        self.assert_value(b"c", connection.call("find", name, "x"))
        self.assert_value(b"c", connection.call("fetch", name, "x"))
        self.store(connection, name, "x", b"d")
        self.assertEqual([b"d", b"b", b"a"], self.taken(connection, name, "x"))

    def test_single_holds_the_last_value_only(self):
        connection, name = self.filled("single", b"a", b"b", b"c")
        self.assertEqual(b"x\t1\t0\t0\tsingle", self.listing(connection, name))
        self.assert_value(b"c", connection.call("find", name, "x"))
        self.assertEqual([b"c"], self.taken(connection, name, "x"))

    def test_multi_values_come_out_once_each_in_no_order(self):
        values = [b"%d" % number for number in range(200)]
        connection, name = self.filled("multi", *values)
        self.assertIn(connection.call("find", name, "x").value, values)
        taken = self.taken(connection, name, "x")
        self.assertEqual(sorted(values), sorted(taken))
        self.assertNotEqual(values, taken)
        self.assertNotEqual(values[::-1], taken)

    def test_declaring_the_same_mode_again_is_fine_and_another_fails(self):
        modes = ("fifo", "lifo", "multi", "single")
        connection, name = self.opened()
        for mode in modes:
            self.assertEqual(0, connection.call("declare var", name, mode, mode).status)
            for other in modes:
                status = connection.call("declare var", name, mode, other).status
                self.assertEqual(0 if other == mode else 1, status, (mode, other))
        lines = [b"%b\t0\t0\t0\t%b" % (mode.encode(), mode.encode()) for mode in sorted(modes)]
        self.assertEqual(b"\n".join(lines), self.listing(connection, name))

    def test_after_a_store_only_fifo_can_be_declared(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a")
        for mode, status in (("lifo", 1), ("multi", 1), ("single", 1), ("fifo", 0)):
            self.assertEqual(status, connection.call("declare var", name, "x", mode).status, mode)

    def test_an_unknown_mode_is_1_and_makes_nothing(self):
        connection, name = self.opened()
        for mode in ("", "unknown", "FIFO", "fifo ", "queue", b"\xff", b"fi\0fo"):
            with self.subTest(mode=mode):
                self.assertEqual(1, connection.call("declare var", name, "x", mode).status)
        self.assertEqual(b"", self.listing(connection, name))

    def test_a_variable_touched_by_a_trying_read_is_of_unknown_mode(self):
        for verb in ("fetchTry", "findTry", "ifetchTry", "ifindTry"):
            with self.subTest(verb=verb):
                connection, name = self.opened()
                position = ("", "-999") if verb.startswith("i") else ()
                self.assert_failed(1, connection.call(verb, name, "x", *position))
                self.assertEqual(b"x\t0\t0\t0\tunknown", self.listing(connection, name))
                self.assertEqual(0, connection.call("declare var", name, "x", "lifo").status)
                self.assertEqual(b"x\t0\t0\t0\tlifo", self.listing(connection, name))

    def test_a_deleted_variable_is_gone_with_its_values_and_mode(self):
        connection, name = self.filled("lifo", b"a", b"b")
        self.assertEqual(0, connection.call("delete var", name, "x").status)
        self.assertEqual(b"", self.listing(connection, name))
        self.assertEqual(1, connection.call("delete var", name, "x").status)
        self.assertEqual(0, connection.call("declare var", name, "x", "single").status)
        self.assert_failed(1, connection.call("findTry", name, "x"))

    def test_deleting_a_variable_that_never_was_is_1(self):
        connection, name = self.opened()
        self.assertEqual(1, connection.call("delete var", name, "x").status)
        self.assertEqual(b"", self.listing(connection, name))


class Replies(ClassicCase):
    """The exact bytes."""

    def test_a_value_comes_with_its_descriptor_cookie_length_and_bytes(self):
        connection, name = self.opened()
        connection.call("store", name, "x", "16777217", b"h\xffllo\0\n")
        connection.request("find", name, "x")
        head = connection.read(4 + 20)
        self.assertEqual(b"0000" + b"00000000000016777217", head)
        variable, index = connection.read(20), connection.read(20)
        self.assertRegex(variable, rb"^[^ \0-\x1f]+ *$")
        self.assertEqual(b"%020d" % 0, index)
        self.assertEqual(b"%020d" % 7 + b"h\xffllo\0\n", connection.read(27))

    def test_a_value_without_cookie(self):
        connection, name = self.opened(handshake=b"0000")
        self.store(connection, name, "x", b"hello")
        expected = long(0, 1, b"hello", None)
        for verb in ("find", "findTry", "fetch"):
            connection.request(verb, name, "x")
            self.assertEqual(expected, connection.read(len(expected)))

    def test_a_failed_long_reply_is_blank(self):
        connection, name = self.opened()
        connection.request("fetchTry", name, "x")
        expected = b"0001" + b"0" * 20 + b" " * 20 + b"0" * 20 + b"0" * 20
        self.assertEqual(expected, connection.read(len(expected)))

    def test_a_variable_keeps_its_id_and_another_has_another(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b")
        self.store(connection, name, "y", b"a")
        ids = [connection.call("find", name, variable).variable_id for variable in ("x", "x", "y")]
        ids.append(connection.call("fetch", name, "x").variable_id)
        self.assertEqual(ids[0], ids[1])
        self.assertEqual(ids[0], ids[3])
        self.assertNotEqual(ids[0], ids[2])
        connection.call("delete var", name, "x")
        self.store(connection, name, "x", b"a")
        self.assertNotEqual(ids[0], connection.call("find", name, "x").variable_id)

    def test_short_replies_are_four_bytes(self):
        connection, name = self.connect(), fresh_name()
        connection.request("open ws", name, "", "no")
        connection.request("declare var", name, "x", "fifo")
        connection.request("store", name, "x", "1", "v")
        connection.request("delete var", name, "x")
        connection.request("delete var", name, "x")
        connection.request("delete ws", name)
        connection.request("delete ws", name)
        self.assertEqual(b"0000" * 4 + b"0001" + b"0000" + b"0001", connection.read(28))

    def test_no_variables_are_empty_text(self):
        connection, name = self.opened(handshake=b"1111")
        connection.request("list vars", name)
        expected = b"0000" + b"%020d" % 1 + b"%020d" % 0
        self.assertEqual(expected, connection.read(len(expected)))

    def test_the_variables_are_listed_sorted_by_their_bytes_without_final_newline(self):
        connection, name = self.opened()
        names = [b"b", b"a", b"B", b"a b", b"\xff", b"\xc3\xa9", b"a,b", b"\x80\xfe", b"~", b"\x01", b"\r", b"10", b"9"]
        for number, variable in enumerate(names):
            self.store(connection, name, variable, *[b"v"] * (number + 1))
        expected = b"\n".join(b"%b\t%d\t0\t0\tfifo" % (one, names.index(one) + 1) for one in sorted(names))
        self.assertEqual(expected, self.listing(connection, name))


class Descriptors(ClassicCase):
    def test_a_descriptor_is_returned_unchanged(self):
        connection, name = self.opened()
        for descriptor in (0, 1, 3, 16777216, 16777217, 33554432 | 0xFFF, 184549377, 2147483647, 2147483648, 4294967295):
            with self.subTest(descriptor=descriptor):
                self.assertEqual(0, connection.call("store", name, "x", str(descriptor), "v").status)
                self.assertEqual(descriptor, connection.call("fetch", name, "x").descriptor)

    def test_a_descriptor_may_be_padded_with_zeros(self):
        connection, name = self.opened()
        self.assertEqual(0, connection.call("store", name, "x", "%020d" % 16777217, "v").status)
        self.assertEqual(16777217, connection.call("fetch", name, "x").descriptor)

    def test_a_descriptor_that_is_not_a_decimal_number_is_1_and_stores_nothing(self):
        connection, name = self.opened()
        for descriptor in ("", "abc", "1x", "0x10", "-1", "1.5", "1e3", b"\xff"):
            with self.subTest(descriptor=descriptor):
                self.assertEqual(1, connection.call("store", name, "x", descriptor, "v").status)
        self.assertEqual(b"", self.listing(connection, name))

    def test_a_descriptor_that_is_too_large_is_refused_or_returned_unchanged(self):
        connection, name = self.opened()
        for descriptor in (1 << 32, 1 << 53, (1 << 64) + 1, 10**20):
            with self.subTest(descriptor=descriptor):
                if connection.call("store", name, "x", str(descriptor), "v").status == 0:
                    self.assertEqual(descriptor, connection.call("fetch", name, "x").descriptor)


class Values(ClassicCase):
    def assert_round_trip(self, data, connection, name):
        self.assertEqual(0, connection.call("store", name, "x", "3", data).status)
        other = self.using(name)
        for verb in ("find", "fetch"):
            reply = other.call(verb, name, "x")
            self.assertEqual((0, 3, len(data)), (reply.status, reply.descriptor, len(reply.value)))
            self.assertTrue(data == reply.value, "%s of %d bytes gave others" % (verb, len(data)))
        self.assert_failed(1, connection.call("fetchTry", name, "x"))

    def test_values_of_many_small_sizes(self):
        connection, name = self.opened()
        for size in (0, 1, 2, 255, 256, 4095, 4096, 65535, 65536, 65537, 131071, 131072, 131073, MIB):
            with self.subTest(size=size):
                self.assert_round_trip(os.urandom(size), connection, name)

    def test_an_8_MB_random_value(self):
        connection, name = self.opened()
        self.assert_round_trip(os.urandom(8_000_000), connection, name)

    def test_a_20_MiB_value(self):
        connection, name = self.opened()
        self.assert_round_trip(os.urandom(20 * MIB), connection, name)

    def test_a_20_MiB_value_handed_to_a_waiting_finder_and_a_waiting_fetcher(self):
        owner, name = self.opened()
        data = os.urandom(20 * MIB)
        finder = self.blocked(name, "find", "x")
        fetcher = self.blocked(name, "fetch", "x")
        self.until(owner, name, b"x\t0\t1\t1\tunknown")
        self.assertEqual(0, owner.call("store", name, "x", "3", data).status)
        for waiter in (fetcher, finder):
            reply = waiter.read_long()
            self.assertEqual((0, 3), (reply.status, reply.descriptor))
            self.assertTrue(data == reply.value)
        self.assertEqual(b"x\t0\t0\t0\tfifo", self.listing(owner, name))

    def test_large_and_small_values_keep_their_order_in_every_mode(self):
        connection, name = self.opened()
        values = [b"first", os.urandom(17 * MIB), b"", os.urandom(17 * MIB), b"last"]
        for mode, expected in (("fifo", values), ("lifo", values[::-1]), ("single", values[-1:])):
            with self.subTest(mode=mode):
                connection.call("declare var", name, mode, mode)
                self.store(connection, name, mode, *values)
                for value in expected:
                    self.assertTrue(value == connection.call("fetch", name, mode).value)
                self.assert_failed(1, connection.call("fetchTry", name, mode))

    def test_a_large_value_replaced_in_a_single_variable_and_deleted_with_it(self):
        connection, name = self.opened()
        connection.call("declare var", name, "x", "single")
        data = os.urandom(17 * MIB)
        self.store(connection, name, "x", data, b"small", data)
        self.assertTrue(data == connection.call("find", name, "x").value)
        self.assertEqual(0, connection.call("delete var", name, "x").status)
        self.assertEqual(b"", self.listing(connection, name))
        self.assert_in_step(connection)

    def test_a_large_value_for_a_workspace_not_opened_is_skipped(self):
        connection = self.connect()
        self.assertEqual(2001, connection.call("store", fresh_name(), "x", "3", bytes(20 * MIB)).status)
        self.assert_in_step(connection)

    def test_a_large_value_for_a_bad_name_or_descriptor_is_skipped(self):
        connection, name = self.opened()
        self.assertEqual(1, connection.call("store", name, "a\tb", "3", bytes(20 * MIB)).status)
        self.assertEqual(1, connection.call("store", name, "x", "abc", bytes(20 * MIB)).status)
        self.assertEqual(b"", self.listing(connection, name))

    def test_a_client_that_dies_within_a_large_value_stores_nothing(self):
        owner, name = self.opened()
        for part in (0, 1, 70_000, 18 * MIB):
            dying = self.using(name)
            head = b"0005" + b"".join(b"%020d%b" % (len(arg), arg) for arg in (b"store", name, b"x", b"3"))
            dying.send(head + b"%020d" % (20 * MIB) + bytes(part))
            dying.end_sending()
            self.assert_closed(dying)
        self.assertEqual(b"", self.listing(owner, name))


class Names(ClassicCase):
    def test_bad_variable_names_are_1_for_every_verb(self):
        connection, name = self.opened()
        rest = {"declare var": ["fifo"], "store": ["1", "v"], "delete var": []}
        for verb in [verb for verb, counts in ARGUMENT_COUNTS.items() if verb == "store" or counts[0] > 1]:
            if verb in ("open ws", "use ws"):
                continue
            after = rest.get(verb, ["", "-999"] if verb.startswith("i") else [])
            for bad in BAD_NAMES:
                with self.subTest(verb=verb, name=bad):
                    self.assert_refused(1, verb, connection.call(verb, name, bad, *after))
        self.assertEqual(b"", self.listing(connection, name))

    def test_bad_workspace_names_are_1_when_opened_used_or_deleted(self):
        connection = self.connect()
        before = connection.call("list wss").value.count(b"\n")
        for bad in BAD_NAMES:
            with self.subTest(name=bad):
                self.assertEqual(1, connection.call("open ws", bad, "", "no").status)
                self.assertEqual(1, connection.call("use ws", bad, "", "no").status)
                self.assertEqual(1, connection.call("use ws", bad, "", "no", "no").status)
                self.assertEqual(1, connection.call("delete ws", bad).status)
        self.assertNotIn(b"\0", connection.call("list wss").value)
        self.assertGreaterEqual(before, 1)

    def test_names_that_are_not_UTF8_come_back_byte_by_byte(self):
        odd = bytes(byte for byte in range(1, 256) if byte not in (9, 10))
        connection, name = self.opened(fresh_name() + odd)
        self.store(connection, name, odd, b"a")
        self.store(connection, name, b"\xff\xfe", b"b")
        self.store(connection, name, b"\xc3\xbf\xc3\xbe", b"c")
        lines = {one.split(b"\t")[0] for one in self.listing(connection, name).split(b"\n")}
        self.assertEqual({odd, b"\xff\xfe", b"\xc3\xbf\xc3\xbe"}, lines)
        self.assertTrue(connection.call("list wss", name).value.startswith(b">" + name + b"\t"))
        self.assert_value(b"b", connection.call("fetch", name, b"\xff\xfe"))
        self.assert_value(b"c", connection.call("fetch", name, b"\xc3\xbf\xc3\xbe"))
        self.assert_value(b"a", connection.call("fetch", name, odd))

    def test_names_that_look_like_something_else(self):
        connection, name = self.opened()
        names = [b"__proto__", b"constructor", b"toString", b"hasOwnProperty", b"0", b"-1", b"length", b"__default", b" "]
        for variable in names:
            self.assert_failed(1, connection.call("findTry", name, variable))
            self.store(connection, name, variable, variable)
        for variable in names:
            self.assert_value(variable, connection.call("fetch", name, variable))
        for odd in (b"__proto__", b"constructor"):
            user = self.connect()
            user.call("open ws", odd, "", "no")
            self.store(user, odd, "x", b"v")
            self.assert_value(b"v", user.call("fetch", odd, "x"))
            user.call("delete ws", odd)

    def test_a_verb_with_a_name_of_a_property_is_unknown(self):
        connection = self.connect()
        for verb in ("__proto__", "constructor", "toString", "valueOf"):
            self.assertEqual(1, connection.call(verb).status)
            self.assertEqual(1, connection.call(verb, "a", "b").status)
        self.assert_in_step(connection)


class OtherValues(ClassicCase):

    def test_doubles_as_another_language_sends_them(self):
        connection, name = self.opened()
        data = struct.pack("<3d", 1.0, -0.0, 1e300)
        connection.must("store", name, "x", str(2 << 24 | 3 | 2 << 4 | 3 << 8), data)
        reply = connection.call("fetch", name, "x")
        self.assertEqual((2 << 24 | 3 | 2 << 4 | 3 << 8, data), (reply.descriptor, reply.value))
        self.assertNotEqual(BLANK_COOKIE, reply.cookie)

    def test_why_a_trying_verb_has_no_value_is_said_in_one_sentence(self):
        connection = self.connect(options={"MetadataFromServer": "1"})
        name = fresh_name()
        connection.must("open ws", name, "owner", "no")
        for verb in ("fetchTry", "findTry"):
            reply = connection.call(verb, name, "x")
            self.assertEqual((1, "there is no value"), (reply.status, reply.reason))
