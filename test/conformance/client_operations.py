"""The Python client that is shipped (clients/python), as programs use it."""

import os
import pickle
import signal
import threading
import unittest

from networkspaces import (
    ConnectionClosed,
    NetWorkSpace,
    NwsServer,
    OperationFailed,
    Serialized,
    UnreadableValue,
    UnstorableValue,
    Variable,
)
from support import TIMEOUT, ClassicCase, Target, fresh_name


class PythonClient(ClassicCase):

    def workspace(self, name=None, **options):
        name = fresh_name().decode() if name is None else name
        workspace = NetWorkSpace(name, Target.host, Target.port, timeout=TIMEOUT, **options)
        self.addCleanup(workspace.close)
        return workspace

    def test_values_come_back_as_they_were(self):
        ws = self.workspace()
        for value in ("text é ☃", "", b"\0\xff", 7, -(2**70), 1.5, None, True, [1, "a", [None]], {"k": [1, 2]}, {1: "a"}, {1, 2}):
            ws.store("x", value)
            self.assertEqual(value, ws.find("x"))
            back = ws.fetch("x")
            self.assertEqual((value, type(value)), (back, type(back)))

    def test_trying_does_not_wait(self):
        ws = self.workspace()
        self.assertIsNone(ws.fetchTry("x"))
        self.assertEqual("none", ws.findTry("x", "none"))
        ws.store("x", 0)
        self.assertEqual(0, ws.findTry("x", "none"))
        self.assertEqual(0, ws.fetchTry("x", "none"))

    def test_what_is_wrong_is_not_taken_for_no_value(self):
        ws = self.workspace()
        with self.assertRaises(OperationFailed) as raised:
            ws.fetchTry("a\tb")
        self.assertIn("name", str(raised.exception))

    def test_iterators_and_listings(self):
        ws = self.workspace()
        ws.declare("one", "single")
        for number in range(5):
            ws.store("x", number)
            ws.store("one", number)
        self.assertEqual([0, 1, 2, 3, 4], list(ws.ifindTry("x")))
        self.assertEqual([4], list(ws.ifindTry("one")))
        waiting = ws.ifind("x")
        self.assertEqual([0, 1], [next(waiting), next(waiting)])
        self.assertEqual({"x": Variable(5, 0, 0, "fifo"), "one": Variable(1, 0, 0, "single")}, ws.listVars())
        taking = ws.ifetch("x")
        self.assertEqual([0, 1], [next(taking), next(taking)])
        self.assertEqual([2, 3, 4], list(ws.ifetchTry("x")))
        ws.deleteVar("one")
        self.assertEqual(["x"], list(ws.listVars()))
        mine, _, persistent, variables = ws.server.listWss()[ws.name]
        self.assertEqual((True, False, ["x"]), (mine, persistent, variables))

    def test_a_waiting_iterator_ends_when_its_variable_is_deleted(self):
        ws = self.workspace()
        ws.store("x", 1)
        other = self.workspace(ws.name, useUse=True)
        waiting = other.ifind("x")
        self.assertEqual(1, next(waiting))
        watcher = self.using(ws.name.encode())
        self.together(
            lambda: self.assertEqual([], list(waiting)),
            lambda: (self.until(watcher, ws.name.encode(), b"x\t1\t0\t1\tfifo"), ws.deleteVar("x")),
        )

    def test_a_workspace_goes_with_its_owner_unless_it_is_persistent(self):
        server = NwsServer(Target.host, Target.port)
        self.addCleanup(server.close)
        kept, gone = fresh_name().decode(), fresh_name().decode()
        NetWorkSpace(kept, Target.host, Target.port, persistent=True).close()
        with NetWorkSpace(gone, Target.host, Target.port):
            self.assertIn(gone, server.listWss())
        self.until_gone(self.connect(), gone.encode())
        self.assertTrue(server.listWss()[kept].persistent)
        server.deleteWs(kept)
        self.assertNotIn(kept, server.listWss())
        with self.assertRaises(OperationFailed) as raised:
            self.workspace(kept, create=False)
        self.assertEqual(100, raised.exception.status)

    def test_a_server_is_shared_by_workspaces(self):
        with NwsServer(Target.host, Target.port) as server:
            first, second = server.openWs(fresh_name().decode()), server.useWs(server.mktempWs("temporary %d"))
            first.store("x", "one")
            second.store("x", "two")
            first.close()  # the connection is the server's
            self.assertEqual(["one", "two"], [first.fetch("x"), second.fetch("x")])
        with self.assertRaises(ConnectionClosed):
            first.fetchTry("x")

    def test_threads_take_turns(self):
        ws = self.workspace()
        self.together(*(lambda lane=lane: [ws.store("x", [lane, i]) for i in range(50)] for lane in range(4)))
        self.assertEqual(sorted([lane, i] for lane in range(4) for i in range(50)), sorted(ws.ifetchTry("x")))

    def test_a_wait_that_is_interrupted_closes_the_connection_and_takes_nothing(self):
        ws = self.workspace()
        waiter = self.workspace(ws.name, useUse=True)
        watcher = self.using(ws.name.encode())
        main = threading.main_thread().ident

        def interrupt():
            self.until(watcher, ws.name.encode(), b"x\t0\t1\t0\tunknown")
            signal.pthread_kill(main, signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        with self.assertRaises(KeyboardInterrupt):
            waiter.fetch("x")
        thread.join()
        with self.assertRaises(ConnectionClosed):
            waiter.fetch("x")
        self.until(watcher, ws.name.encode(), b"x\t0\t0\t0\tunknown")
        ws.store("x", 1)
        self.assertEqual(1, ws.fetch("x"))

    def test_what_cannot_be_stored_is_refused_and_nothing_is_sent(self):
        ws = self.workspace()
        itself = []
        itself.append(itself)
        for value in (object(), len, [1, {2: 1j}], itself, "\ud800", memoryview(bytes(32)).cast("d", (2, 2)), range(3)):
            with self.assertRaises(UnstorableValue):
                ws.store("x", value)
        self.assertEqual({}, ws.listVars())

    def test_the_value_of_another_language_stays_reachable(self):
        ws = self.workspace()
        ws.store("x", Serialized(3 << 24, b"R's own"))
        ws.store("x", Serialized(1 << 24, pickle.dumps((1, 2), 2)))
        with self.assertRaises(UnreadableValue) as raised:
            ws.fetch("x")
        self.assertEqual((3 << 24, b"R's own"), (raised.exception.descriptor, raised.exception.data))
        with self.assertRaises(UnreadableValue) as raised:
            ws.fetch("x")
        self.assertEqual((1, 2), pickle.loads(raised.exception.data))

    def test_host_and_port_come_from_the_environment(self):
        os.environ.update(NWS_HOST=Target.host, NWS_SERVER_PORT=str(Target.port))
        try:
            with NetWorkSpace(fresh_name().decode()) as ws:
                ws.store("x", 1)
                self.assertEqual(1, ws.fetch("x"))
        finally:
            del os.environ["NWS_HOST"], os.environ["NWS_SERVER_PORT"]

    def test_where_there_is_no_server_the_error_says_where(self):
        with self.assertRaises(ConnectionClosed) as raised:
            NetWorkSpace("x", Target.host, 1)
        self.assertIn("%s:1" % Target.host, str(raised.exception))


if __name__ == "__main__":
    unittest.main()
