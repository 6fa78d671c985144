# Part of NetWorkSpaces for TypeScript. SPDX-License-Identifier: Apache-2.0 (https://www.apache.org/licenses/LICENSE-2.0)
"""A client of NetWorkSpaces servers, in one file: Python 3.8 or newer, standard library only.

    from networkspaces import NetWorkSpace

    with NetWorkSpace("table") as ws:
        ws.store("x", [1, 2.5, {"name": "Ada"}])
        print(ws.fetch("x"))

Text, bytes, numbers, None, lists, dicts, sets, dates and arrays of numbers are what programs in TypeScript read and write, too.
It speaks the classic protocol: one operation at a time goes over a connection. Threads that share a workspace take turns.
"""

import collections
import datetime
import numbers
import os
import socket
import ssl
import struct
import sys
import threading
from array import array

__all__ = [
    "NetWorkSpace", "NwsServer", "NwsError", "ConnectionClosed", "ProtocolError", "OperationFailed", "UnstorableValue",
    "UnreadableValue", "Serialized", "Tagged", "Variable", "Workspace",
]

Variable = collections.namedtuple("Variable", "values fetchers finders mode")
Workspace = collections.namedtuple("Workspace", "mine owner persistent variables")

#: Bytes with the type descriptor that says how to read them: stored as they are. For what only another language can read.
Serialized = collections.namedtuple("Serialized", "descriptor data")

#: What CBOR marks with a number (a tag), where Python has nothing like it: JavaScript's errors, patterns, URLs.
Tagged = collections.namedtuple("Tagged", "tag value")


class NwsError(Exception):
    """The root of what this module raises."""


class ConnectionClosed(NwsError, ConnectionError):
    """The connection is closed, or the server closed it; `received` holds what came of an answer before that."""

    def __init__(self, message, received=b""):
        super().__init__(message)
        self.received = received


class ProtocolError(NwsError):
    """The server sent what the protocol does not allow."""


class OperationFailed(NwsError):
    """The server refused: `status` is its number, `reason` its sentence."""

    def __init__(self, operation, status, reason=None):
        super().__init__("%s: %s" % (operation, reason or "status %d" % status))
        self.operation = operation
        self.status = status
        self.reason = reason


class UnstorableValue(NwsError, TypeError):
    """The value cannot travel. Nothing was sent."""


class UnreadableValue(NwsError):
    """The value came, and this client cannot read it. Its bytes are in `data`; `descriptor` says what they are."""

    def __init__(self, descriptor, data, why):
        super().__init__("a value of language %d: %s" % (descriptor >> 24, why))
        self.descriptor = descriptor
        self.data = data


# ---------------------------------------------------------------------------------------------------------- workspaces


