#!/usr/bin/env python3
"""The conformance suite of the classic protocol and the tests of the Python client, against a running server.

    python3 test_classic.py [--host H] [--port P] [--may-kill] [--ca FILE] [--list] [--json] [name ...]

Host and port come from the arguments, else from NWS_HOST and NWS_PORT, else 127.0.0.1 and 8765. A name is
`Class`, `Class.test` or a part of one; without names every test runs. `--may-kill` says that clients may stop this
server: it runs only the tests that do (each needs a server of its own, so give one name). `--ca` names the authority of
a server that has a certificate: it runs only the tests of TLS. `--list` prints the names;
`--json` reports one JSON object a line: {"test", "outcome": "passed"|"failed"|"skipped", "message", "seconds"}.
"""

import argparse
import json
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "clients" / "python")]

import classic_framing  # noqa: E402
import classic_handshake  # noqa: E402
import classic_iteration  # noqa: E402
import classic_tls  # noqa: E402
import classic_variables  # noqa: E402
import classic_waiting  # noqa: E402
import classic_workspaces  # noqa: E402
import client_bytes  # noqa: E402
import client_operations  # noqa: E402
from support import Target  # noqa: E402

MODULES = (
    classic_handshake,
    classic_workspaces,
    classic_variables,
    classic_waiting,
    classic_iteration,
    classic_framing,
    classic_tls,
    client_operations,
    client_bytes,
)


def short_name(test):
    return "%s.%s" % (type(test).__name__, test._testMethodName)


def load_tests(loader, _standard, _pattern):
    """What `python3 -m unittest` runs."""
    suite = unittest.TestSuite()
    for module in MODULES:
        suite.addTests(loader.loadTestsFromModule(module))
    return suite


def flat(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flat(item)
        else:
            yield item


class JsonResult(unittest.TestResult):
    """Reports each test as a line of JSON when it ends; failures of subtests are part of their test's message."""

    def startTest(self, test):
        super().startTest(test)
        self._messages = []
        self._skipped = None
        self._began = time.monotonic()

    def _note(self, error, test):
        self._messages.append(self._exc_info_to_string(error, test))

    def addError(self, test, err):
        super().addError(test, err)
        if hasattr(test, "_testMethodName"):
            self._note(err, test)
        else:  # a class or module that could not be set up
            print(json.dumps({"test": str(test), "outcome": "failed", "message": str(err[1]), "seconds": 0}), flush=True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._note(err, test)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._messages.append("%s\n%s" % (subtest._subDescription(), self._exc_info_to_string(err, test)))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._skipped = reason

    def stopTest(self, test):
        super().stopTest(test)
        outcome = "failed" if self._messages else "skipped" if self._skipped is not None else "passed"
        report = {
            "test": short_name(test),
            "outcome": outcome,
            "message": "\n".join(self._messages) or self._skipped or "",
            "seconds": round(time.monotonic() - self._began, 3),
        }
        print(json.dumps(report), flush=True)


def main():
    parser = argparse.ArgumentParser(description="The conformance suite of the classic protocol.")
    parser.add_argument("--host", default=Target.host)
    parser.add_argument("--port", type=int, default=Target.port)
    parser.add_argument("--may-kill", action="store_true", default=Target.may_kill)
    parser.add_argument("--ca")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    Target.host, Target.port, Target.may_kill = options.host, options.port, options.may_kill
    Target.ca = options.ca
    tests = [
        test
        for test in flat(load_tests(unittest.defaultTestLoader, None, None))
        if (type(test).__name__ == "KillServerAllowed") == options.may_kill
        and (type(test).__name__ == "Encrypted") == (options.ca is not None)
        and (not options.names or any(name in short_name(test) for name in options.names))
    ]
    if options.list:
        print("\n".join(short_name(test) for test in tests))
        return 0
    suite = unittest.TestSuite(tests)
    if options.json:
        result = JsonResult()
        suite.run(result)
    else:
        result = unittest.TextTestRunner(verbosity=2).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
