"""Waiting: who gets a value and in which order, who is freed, what is never lost."""

import os

from support import ClassicCase, encode_request, fresh_name

MIB = 1 << 20


class Delivery(ClassicCase):
    def test_a_stored_value_goes_to_every_finder_and_to_the_first_fetcher(self):
        owner, name = self.opened()
        waiting = [0, 0]
        finders, fetchers = [], []
        for verb in ("fetch", "find", "fetch", "find", "find", "fetch"):
            connection = self.blocked(name, verb, "x")
            (fetchers if verb == "fetch" else finders).append(connection)
            waiting[verb == "find"] += 1
            self.until(owner, name, b"x\t0\t%d\t%d\tunknown" % tuple(waiting))
        self.store(owner, name, "x", b"a")
        for finder in finders:
            self.assert_value(b"a", finder.read_long())
        self.assert_value(b"a", fetchers[0].read_long())
        self.assertEqual(b"x\t0\t2\t0\tfifo", self.listing(owner, name))
        self.store(owner, name, "x", b"b")
        self.assert_value(b"b", fetchers[1].read_long())
        self.assertEqual(b"x\t0\t1\t0\tfifo", self.listing(owner, name))
        self.store(owner, name, "x", b"c")
        self.assert_value(b"c", fetchers[2].read_long())
        self.assertEqual(b"x\t0\t0\t0\tfifo", self.listing(owner, name))

    def test_without_fetcher_the_value_is_queued(self):
        owner, name = self.opened()
        finder = self.blocked(name, "find", "x")
        self.until(owner, name, b"x\t0\t0\t1\tunknown")
        self.store(owner, name, "x", b"a")
        self.assert_value(b"a", finder.read_long())
        self.assertEqual(b"x\t1\t0\t0\tfifo", self.listing(owner, name))

    def test_many_fetchers_are_served_in_the_order_they_began(self):
        owner, name = self.opened()
        fetchers = []
        for number in range(20):
            fetchers.append(self.blocked(name, "fetch", "x"))
            self.until(owner, name, b"x\t0\t%d\t0\tunknown" % (number + 1))
        for number in range(20):
            self.store(owner, name, "x", b"%d" % number)
        for number, fetcher in enumerate(fetchers):
            self.assert_value(b"%d" % number, fetcher.read_long())

    def test_delivery_is_the_same_in_every_mode(self):
        for mode in ("fifo", "lifo", "multi", "single"):
            with self.subTest(mode=mode):
                owner, name = self.opened()
                owner.call("declare var", name, "x", mode)
                first = self.blocked(name, "fetch", "x")
                self.until(owner, name, b"x\t0\t1\t0\t" + mode.encode())
                second = self.blocked(name, "fetch", "x")
                finder = self.blocked(name, "find", "x")
                self.until(owner, name, b"x\t0\t2\t1\t" + mode.encode())
                self.store(owner, name, "x", b"a", b"b", b"c")
                self.assert_value(b"a", finder.read_long())
                self.assert_value(b"a", first.read_long())
                self.assert_value(b"b", second.read_long())
                self.assertEqual(b"x\t1\t0\t0\t" + mode.encode(), self.listing(owner, name))
                self.assert_value(b"c", owner.call("fetch", name, "x"))

    def test_iterating_waiters_count_and_are_served_like_the_others(self):
        owner, name = self.opened()
        fetcher = self.blocked(name, "ifetch", "x", "", "-999")
        self.until(owner, name, b"x\t0\t1\t0\tunknown")
        later = self.blocked(name, "fetch", "x")
        self.until(owner, name, b"x\t0\t2\t0\tunknown")
        finder = self.blocked(name, "ifind", "x", "", "-999")
        self.until(owner, name, b"x\t0\t2\t1\tunknown")
        self.store(owner, name, "x", b"a")
        self.assert_value(b"a", finder.read_long())
        self.assert_value(b"a", fetcher.read_long())
        self.assertEqual(b"x\t0\t1\t0\tfifo", self.listing(owner, name))
        self.store(owner, name, "x", b"b")
        self.assert_value(b"b", later.read_long())

    def test_declaring_while_clients_wait_leaves_them_waiting(self):
        owner, name = self.opened()
        fetcher = self.blocked(name, "fetch", "x")
        self.until(owner, name, b"x\t0\t1\t0\tunknown")
        self.assertEqual(0, owner.call("declare var", name, "x", "single").status)
        self.assertEqual(b"x\t0\t1\t0\tsingle", self.listing(owner, name))
        self.store(owner, name, "x", b"a")
        self.assert_value(b"a", fetcher.read_long())

    def test_waiters_on_other_variables_wait_on(self):
        owner, name = self.opened()
        other = self.blocked(name, "fetch", "y")
        self.until(owner, name, b"y\t0\t1\t0\tunknown")
        self.store(owner, name, "x", b"a")
        self.assertEqual(b"x\t1\t0\t0\tfifo\ny\t0\t1\t0\tunknown", self.listing(owner, name))
        self.store(owner, name, "y", b"b")
        self.assert_value(b"b", other.read_long())

    def test_a_freed_waiter_goes_on_with_the_next_request(self):
        owner, name = self.opened()
        waiter = self.blocked(name, "fetch", "x")
        self.until(owner, name, b"x\t0\t1\t0\tunknown")
        self.store(owner, name, "x", b"a")
        self.assert_value(b"a", waiter.read_long())
        self.assertEqual(b"x\t0\t0\t0\tfifo", self.listing(waiter, name))

    def test_a_value_is_fetched_by_exactly_one_client(self):
        owner, name = self.opened()
        total, takers = 400, 4
        taken = []

        def take():
            connection = self.using(name)
            while True:
                value = connection.call("fetch", name, "x").value
                if value == b"stop":
                    return
                taken.append(value)

        def give():
            connection = self.using(name)
            self.store(connection, name, "x", *[b"%d" % number for number in range(total)], *[b"stop"] * takers)

        self.together(give, *[take] * takers)
        self.assertEqual(sorted(b"%d" % number for number in range(total)), sorted(taken))

    def test_fetch_then_store_is_an_atomic_update(self):
        owner, name = self.opened()
        self.store(owner, name, "x", b"0")
        each, clients = 100, 4

        def add():
            connection = self.using(name)
            for _ in range(each):
                held = int(connection.call("fetch", name, "x").value)
                self.store(connection, name, "x", b"%d" % (held + 1))

        self.together(*[add] * clients)
        self.assert_value(b"%d" % (each * clients), owner.call("fetch", name, "x"))

    def test_while_one_holds_the_value_nobody_sees_it(self):
        owner, name = self.opened()
        self.store(owner, name, "x", b"a")
        holder = self.using(name)
        self.assert_value(b"a", holder.call("fetch", name, "x"))
        self.assert_failed(1, owner.call("findTry", name, "x"))
        self.assert_failed(1, owner.call("fetchTry", name, "x"))
        self.store(holder, name, "x", b"b")
        self.assert_value(b"b", owner.call("findTry", name, "x"))