class NetWorkSpace:
    """A workspace. Opens it: owns it if nobody does, and then it goes when this ends, unless `persistent`. With `useUse` it is
    used and never owned; with `create=False` it must be there.

    Without `host`, `port` and the like they come from NWS_HOST (localhost), NWS_SERVER_PORT (8765), NWS_TLS and so on; see
    NwsServer for all of them. Give `server` to share the connection of an NwsServer, which stays yours to close.
    """

    def __init__(self, name="__default", host=None, port=None, useUse=False, persistent=False, create=True, server=None,
                 **where):
        self.name = name
        self._name = _bytes(name)
        self._owns_server = server is None
        self.server = NwsServer(host, port, **where) if server is None else server
        try:
            verb = "use ws" if useUse else "open ws"
            label = "%s@%s, Python" % (os.path.basename(sys.argv[0]) or "python", socket.gethostname())
            rest = [] if create else ["no"]
            self.server.must(verb, self._name, label, "yes" if persistent else "no", *rest)
        except BaseException:
            self.close()
            raise

    def store(self, variable, value):
        """Puts a value into the variable. Raises UnstorableValue for what cannot travel."""
        descriptor, data = encode_value(value)
        self.server.must("store", self._name, variable, str(descriptor), data)

    def fetch(self, variable):
        """Takes a value out of the variable; waits until there is one."""
        return _value_of(self.server.must("fetch", self._name, variable))

    def fetchTry(self, variable, missing=None):
        """Takes a value, or returns `missing` at once when there is none."""
        return self._try("fetchTry", variable, missing)

    def find(self, variable):
        """Reads a value and leaves it where it is; waits until there is one."""
        return _value_of(self.server.must("find", self._name, variable))

    def findTry(self, variable, missing=None):
        """Reads a value, or returns `missing` at once when there is none."""
        return self._try("findTry", variable, missing)

    def ifetch(self, variable):
        """An iterator that takes value after value and waits for more. It ends when the variable is deleted."""
        return self._iterate("ifetch", variable)

    def ifetchTry(self, variable):
        """An iterator that takes value after value, and ends when there are no more."""
        return self._iterate("ifetchTry", variable)

    def ifind(self, variable):
        """An iterator that reads value after value and waits for more. It ends when the variable is deleted."""
        return self._iterate("ifind", variable)

    def ifindTry(self, variable):
        """An iterator over the values that are there. They stay."""
        return self._iterate("ifindTry", variable)

    def declare(self, variable, mode):
        """Makes a variable of a mode: "fifo" (what variables are otherwise), "lifo", "multi" or "single"."""
        self.server.must("declare var", self._name, variable, mode)

    def deleteVar(self, variable):
        """Deletes the variable, with its values."""
        self.server.must("delete var", self._name, variable)

    def listVars(self):
        """The variables: {name: Variable(values, fetchers, finders, mode)}, where fetchers and finders are how many wait."""
        text = self.server.must("list vars", self._name).value
        listing = {}
        for line in text.split(b"\n") if text else []:
            name, values, fetchers, finders, mode = line.split(b"\t")[:5]
            listing[_text(name)] = Variable(int(values), int(fetchers), int(finders), mode.decode("ascii"))
        return listing

    def close(self):
        """Ends the session: what it owns goes."""
        if self._owns_server and self.server is not None:
            self.server.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _try(self, verb, variable, missing):
        reply = self.server.call(verb, self._name, variable)
        if reply.status == 1 and reply.says_no_value:
            return missing
        return _value_of(self.server.done(verb, reply))

    def _iterate(self, verb, variable):
        position = b"", b"-999"
        while True:
            reply = self.server.call(verb, self._name, variable, *position)
            if reply.status == 1 and (reply.says_no_value or reply.says_deleted):
                return
            self.server.done(verb, reply)
            position = reply.cookie[:20], reply.cookie[20:]
            yield _value_of(reply)


# --------------------------------------------------------------------------------------------------------- connections


class Connection:
    """The protocol on a connected socket: requests and replies, whatever they mean."""

    def __init__(self, connected):
        self.cookies = True
        self.metadata_to_server = False
        self.metadata_from_server = False
        self._socket = connected
        self._unread = b""

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def offers(self, handshake=b"X000"):
        """Begins the handshake, and returns the options that the server offers."""
        self.send(handshake)
        answer = self.read(4)
        if answer != b"P000":
            raise ProtocolError("%r was answered with %r" % (handshake, answer))
        return self.read_dictionary()

    def choose(self, wanted):
        """Ends the handshake with the options that are wanted. Raises OperationFailed when the server refuses them."""
        wanted = {_bytes(name): _bytes(value) for name, value in dict(wanted).items()}
        self.send(b"R000" + encode_dictionary(wanted))
        answer = self.read(4)
        if answer == b"F000":
            raise OperationFailed("connect", 1, "the server refuses the options %s" % sorted(wanted))
        if answer != b"A000":
            raise ProtocolError("R000 was answered with %r" % answer)
        self.metadata_to_server = wanted.get(b"MetadataToServer") == b"1"
        self.metadata_from_server = wanted.get(b"MetadataFromServer") == b"1"

    def encrypt(self, context, name):
        """TLS from here on. The server's certificate must be for `name`."""
        if self._unread:
            # Whoever stands between could have put that there, to be taken for what comes encrypted.
            raise ProtocolError("bytes before TLS")
        self._socket = context.wrap_socket(self._socket, server_hostname=name)

    def send(self, data):
        self._socket.sendall(data)

    def read(self, length):
        """Exactly `length` bytes. Raises ConnectionClosed when the server closes before."""
        data = bytearray(self._unread[:length])
        self._unread = self._unread[length:]
        while len(data) < length:
            try:
                piece = self._socket.recv(min(1 << 20, max(65536, length - len(data))))
            except ConnectionError:
                piece = b""
            if not piece:
                raise ConnectionClosed("the server closed the connection", bytes(data))
            wanted = length - len(data)
            data += piece[:wanted]
            self._unread = piece[wanted:]
        return bytes(data)

    def read_number(self, width):
        text = self.read(width)
        if not text.isdigit():
            raise ProtocolError("%r is not a decimal number" % text)
        return int(text)

    def read_dictionary(self):
        pairs = {}
        for _ in range(self.read_number(4)):
            name = self.read(self.read_number(4))
            pairs[name] = self.read(self.read_number(4))
        return pairs

    def request(self, verb, *args, metadata=None):
        """Sends a request without waiting for its reply."""
        if self.metadata_to_server and metadata is None:
            metadata = {}
        self.send(encode_request(verb, *args, metadata=metadata))

    def read_short(self):
        metadata = self.read_dictionary() if self.metadata_from_server else None
        return Reply(self.read_number(4), metadata=metadata)

    def read_long(self):
        metadata = self.read_dictionary() if self.metadata_from_server else None
        status = self.read_number(4)
        descriptor = self.read_number(20)
        cookie = self.read(40) if self.cookies else None
        return Reply(status, descriptor, cookie, self.read(self.read_number(20)), metadata)

    def call(self, verb, *args, metadata=None):
        """A request and its reply, whatever its status."""
        self.request(verb, *args, metadata=metadata)
        return self.read_long() if verb in _LONG_VERBS else self.read_short()

    def must(self, verb, *args):
        """A request and its reply. Raises OperationFailed when its status is not 0."""
        return self.done(verb, self.call(verb, *args))

    @staticmethod
    def done(verb, reply):
        if reply.status != 0:
            raise OperationFailed(verb, reply.status, reply.reason)
        return reply


