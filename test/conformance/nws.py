"""A small client of the classic NetWorkSpaces protocol, standard library only.

`Connection` speaks the protocol: it sends requests and reads replies, and knows nothing of what values mean.
`NetWorkSpace` is a workspace on a connection: it stores and fetches Python values. Text travels as a plain string
that every language reads, `bytes` as plain binary, anything else as a pickle (so fetch only from servers whose
other clients you trust: unpickling runs what it is told to run).

    with NetWorkSpace("tickets", port=8765) as ws:
        ws.store("open", {"id": 7})
        print(ws.fetch("open"))
"""

import pickle
import socket
import struct

DEFAULT_PORT = 8765

LANGUAGE_PYTHON = 1
PLAIN = 1  # bit 0: the bytes are a plain string
BINARY = 2  # bit 1, with bit 0: raw bytes rather than text

SHORT_VERBS = frozenset(["open ws", "use ws", "delete ws", "declare var", "delete var", "store", "deadman"])
LONG_VERBS = frozenset(
    ["list wss", "mktemp ws", "list vars"]
    + [start + end for start in ("fetch", "find", "ifetch", "ifind") for end in ("", "Try")]
)

FIRST_INDEX = b"-999"  # what an iteration sends before it has a position


class NwsError(Exception):
    """The root of what this module raises."""


class ConnectionClosed(NwsError):
    """The server closed the connection where a reply was due; `received` holds what came before that."""

    def __init__(self, message, received=b""):
        super().__init__(message)
        self.received = received


class ProtocolError(NwsError):
    """The server sent what the protocol does not allow."""


class OperationFailed(NwsError):
    """The server refused: `status` is its status, `reason` its sentence (only with MetadataFromServer)."""

    def __init__(self, operation, status, reason=None):
        super().__init__("%s: status %d%s" % (operation, status, ": " + reason if reason else ""))
        self.operation = operation
        self.status = status
        self.reason = reason


class UnreadableValue(NwsError):
    """Another language's own serialization. The bytes stay reachable in `data`."""

    def __init__(self, descriptor, data):
        super().__init__("a value of language %d that is not plain" % (descriptor >> 24))
        self.descriptor = descriptor
        self.data = data


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

    def __repr__(self):
        value = self.value if self.value is None or len(self.value) <= 60 else self.value[:60] + b"..."
        return "Reply(status=%r, descriptor=%r, cookie=%r, value=%r, metadata=%r)" % (
            self.status,
            self.descriptor,
            self.cookie,
            value,
            self.metadata,
        )


def to_bytes(text):
    """Names and other text as wire bytes: str as UTF-8, bytes as they are."""
    return text.encode("utf-8") if isinstance(text, str) else bytes(text)


def encode_dictionary(pairs):
    """A mapping, or a list of pairs, as a wire dictionary."""
    items = list(pairs.items()) if hasattr(pairs, "items") else list(pairs)
    parts = [b"%04d" % len(items)]
    for pair in items:
        for text in pair:
            data = to_bytes(text)
            parts.append(b"%04d" % len(data) + data)
    return b"".join(parts)


def encode_request(*args, metadata=None):
    """A request: the metadata dictionary when given, the number of arguments, the arguments."""
    parts = [] if metadata is None else [encode_dictionary(metadata)]
    parts.append(b"%04d" % len(args))
    for arg in args:
        data = to_bytes(arg)
        parts.append(b"%020d" % len(data))
        parts.append(data)
    return b"".join(parts)


def encode_value(value):
    """A Python value as (type descriptor, bytes)."""
    if isinstance(value, str):
        return LANGUAGE_PYTHON << 24 | PLAIN, value.encode("utf-8")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return LANGUAGE_PYTHON << 24 | PLAIN | BINARY, bytes(value)
    return LANGUAGE_PYTHON << 24, pickle.dumps(value, protocol=2)


def decode_value(descriptor, data):
    """The Python value of a stored one: plain text of any language as str (Latin-1 where it is not UTF-8), plain
    binary as bytes, Python's own as what was pickled. Raises UnreadableValue for another language's own."""
    if descriptor & PLAIN:
        if descriptor & BINARY:
            return data
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if descriptor >> 24 == LANGUAGE_PYTHON:
        return pickle.loads(data)
    raise UnreadableValue(descriptor, data)