class Freed(ClassicCase):
    WAITS = (("fetch",), ("find",), ("ifetch", "", "-999"), ("ifind", "", "-999"))

    def waiters(self, owner, name):
        waiters = [self.blocked(name, verb, "x", *position) for verb, *position in self.WAITS]
        self.until(owner, name, b"x\t0\t2\t2\tunknown")
        return waiters

    def test_deleting_the_variable_fails_every_client_that_waits_on_it(self):
        owner, name = self.opened()
        waiters = self.waiters(owner, name)
        self.assertEqual(0, owner.call("delete var", name, "x").status)
        for waiter in waiters:
            self.assert_failed(1, waiter.read_long())
            self.assertEqual(b"", self.listing(waiter, name))

    def test_deleting_the_workspace_fails_every_client_that_waits_in_it(self):
        owner, name = self.opened()
        waiters = self.waiters(owner, name)
        self.assertEqual(0, owner.call("delete ws", name).status)
        for waiter in waiters:
            reply = waiter.read_long()
            self.assertIn(reply.status, (1, 100))
            self.assert_failed(reply.status, reply)
            self.assert_failed(100, waiter.call("list vars", name))

    def test_the_end_of_the_owner_fails_every_client_that_waits_in_its_workspace(self):
        owner, name = self.opened()
        waiters = self.waiters(owner, name)
        owner.reset()
        for waiter in waiters:
            reply = waiter.read_long()
            self.assertIn(reply.status, (1, 100))
            self.assert_failed(reply.status, reply)

    def test_a_client_that_goes_away_stops_waiting(self):
        for leave in ("close", "reset", "end_sending"):
            with self.subTest(leave=leave):
                owner, name = self.opened()
                waiters = self.waiters(owner, name)
                for waiter in waiters:
                    getattr(waiter, leave)()
                self.until(owner, name, b"x\t0\t0\t0\tunknown")
                self.store(owner, name, "x", b"a")
                self.assertEqual(b"x\t1\t0\t0\tfifo", self.listing(owner, name))

    def test_the_next_fetcher_gets_what_the_one_that_left_waited_for(self):
        owner, name = self.opened()
        first = self.blocked(name, "fetch", "x")
        self.until(owner, name, b"x\t0\t1\t0\tunknown")
        second = self.blocked(name, "fetch", "x")
        self.until(owner, name, b"x\t0\t2\t0\tunknown")
        first.reset()
        self.until(owner, name, b"x\t0\t1\t0\tunknown")
        self.store(owner, name, "x", b"a")
        self.assert_value(b"a", second.read_long())