class NwsServer(Connection):
    """A connection to a server.

    `host` and `port`: default NWS_HOST or localhost, NWS_SERVER_PORT or 8765. `socketPath`: a Unix socket instead.
    `tls`: True; {"ca": FILE, "cert": FILE, "key": FILE, "servername": NAME}, all of which may be left out; an ssl.SSLContext; False
    for none. Default: what NWS_TLS, NWS_TLS_CA, NWS_TLS_CERT and NWS_TLS_KEY say.
    `timeout`: seconds that a wait for the server may take, that of a fetch too; then the connection is closed and socket.timeout is
    raised. Default: no limit.

    The server must know who comes: the same user on the same machine, or the holder of a client certificate.
    """

    def __init__(self, host=None, port=None, socketPath=None, tls=None, timeout=None):
        host = host or os.environ.get("NWS_HOST") or "localhost"
        port = int(port or os.environ.get("NWS_SERVER_PORT") or 8765)
        context, name = (None, None) if socketPath is not None else _tls(tls, host)
        super().__init__(_connected(host, port, socketPath, timeout))
        self._turn = threading.Lock()
        try:
            offered = self.offers()
            if context is not None and b"SSL" not in offered:
                raise NwsError("connect: the server at %s:%d has no certificate, and so no TLS" % (host, port))
            wished = [b"MetadataFromServer"] + ([] if context is None else [b"SSL"])
            self.choose({option: "1" for option in wished if option in offered})
            if context is not None:
                self.encrypt(context, name)
        except BaseException:
            self.close()
            raise

    def call(self, verb, *args, metadata=None):
        with self._turn:
            if self._socket.fileno() == -1:
                raise ConnectionClosed("%s: the connection is closed" % verb)
            try:
                return super().call(verb, *args, metadata=metadata)
            except BaseException:
                # Half of an answer may be read, or none: what comes next would be taken for another one.
                self.close()
                raise

    def openWs(self, name, **options):
        """A workspace on this connection."""
        return NetWorkSpace(name, server=self, **options)

    def useWs(self, name, **options):
        """A workspace on this connection that is used and never owned."""
        return NetWorkSpace(name, server=self, useUse=True, **options)

    def listWss(self):
        """The workspaces: {name: Workspace(mine, owner, persistent, variables)}."""
        listing = {}
        for line in self.must("list wss").value.split(b"\n")[:-1]:
            name, owner, persistent, _, variables = line.split(b"\t")[:5]
            held = [_text(each) for each in variables.split(b",")] if variables else []
            listing[_text(name[1:])] = Workspace(name[:1] == b">", _text(owner), persistent == b"True", held)
        return listing

    def mktempWs(self, template="__ws__%d"):
        """Makes a workspace with a name that no other has, and returns the name."""
        return _text(self.must("mktemp ws", template).value)

    def deleteWs(self, name):
        """Deletes a workspace. Raises OperationFailed when there is none."""
        self.must("use ws", name, "", "no", "no")
        self.must("delete ws", name)


