"""Iteration by cookie."""

from support import ClassicCase

FIRST = (b"", b"-999")


class Iteration(ClassicCase):
    def after(self, reply):
        """The position that a reply gives, as a client sends it back."""
        return reply.cookie[:20], reply.cookie[20:]

    def walk(self, connection, verb, name, variable="x", position=FIRST):
        """All values of a trying iteration, with their indexes, and the position after them."""
        found = []
        while True:
            reply = connection.call(verb, name, variable, *position)
            if reply.status != 0:
                self.assert_failed(1, reply)
                return found, position
            position = self.after(reply)
            found.append((reply.index, reply.value))

    def assert_ended(self, connection, name, position, verbs=("ifind", "ifindTry", "ifetch", "ifetchTry")):
        for verb in verbs:
            with self.subTest(verb=verb):
                self.assert_failed(1, connection.call(verb, name, "x", *position))


class Fifo(Iteration):
    def test_ifindTry_sees_every_value_and_takes_none(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b", b"c")
        found, position = self.walk(connection, "ifindTry", name)
        self.assertEqual([(0, b"a"), (1, b"b"), (2, b"c")], found)
        self.assertEqual(b"x\t3\t0\t0\tfifo", self.listing(connection, name))
        self.store(connection, name, "x", b"d")
        self.assertEqual([(3, b"d")], self.walk(connection, "ifindTry", name, "x", position)[0])

    def test_ifetchTry_takes_every_value(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b", b"c")
        found, position = self.walk(connection, "ifetchTry", name)
        self.assertEqual([(0, b"a"), (1, b"b"), (2, b"c")], found)
        self.assertEqual(b"x\t0\t0\t0\tfifo", self.listing(connection, name))
        self.store(connection, name, "x", b"d")
        self.assertEqual([(3, b"d")], self.walk(connection, "ifetchTry", name, "x", position)[0])

    def test_ifind_and_ifetch_wait_for_the_value_after_the_last(self):
        owner, name = self.opened()
        self.store(owner, name, "x", b"a")
        found = owner.call("ifind", name, "x", *FIRST)
        self.assert_value(b"a", found)
        finder = self.blocked(name, "ifind", "x", *self.after(found))
        self.until(owner, name, b"x\t1\t0\t1\tfifo")
        taken = owner.call("ifetch", name, "x", *FIRST)
        self.assert_value(b"a", taken)
        fetcher = self.blocked(name, "ifetch", "x", *self.after(taken))
        self.until(owner, name, b"x\t0\t1\t1\tfifo")
        self.store(owner, name, "x", b"b")
        for waiter in (finder, fetcher):
            reply = waiter.read_long()
            self.assertEqual((0, 1, b"b"), (reply.status, reply.index, reply.value))
        self.assertEqual(b"x\t0\t0\t0\tfifo", self.listing(owner, name))

    def test_taking_values_from_the_front_does_not_renumber(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b", b"c", b"d")
        first = connection.call("ifindTry", name, "x", *FIRST)
        for value, index in ((b"a", 0), (b"b", 1)):
            taken = connection.call("fetch", name, "x")
            self.assertEqual((value, index), (taken.value, taken.index))
        self.assertEqual(
            [(2, b"c"), (3, b"d")], self.walk(connection, "ifindTry", name, "x", self.after(first))[0]
        )
        self.assertEqual((2, b"c"), (lambda reply: (reply.index, reply.value))(connection.call("find", name, "x")))

    def test_a_value_handed_to_a_waiting_fetcher_has_its_number_too(self):
        owner, name = self.opened()
        fetcher = self.blocked(name, "fetch", "x")
        self.until(owner, name, b"x\t0\t1\t0\tunknown")
        self.store(owner, name, "x", b"a", b"b")
        self.assertEqual(0, fetcher.read_long().index)
        self.assertEqual(1, owner.call("fetch", name, "x").index)

    def test_ifetch_is_valid_only_at_the_front(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b", b"c")
        first = connection.call("ifindTry", name, "x", *FIRST)
        self.assert_ended(connection, name, self.after(first), ("ifetchTry", "ifetch"))
        self.assertEqual(b"x\t3\t0\t0\tfifo", self.listing(connection, name))
        self.assert_value(b"a", connection.call("fetch", name, "x"))
        taken = connection.call("ifetchTry", name, "x", *self.after(first))
        self.assertEqual((0, 1, b"b"), (taken.status, taken.index, taken.value))

    def test_ifetch_goes_on_at_the_front_when_another_took_values_in_between(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b", b"c")
        first = connection.call("ifetch", name, "x", *FIRST)
        self.assert_value(b"b", connection.call("fetch", name, "x"))
        taken = connection.call("ifetch", name, "x", *self.after(first))
        self.assertEqual((0, 2, b"c"), (taken.status, taken.index, taken.value))

    def test_the_index_may_be_sent_with_or_without_padding(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b")
        first = connection.call("ifindTry", name, "x", *FIRST)
        for index in (b"0", b"%020d" % 0):
            self.assert_value(b"b", connection.call("ifindTry", name, "x", first.cookie[:20], index))

    def test_an_index_that_is_not_a_number_is_1(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b")
        first = connection.call("ifindTry", name, "x", *FIRST)
        for index in (b"abc", b"0x0", b"1.5", b"\xff", b"-"):
            with self.subTest(index=index):
                self.assert_failed(1, connection.call("ifindTry", name, "x", first.cookie[:20], index))
        self.assert_in_step(connection)

    def test_an_index_far_beyond_the_last_finds_nothing(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a")
        first = connection.call("ifindTry", name, "x", *FIRST)
        for index in (b"1", b"999999", b"9" * 20):
            self.assert_failed(1, connection.call("ifindTry", name, "x", first.cookie[:20], index))

    def test_two_iterators_do_not_disturb_each_other(self):
        owner, name = self.opened()
        other = self.using(name)
        self.store(owner, name, "x", b"a", b"b")
        mine = owner.call("ifindTry", name, "x", *FIRST)
        self.assertEqual([(0, b"a"), (1, b"b")], self.walk(other, "ifindTry", name)[0])
        self.assert_value(b"b", owner.call("ifindTry", name, "x", *self.after(mine)))

    def test_a_position_is_good_on_any_connection(self):
        owner, name = self.opened()
        self.store(owner, name, "x", b"a", b"b")
        first = owner.call("ifindTry", name, "x", *FIRST)
        self.assert_value(b"b", self.using(name).call("ifindTry", name, "x", *self.after(first)))


class Mismatch(Iteration):
    def test_an_id_of_a_deleted_variable_ends_the_iterator(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a")
        first = connection.call("ifindTry", name, "x", *FIRST)
        connection.call("delete var", name, "x")
        self.assert_ended(connection, name, self.after(first))

    def test_an_id_of_a_variable_that_was_made_again_ends_the_iterator(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a")
        first = connection.call("ifindTry", name, "x", *FIRST)
        connection.call("delete var", name, "x")
        self.store(connection, name, "x", b"new", b"newer")
        self.assert_ended(connection, name, self.after(first))
        self.assertEqual(b"x\t2\t0\t0\tfifo", self.listing(connection, name))
        self.assertEqual([(0, b"new"), (1, b"newer")], self.walk(connection, "ifindTry", name)[0])

    def test_an_id_of_another_variable_ends_the_iterator(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b")
        self.store(connection, name, "y", b"a", b"b")
        other = connection.call("ifindTry", name, "y", *FIRST)
        self.assert_ended(connection, name, self.after(other))

    def test_an_id_that_never_was_ends_the_iterator(self):
        connection, name = self.opened()
        self.store(connection, name, "x", b"a", b"b")
        for identity in (b"nonsense".ljust(20), b"\xff" * 20, b"\0" * 20, b"x", b"9" * 20, b"1" * 5000):
            self.assert_ended(connection, name, (identity, b"0"))

    def test_an_iterator_that_waits_ends_when_the_variable_is_deleted(self):
        owner, name = self.opened()
        self.store(owner, name, "x", b"a")
        first = owner.call("ifind", name, "x", *FIRST)
        waiter = self.blocked(name, "ifind", "x", *self.after(first))
        self.until(owner, name, b"x\t1\t0\t1\tfifo")
        owner.call("delete var", name, "x")
        self.assert_failed(1, waiter.read_long())


class Single(Iteration):
    def declared(self):
        connection, name = self.opened()
        connection.call("declare var", name, "x", "single")
        return connection, name

    def test_each_new_value_is_seen_once(self):
        connection, name = self.declared()
        position = FIRST
        for value in (b"a", b"b", b"c"):
            self.store(connection, name, "x", value)
            found, position = self.walk(connection, "ifindTry", name, "x", position)
            self.assertEqual([value], [value for _, value in found])

    def test_values_overwritten_in_between_are_missed(self):
        connection, name = self.declared()
        self.store(connection, name, "x", b"a")
        _, position = self.walk(connection, "ifindTry", name)
        self.store(connection, name, "x", b"b", b"c")
        found, _ = self.walk(connection, "ifindTry", name, "x", position)
        self.assertEqual([b"c"], [value for _, value in found])

    def test_the_index_grows_by_one_at_each_replacement_or_removal(self):
        connection, name = self.declared()
        self.store(connection, name, "x", b"a")
        start = connection.call("find", name, "x").index
        self.store(connection, name, "x", b"b")
        self.assertEqual(start + 1, connection.call("find", name, "x").index)
        self.assertEqual(start + 1, connection.call("fetch", name, "x").index)
        self.store(connection, name, "x", b"c")
        self.assertEqual(start + 2, connection.call("find", name, "x").index)

    def test_a_value_stored_after_a_removal_is_new(self):
        connection, name = self.declared()
        self.store(connection, name, "x", b"a")
        _, position = self.walk(connection, "ifindTry", name)
        self.assert_value(b"a", connection.call("fetch", name, "x"))
        self.assert_failed(1, connection.call("ifindTry", name, "x", *position))
        self.store(connection, name, "x", b"b")
        found, _ = self.walk(connection, "ifindTry", name, "x", position)
        self.assertEqual([b"b"], [value for _, value in found])

    def test_a_waiting_iterator_gets_the_replacement(self):
        owner, name = self.declared()
        self.store(owner, name, "x", b"a")
        first = owner.call("ifind", name, "x", *FIRST)
        waiter = self.blocked(name, "ifind", "x", *self.after(first))
        self.until(owner, name, b"x\t1\t0\t1\tsingle")
        self.store(owner, name, "x", b"b")
        second = waiter.read_long()
        self.assert_value(b"b", second)
        self.assert_failed(1, waiter.call("ifindTry", name, "x", *self.after(second)))

    def test_a_value_after_one_that_was_handed_over_is_new(self):
        owner, name = self.declared()
        finder = self.blocked(name, "ifind", "x", *FIRST)
        self.until(owner, name, b"x\t0\t0\t1\tsingle")
        fetcher = self.blocked(name, "fetch", "x")
        self.until(owner, name, b"x\t0\t1\t1\tsingle")
        self.store(owner, name, "x", b"a", b"b")
        self.assert_value(b"a", fetcher.read_long())
        seen = finder.read_long()
        self.assert_value(b"a", seen)
        self.assert_value(b"b", finder.call("ifindTry", name, "x", *self.after(seen)))

    def test_ifetch_takes_each_new_value(self):
        connection, name = self.declared()
        position = FIRST
        for value in (b"a", b"b"):
            self.store(connection, name, "x", value)
            reply = connection.call("ifetch", name, "x", *position)
            self.assert_value(value, reply)
            position = self.after(reply)
            self.assert_failed(1, connection.call("ifetchTry", name, "x", *position))


class LifoAndMulti(Iteration):
    def declared(self, mode):
        connection, name = self.opened()
        connection.call("declare var", name, "x", mode)
        self.store(connection, name, "x", b"a", b"b", b"c")
        return connection, name

    def test_the_first_call_is_a_plain_read_and_the_next_is_1(self):
        for mode in ("lifo", "multi"):
            for verb in ("ifind", "ifindTry", "ifetch", "ifetchTry"):
                with self.subTest(mode=mode, verb=verb):
                    connection, name = self.declared(mode)
                    first = connection.call(verb, name, "x", *FIRST)
                    self.assertEqual(0, first.status)
                    self.assertIn(first.value, [b"c"] if mode == "lifo" else [b"a", b"b", b"c"])
                    left = 3 if verb.startswith("ifind") else 2
                    self.assert_failed(1, connection.call(verb, name, "x", *self.after(first)))
                    self.assertEqual(b"x\t%d\t0\t0\t%b" % (left, mode.encode()), self.listing(connection, name))

    def test_the_first_call_waits_like_a_plain_read(self):
        for mode in ("lifo", "multi"):
            for verb, counts in (("ifind", b"0\t1"), ("ifetch", b"1\t0")):
                with self.subTest(mode=mode, verb=verb):
                    owner, name = self.opened()
                    waiter = self.blocked(name, verb, "x", *FIRST)
                    self.until(owner, name, b"x\t0\t" + counts + b"\tunknown")
                    owner.call("declare var", name, "x", mode)
                    self.store(owner, name, "x", b"a")
                    first = waiter.read_long()
                    self.assert_value(b"a", first)
                    self.assert_failed(1, waiter.call(verb, name, "x", *self.after(first)))