class NotLost(ClassicCase):
    """A value whose reply never reached the kernel whole goes back to its old place."""

    def begun(self, name, verb="fetch", *position):
        """A client that takes a value, reads the beginning of the reply and then nothing any more."""
        client = self.using(name, rcvbuf=4096)
        client.request(verb, name, "x", *position)
        self.assertEqual(b"0000", client.read(4))
        return client

    def test_a_fetched_value_is_not_lost_when_the_client_dies(self):
        for size in (12 * MIB, 32 * MIB):
            for verb, *position in (("fetch",), ("fetchTry",), ("ifetch", "", "-999"), ("ifetchTry", "", "-999")):
                with self.subTest(size=size, verb=verb):
                    owner, name = self.opened()
                    data = os.urandom(size)
                    self.store(owner, name, "x", data, b"second")
                    client = self.begun(name, verb, *position)
                    self.assertEqual(b"x\t1\t0\t0\tfifo", self.listing(owner, name))
                    client.reset()
                    self.until(owner, name, b"x\t2\t0\t0\tfifo")
                    first = owner.call("fetch", name, "x")
                    self.assertTrue(data == first.value, "the value came back changed, or not to the front")
                    self.assertEqual(0, first.index)
                    self.assert_value(b"second", owner.call("fetch", name, "x"))

    def test_while_it_is_on_its_way_the_others_get_the_next(self):
        owner, name = self.opened()
        self.store(owner, name, "x", bytes(12 * MIB), b"second")
        client = self.begun(name)
        self.assert_value(b"second", owner.call("find", name, "x"))
        self.assert_value(b"second", owner.call("fetch", name, "x"))
        self.assert_failed(1, owner.call("fetchTry", name, "x"))
        client.reset()
        self.until(owner, name, b"x\t1\t0\t0\tfifo")

    def test_a_value_that_comes_back_goes_to_those_who_wait(self):
        owner, name = self.opened()
        data = os.urandom(12 * MIB)
        self.store(owner, name, "x", data)
        client = self.begun(name)
        finder = self.blocked(name, "find", "x")
        fetcher = self.blocked(name, "fetch", "x")
        self.until(owner, name, b"x\t0\t1\t1\tfifo")
        client.reset()
        self.assertTrue(data == finder.read_long().value)
        self.assertTrue(data == fetcher.read_long().value)
        self.until(owner, name, b"x\t0\t0\t0\tfifo")

    def test_a_small_value_behind_a_reply_that_is_stuck_comes_back_too(self):
        owner, name = self.opened()
        self.store(owner, name, "big", bytes(12 * MIB))
        self.store(owner, name, "x", b"small")
        client = self.using(name, rcvbuf=4096)
        client.send(encode_request("find", name, "big") + encode_request("fetch", name, "x"))
        self.assertEqual(b"0000", client.read(4))
        client.reset()
        self.until(owner, name, b"big\t1\t0\t0\tfifo\nx\t1\t0\t0\tfifo")

    def test_a_value_handed_to_a_waiter_that_dies_while_it_reads_comes_back(self):
        owner, name = self.opened()
        data = os.urandom(12 * MIB)
        waiter = self.using(name, rcvbuf=4096)
        waiter.request("fetch", name, "x")
        self.until(owner, name, b"x\t0\t1\t0\tunknown")
        self.store(owner, name, "x", data)
        self.assertEqual(b"0000", waiter.read(4))
        waiter.reset()
        self.until(owner, name, b"x\t1\t0\t0\tfifo")
        self.assertTrue(data == owner.call("fetch", name, "x").value)

    def test_a_reply_that_was_read_whole_is_confirmed(self):
        owner, name = self.opened()
        data = os.urandom(12 * MIB)
        self.store(owner, name, "x", data, b"small")
        client = self.using(name)
        self.assertTrue(data == client.call("fetch", name, "x").value)
        self.assert_value(b"small", client.call("fetch", name, "x"))
        client.end_sending()
        client.read_until_closed()
        self.assertEqual(b"x\t0\t0\t0\tfifo", self.listing(owner, name))

    def test_a_deleted_variable_stays_deleted_when_a_taker_dies(self):
        owner, name = self.opened()
        self.store(owner, name, "x", bytes(12 * MIB))
        client = self.begun(name)
        self.assertEqual(0, owner.call("delete var", name, "x").status)
        client.reset()
        self.until_waiting_ends(owner)
        self.assertEqual(b"", self.listing(owner, name))

    def until_waiting_ends(self, owner):
        """Until the server has seen the ends of connections so far: a workspace owned by one that ends now is gone."""
        mark = self.connect()
        name = fresh_name("mark")
        mark.call("open ws", name, "", "no")
        mark.reset()
        self.until_gone(owner, name)

    def test_a_single_value_that_was_replaced_meanwhile_is_dropped(self):
        owner, name = self.opened()
        owner.call("declare var", name, "x", "single")
        self.store(owner, name, "x", bytes(12 * MIB))
        client = self.begun(name)
        self.store(owner, name, "x", b"newer")
        client.reset()
        self.until_waiting_ends(owner)
        self.assertEqual(b"x\t1\t0\t0\tsingle", self.listing(owner, name))
        self.assert_value(b"newer", owner.call("fetch", name, "x"))