class Reply:
    """One reply. `descriptor`, `cookie` and `value` are None in a short one, `cookie` also where none is sent;
    `metadata` is None unless MetadataFromServer was agreed."""

    def __init__(self, status, descriptor=None, cookie=None, value=None, metadata=None):
        self.status = status
        self.descriptor = descriptor
        self.cookie = cookie
        self.value = value
        self.metadata = metadata

    @property
    def variable_id(self):
        """The first 20 bytes of the cookie, with their padding."""
        return self.cookie[:20]

    @property
    def index(self):
        """The value index, the last 20 bytes of the cookie."""
        return int(self.cookie[20:])

    @property
    def reason(self):
        reason = (self.metadata or {}).get(b"nwsReason")
        return None if reason is None else reason.decode("utf-8", "replace")

    @property
    def says_no_value(self):
        """Of a trying verb with status 1: that there is no value, and not that something is wrong."""
        return not (self.metadata or {}).get(b"nwsReason") or self.reason.startswith("there is no value")

    @property
    def says_deleted(self):
        """That the variable an iterator goes through is not there any more."""
        return "was deleted" in self.reason

    def __repr__(self):
        value = self.value if self.value is None or len(self.value) <= 60 else self.value[:60] + b"..."
        fields = self.status, self.descriptor, self.cookie, value, self.metadata
        return "Reply(status=%r, descriptor=%r, cookie=%r, value=%r, metadata=%r)" % fields


_LONG_VERBS = frozenset(
    ["list wss", "mktemp ws", "list vars"]
    + [start + end for start in ("fetch", "find", "ifetch", "ifind") for end in ("", "Try")]
)


def encode_dictionary(pairs):
    """A mapping, or a list of pairs, as the protocol writes it."""
    items = list(pairs.items()) if hasattr(pairs, "items") else list(pairs)
    parts = [b"%04d" % len(items)]
    for pair in items:
        for text in pair:
            data = _bytes(text)
            parts.append(b"%04d" % len(data) + data)
    return b"".join(parts)


def encode_request(*args, metadata=None):
    """A request: the metadata dictionary when given, the number of arguments, the arguments."""
    parts = [] if metadata is None else [encode_dictionary(metadata)]
    parts.append(b"%04d" % len(args))
    for arg in args:
        data = _bytes(arg)
        parts += [b"%020d" % len(data), data]
    return b"".join(parts)


def _bytes(text):
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(text)


def _text(data):
    """A name; one that is no UTF-8 becomes the same bytes again when it is sent."""
    return data.decode("utf-8", "surrogateescape")


def _connected(host, port, path, timeout):
    if path is not None:
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connected.settimeout(timeout)
        connected.connect(path)
        return connected
    try:
        connected = socket.create_connection((host, port), timeout)
    except OSError as error:
        raise ConnectionClosed("connect: no server at %s:%d: %s" % (host, port, error)) from error
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _tls(wanted, host):
    """The SSLContext that the option `tls`, or the environment, asks for, and the name that the server must have."""
    if wanted is None:
        files = {key: os.environ.get("NWS_TLS_" + key.upper()) or None for key in ("ca", "cert", "key")}
        switch = os.environ.get("NWS_TLS") or ("1" if any(files.values()) else "0")
        wanted = files if switch == "1" else False
    if wanted is False:
        return None, None
    if isinstance(wanted, ssl.SSLContext):
        return wanted, host
    files = {} if wanted is True else wanted
    context = ssl.create_default_context(cafile=files.get("ca"))
    if files.get("cert") is not None:
        context.load_cert_chain(files["cert"], files.get("key"))
    return context, files.get("servername") or host


# -------------------------------------------------------------------------------------------------------------- values

_PYTHON, _JAVASCRIPT = 1 << 24, 11 << 24
_PLAIN, _RAW = 1, 3  # the lowest bits of a descriptor: text; bytes that are no text
_CBOR = _JAVASCRIPT


def encode_value(value):
    """A value as (type descriptor, bytes): text and bytes as they are, everything else as CBOR (RFC 8949)."""
    if isinstance(value, Serialized):
        return value
    if isinstance(value, str):
        return _PYTHON | _PLAIN, _utf8(value)
    if isinstance(value, (bytes, bytearray)) or isinstance(value, memoryview) and value.format == "B":
        return _PYTHON | _RAW, bytes(value)
    out = bytearray()
    _write(out, value, 0)
    return _CBOR, bytes(out)