class Connection:
    """A connection to a server, with its handshake done.

    `handshake` is the 4 bytes to begin with; `options`, when not None, negotiates instead (`X000`) and asks for
    these; with `SSL` among them, `tls` is the SSLContext, and `tls_name` what the server's certificate must say.
    `timeout` (seconds) bounds every wait for the server, a blocked fetch too; None waits for ever.
    `handshake=None` only connects.
    """

    def __init__(self, host="127.0.0.1", port=DEFAULT_PORT, handshake=b"2222", options=None, timeout=None, rcvbuf=None,
                 tls=None, tls_name="localhost"):
        self.cookies = True
        self.metadata_to_server = False
        self.metadata_from_server = False
        self.offered = None
        self._unread = b""
        self._socket = self._connect(host, int(port), timeout, rcvbuf)
        try:
            if options is not None:
                self.negotiate(options)
                if tls is not None:
                    self._socket = tls.wrap_socket(self._socket, server_hostname=tls_name)
            elif handshake is not None:
                self.greet(handshake)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _connect(host, port, timeout, rcvbuf):
        if rcvbuf is None:
            sock = socket.create_connection((host, port), timeout)
        else:  # a receive buffer counts only when it is set before connecting
            family, kind, proto, _, address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
            sock = socket.socket(family, kind, proto)
            sock.settimeout(timeout)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
            sock.connect(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    # -- handshake

    def greet(self, handshake):
        """The handshake without options."""
        self.send(handshake)
        answer = self.read(4)
        if answer != b"2223":
            raise ProtocolError("the handshake was answered with %r" % answer)
        self.cookies = handshake not in (b"0000", b"1111")

    def offers(self, handshake=b"X000"):
        """Begins a negotiation and returns the options that the server offers."""
        self.send(handshake)
        answer = self.read(4)
        if answer != b"P000":
            raise ProtocolError("%r was answered with %r" % (handshake, answer))
        self.offered = self.read_dictionary()
        return self.offered

    def negotiate(self, options):
        """The handshake with options. Raises OperationFailed when the server refuses them."""
        self.offers()
        wanted = {to_bytes(name): to_bytes(value) for name, value in dict(options).items()}
        self.send(b"R000" + encode_dictionary(wanted))
        answer = self.read(4)
        if answer == b"F000":
            raise OperationFailed("negotiation", 1)
        if answer != b"A000":
            raise ProtocolError("R000 was answered with %r" % answer)
        self.metadata_to_server = wanted.get(b"MetadataToServer") == b"1"
        self.metadata_from_server = wanted.get(b"MetadataFromServer") == b"1"

    @property
    def tls_version(self):
        return self._socket.version()

    # -- bytes

    def send(self, data):
        self._socket.sendall(data)

    def read(self, length):
        """Exactly `length` bytes. Raises ConnectionClosed when the server closes before."""
        if len(self._unread) >= length:
            data, self._unread = self._unread[:length], self._unread[length:]
            return data
        data = bytearray(self._unread)
        self._unread = b""
        while len(data) < length:
            try:
                piece = self._socket.recv(min(1 << 20, max(65536, length - len(data))))
            except ConnectionError:
                piece = b""
            if not piece:
                raise ConnectionClosed("closed after %d of %d bytes" % (len(data), length), bytes(data))
            data += piece
        self._unread = bytes(data[length:])
        return bytes(data[:length])

    def read_until_closed(self):
        """Whatever still comes, until the server closes or resets the connection."""
        data, self._unread = self._unread, b""
        while True:
            try:
                piece = self._socket.recv(65536)
            except ConnectionError:
                return data
            if not piece:
                return data
            data += piece

    def end_sending(self):
        """Half-closes: the server sees the end of what we send."""
        self._socket.shutdown(socket.SHUT_WR)

    def close(self):
        self._socket.close()

    def reset(self):
        """Goes away as a crashed machine does: what is unread is thrown away and the peer gets a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- requests and replies

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

    def read_reply(self, verb):
        return self.read_long() if verb in LONG_VERBS else self.read_short()

    def call(self, verb, *args, metadata=None):
        """A request and its reply, whatever its status."""
        self.request(verb, *args, metadata=metadata)
        return self.read_reply(verb)

    def must(self, verb, *args):
        """A request and its reply. Raises OperationFailed when the status is not 0."""
        reply = self.call(verb, *args)
        if reply.status != 0:
            raise OperationFailed(verb, reply.status, reply.reason)
        return reply

    def list_wss(self):
        """The workspaces as {name: (mine, owner, persistent, variables)}, names and owners as bytes."""
        listing = {}
        for line in self.must("list wss").value.split(b"\n")[:-1]:
            name, owner, persistent, _, variables = line.split(b"\t")
            held = tuple(variables.split(b",")) if variables else ()
            listing[name[1:]] = (name[:1] == b">", owner, persistent == b"True", held)
        return listing

    def mktemp_ws(self, template="__ws__%d"):
        """Makes a workspace with a name of its own and returns that name (bytes)."""
        return self.must("mktemp ws", template).value

    def delete_ws(self, name):
        self.must("delete ws", name)


class NetWorkSpace:
    """A workspace. Opens it, willing to own it, unless `use`; `create=False` demands that it exists.

    Give `connection` to share one (only that workspace's operations are this object's; the connection stays yours to
    close), else host, port and the rest of Connection's arguments.
    """

    def __init__(
        self, name="__default", use=False, persistent=False, create=True, label="python", connection=None, **where
    ):
        self.name = to_bytes(name)
        self._owns_connection = connection is None
        self.connection = Connection(**where) if connection is None else connection
        try:
            verb = "use ws" if use else "open ws"
            rest = [] if create else ["no"]
            self.connection.must(verb, self.name, label, "yes" if persistent else "no", *rest)
        except BaseException:
            self.close()
            raise

    def close(self):
        if self._owns_connection:
            self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def declare(self, variable, mode):
        """mode: fifo, lifo, multi or single."""
        self.connection.must("declare var", self.name, variable, mode)

    def delete_var(self, variable):
        self.connection.must("delete var", self.name, variable)

    def list_vars(self):
        """The variables as {name: (values, waiting fetchers, waiting finders, mode)}, names as bytes."""
        text = self.connection.must("list vars", self.name).value
        listing = {}
        for line in text.split(b"\n") if text else []:
            name, values, fetchers, finders, mode = line.split(b"\t")
            listing[name] = (int(values), int(fetchers), int(finders), mode.decode("ascii"))
        return listing

    def store(self, variable, value):
        descriptor, data = encode_value(value)
        self.connection.must("store", self.name, variable, str(descriptor), data)

    def fetch(self, variable):
        """Waits for a value, takes it and returns it."""
        return self._read("fetch", variable)

    def find(self, variable):
        """Waits for a value and returns it where it stays."""
        return self._read("find", variable)

    def fetch_try(self, variable, missing=None):
        """Takes a value, or returns `missing` at once."""
        return self._read_try("fetchTry", variable, missing)

    def find_try(self, variable, missing=None):
        """A value that stays, or `missing` at once."""
        return self._read_try("findTry", variable, missing)

    def ifetch(self, variable):
        """An iterator that takes value after value, waiting for more; ends when the variable is deleted."""
        return self._iterate("ifetch", variable)

    def ifind(self, variable):
        """An iterator over the values, waiting for more; ends when the variable is deleted."""
        return self._iterate("ifind", variable)

    def ifetch_try(self, variable):
        """An iterator that takes value after value and ends where there is no more."""
        return self._iterate("ifetchTry", variable)

    def ifind_try(self, variable):
        """An iterator over the values that are there."""
        return self._iterate("ifindTry", variable)

    def _read(self, verb, variable):
        reply = self.connection.must(verb, self.name, variable)
        return decode_value(reply.descriptor, reply.value)

    def _read_try(self, verb, variable, missing):
        reply = self.connection.call(verb, self.name, variable)
        if reply.status == 1:
            return missing
        if reply.status != 0:
            raise OperationFailed(verb, reply.status, reply.reason)
        return decode_value(reply.descriptor, reply.value)

    def _iterate(self, verb, variable):
        position = b"", FIRST_INDEX
        while True:
            reply = self.connection.call(verb, self.name, variable, *position)
            if reply.status == 1:
                return
            if reply.status != 0:
                raise OperationFailed(verb, reply.status, reply.reason)
            position = reply.cookie[:20], reply.cookie[20:]
            yield decode_value(reply.descriptor, reply.value)
