"""The CBOR of the Python client: what it writes, and that it reads whatever comes without another error than its own."""

import datetime
import random
import struct
import sys
import unittest
from array import array

from networkspaces import Serialized, Tagged, UnreadableValue, decode_value, encode_value

CBOR = 11 << 24


class PythonBytes(unittest.TestCase):

    def read(self, text):
        return decode_value(CBOR, bytes.fromhex(text))

    def test_the_examples_of_the_standard_are_read(self):
        # RFC 8949, appendix A.
        for text, value in (
            ("00", 0), ("17", 23), ("1818", 24), ("1903e8", 1000), ("1a000f4240", 1000000), ("1bffffffffffffffff", 2**64 - 1),
            ("c249010000000000000000", 2**64), ("3bffffffffffffffff", -(2**64)), ("c349010000000000000000", -(2**64) - 1),
            ("20", -1), ("3903e7", -1000), ("f90000", 0.0), ("f93c00", 1.0), ("fb3ff199999999999a", 1.1), ("f97bff", 65504.0),
            ("fa47c35000", 100000.0), ("f97c00", float("inf")), ("f4", False), ("f5", True), ("f6", None), ("f7", None),
            ("c11a514b67b0", datetime.datetime(2013, 3, 21, 20, 4, tzinfo=datetime.timezone.utc)),
            ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", Tagged(32, "http://www.example.com")),
            ("4401020304", b"\1\2\3\4"), ("62c3bc", "ü"), ("8301820203820405", [1, [2, 3], [4, 5]]),
            ("a201020304", {1: 2, 3: 4}), ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ):
            with self.subTest(text):
                self.assertEqual(value, self.read(text))

    def test_integers_are_written_as_short_as_they_can_be(self):
        for value, text in ((0, "00"), (23, "17"), (24, "1818"), (-1, "20"), (65536, "1a00010000"), (2**64, "c249010000000000000000")):
            self.assertEqual((CBOR, bytes.fromhex(text)), tuple(encode_value(value)))

    def test_arrays_of_numbers_keep_their_kind(self):
        for code in "bHhIiQqfd":
            values = array(code, [0, 1, 100])
            back = decode_value(*encode_value(values))
            self.assertEqual((values, code), (back, back.typecode))
            self.assertEqual(values, decode_value(*encode_value(memoryview(values))))
        self.assertEqual((11 << 24, b"\xd8\x56\x48" + struct.pack("<d", 1.5)), encode_value(array("d", [1.5])))
        self.assertEqual(array("d", [1.5]), self.read("d852483ff8000000000000"))  # big-endian
        self.assertEqual(array("f", [1.5]), self.read("d85442003e"))  # half floats

    def test_values_that_stand_in_several_places_or_inside_themselves_are_read(self):
        both = self.read("82d81c8101d81d00")
        self.assertEqual([[1], [1]], both)
        self.assertIs(both[0], both[1])
        inside = self.read("d81ca1616dd81d00")
        self.assertIs(inside, inside["m"])

    def test_500_values_inside_each_other_are_read(self):
        value = []
        for _ in range(499):
            value = [value]
        self.assertEqual(value, decode_value(*encode_value(value)))

    def test_damaged_bytes_are_one_kind_of_error(self):
        value = [1, -5, 2**70, 1.5, "text", b"bytes", {"a": None, "b": {1, 2}}, array("d", [1, 2]), True,
                 datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)]
        descriptor, whole = encode_value(value)
        for length in range(len(whole)):
            with self.assertRaises(UnreadableValue):
                decode_value(descriptor, whole[:length])
        dice = random.Random(7)
        for _ in range(20000):
            data = bytearray(whole if dice.random() < 0.5 else dice.randbytes(dice.randrange(1, 40)))
            for _ in range(dice.randrange(4)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            try:
                decode_value(descriptor, bytes(data))
            except UnreadableValue as error:
                self.assertEqual(bytes(data), error.data)
        for hostile in ("9bffffffffffffffff", "5bffffffffffffffff", "bb00ffffffffffffff", "81" * 100000, "d81d20", "d81d00", "d8408101"):
            try:
                self.read(hostile)
            except UnreadableValue:
                continue
            self.assertEqual("d8408101", hostile)  # a tag on what it does not fit stays

    def test_the_module_is_for_Python_3_8_too(self):
        import ast

        import networkspaces

        with open(networkspaces.__file__, encoding="utf-8") as file:
            tree = ast.parse(file.read(), feature_version=(3, 8))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        if hasattr(sys, "stdlib_module_names"):
            self.assertEqual(set(), imported - sys.stdlib_module_names)

    def test_bytes_of_any_descriptor_can_be_stored(self):
        self.assertEqual((7, b"x"), encode_value(Serialized(7, b"x")))


if __name__ == "__main__":
    unittest.main()