def decode_value(descriptor, data):
    """The value of a descriptor and bytes. Raises UnreadableValue for what only its own language can read (a pickle, too: reading
    one runs what is in it. Who trusts the sender may give `data` of the error to pickle.loads)."""
    if descriptor & 3 == _RAW:
        return data
    if descriptor & 1:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if descriptor != _CBOR:
        raise UnreadableValue(descriptor, data, "it is neither text, bytes nor CBOR")
    try:
        return _CborReader(data).whole()
    except (ValueError, IndexError, TypeError, struct.error, OverflowError, RecursionError) as error:
        raise UnreadableValue(descriptor, data, "damaged CBOR, or more of it than this reads: %s" % error) from error


def _value_of(reply):
    return decode_value(reply.descriptor, reply.value)


_MOST_LEVELS = 500
_SET, _MAP, _DATE, _SHARED, _REFERENCE, _WTF8 = 258, 259, 1, 28, 29, 273

# Arrays of numbers (RFC 8746): the tag of each, its numbers in little-endian order, and the type code of `array`.
_ARRAYS = {64: "B", 68: "B", 69: "H", 70: "I", 71: "Q", 72: "b", 77: "h", 78: "i", 79: "q", 85: "f", 86: "d"}
_BIG_ENDIAN = {65: "H", 66: "I", 67: "Q", 73: "h", 74: "i", 75: "q", 81: "f", 82: "d"}
_TAGS = {("u", 2): 69, ("u", 4): 70, ("u", 8): 71, ("i", 1): 72, ("i", 2): 77, ("i", 4): 78, ("i", 8): 79, ("f", 4): 85, ("f", 8): 86}
_KINDS = {**dict.fromkeys("BHILQ", "u"), **dict.fromkeys("bhilq", "i"), **dict.fromkeys("fd", "f")}


def _head(major, number):
    """How each CBOR item begins."""
    if number < 24:
        return bytes([major << 5 | number])
    for extra, size, form in ((24, 8, ">BB"), (25, 16, ">BH"), (26, 32, ">BI"), (27, 64, ">BQ")):
        if number < 1 << size:
            return struct.pack(form, major << 5 | extra, number)
    raise UnstorableValue("store: too long")


def _write(out, value, level):
    if level > _MOST_LEVELS:
        raise UnstorableValue("store: more than %d values inside each other, or one inside itself" % _MOST_LEVELS)
    if value is None or isinstance(value, bool):
        out += b"\xf6" if value is None else b"\xf5" if value else b"\xf4"
    elif isinstance(value, str):
        data = _utf8(value)
        out += _head(3, len(data)) + data
    elif isinstance(value, numbers.Integral):
        _write_integer(out, int(value))
    elif isinstance(value, numbers.Real) and not isinstance(value, numbers.Rational):
        out += struct.pack(">Bd", 0xFB, float(value))
    elif isinstance(value, (bytes, bytearray)):
        out += _head(2, len(value)) + value
    elif isinstance(value, Tagged):
        out += _head(6, value.tag)
        _write(out, value.value, level + 1)
    elif isinstance(value, (list, tuple)):
        out += _head(4, len(value))
        for each in value:
            _write(out, each, level + 1)
    elif isinstance(value, dict):
        # JavaScript's objects have text as keys; with other keys it is a Map there.
        out += _head(5, len(value))
        for key, each in value.items():
            _write(out, key, level + 1)
            _write(out, each, level + 1)
    elif isinstance(value, (set, frozenset)):
        out += _head(6, _SET) + _head(4, len(value))
        for each in value:
            _write(out, each, level + 1)
    elif isinstance(value, datetime.datetime) and value.tzinfo is not None:
        out += _head(6, _DATE)
        _write(out, value.timestamp(), level + 1)
    else:
        _write_array(out, value)


def _write_integer(out, value):
    major, size = (0, value) if value >= 0 else (1, -1 - value)
    if size < 1 << 64:
        out += _head(major, size)
    else:
        data = size.to_bytes((size.bit_length() + 7) // 8, "big")
        out += _head(6, 2 + major) + _head(2, len(data)) + data


def _write_array(out, value):
    """Arrays of numbers: of `array`, of numpy, whatever shows its memory."""
    try:
        view = memoryview(value)
    except TypeError:
        hint = " without a time zone" if isinstance(value, datetime.datetime) else ""
        raise UnstorableValue("store: a %s%s cannot be stored" % (type(value).__name__, hint)) from None
    form = view.format.lstrip("@=<" if sys.byteorder == "little" else "@=>")
    tag = _TAGS.get((_KINDS.get(form), view.itemsize))
    if view.ndim != 1 or tag is None and form != "B":
        raise UnstorableValue("store: an array of %s numbers in %d dimensions cannot be stored; tolist() makes lists of it"
                              % (view.format, view.ndim))
    data = view.tobytes()
    if tag is not None:
        if sys.byteorder == "big":
            swapped = array(_ARRAYS[tag], data)
            swapped.byteswap()
            data = swapped.tobytes()
        out += _head(6, tag)
    out += _head(2, len(data)) + data


def _utf8(text):
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnstorableValue("store: a text with half a character in it (a surrogate) cannot be stored") from None


class _CborReader:
    """Reads one CBOR item. What is said to be long must be there: nothing is made of a length alone."""

    def __init__(self, data):
        self._data = data
        self._at = 0
        self._shared = []

    def whole(self):
        value = self._read(0)
        if self._at != len(self._data):
            raise ValueError("there are bytes behind the value")
        return value

    def _take(self, length):
        end = self._at + length
        if end > len(self._data):
            raise ValueError("it ends too early")
        piece = self._data[self._at:end]
        self._at = end
        return piece

    def _read(self, level, place=None):
        """`place`: where among the shared values this one is to be put before what is in it is read, which may mention it."""
        if level > _MOST_LEVELS + 12:
            raise ValueError("too many values inside each other")
        first = self._take(1)[0]
        major, low = first >> 5, first & 31
        if low > 27:
            raise ValueError("a length that is not given")
        number = low if low < 24 else int.from_bytes(self._take(1 << low - 24), "big")
        if major < 2:
            return number if major == 0 else -1 - number
        if major == 2:
            return self._take(number)
        if major == 3:
            return self._take(number).decode("utf-8")
        if major == 4:
            items = self._kept([], place)
            for _ in range(number):
                items.append(self._read(level + 1))
            return items
        if major == 5:
            pairs = self._kept({}, place)
            for _ in range(number):
                key = self._read(level + 1)
                pairs[key] = self._read(level + 1)
            return pairs
        return self._tagged(number, level, place) if major == 6 else self._simple(low, number)

    def _kept(self, container, place):
        if place is not None:
            self._shared[place] = container
        return container

    @staticmethod
    def _simple(low, number):
        if low in (25, 26, 27):
            form, size = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}[low]
            return struct.unpack(form, number.to_bytes(size, "big"))[0]
        values = {20: False, 21: True, 22: None, 23: None}
        if number not in values:
            raise ValueError("simple value %d" % number)
        return values[number]

    def _tagged(self, tag, level, place):
        if tag == _SHARED:
            self._shared.append(None)
            place = len(self._shared) - 1
            return self._kept(self._read(level + 1, place), place)
        if tag == _SET and self._data[self._at] >> 5 == 4:
            return self._set(level, place)
        value = self._read(level + 1, place if tag == _MAP else None)
        if tag == _REFERENCE:
            if value < 0:
                raise ValueError("a reference to nothing")
            return self._shared[value]
        if tag == _MAP and isinstance(value, dict):
            return value
        if tag in (2, 3) and isinstance(value, bytes):
            return int.from_bytes(value, "big") if tag == 2 else -1 - int.from_bytes(value, "big")
        if tag == _WTF8 and isinstance(value, bytes):
            return value.decode("utf-8", "surrogatepass")
        if isinstance(value, bytes) and (tag in _ARRAYS or tag in _BIG_ENDIAN or tag == 84):
            return self._array(tag, value)
        if tag == _DATE:
            return self._date(value)
        return Tagged(tag, value)

    def _set(self, level, place):
        out = self._kept(set(), place)
        out.update(self._read(level + 1))
        return out

    @staticmethod
    def _array(tag, data):
        if tag == 84:  # half floats, which `array` does not have
            return array("f", struct.unpack("<%de" % (len(data) // 2), data))
        numbers_ = array(_ARRAYS.get(tag) or _BIG_ENDIAN[tag], data)
        if numbers_.itemsize > 1 and (tag in _BIG_ENDIAN) != (sys.byteorder == "big"):
            numbers_.byteswap()
        return numbers_

    @staticmethod
    def _date(value):
        try:
            return datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
        except (ValueError, OverflowError, OSError):  # not a number, or before the year 1
            return Tagged(_DATE, value)
