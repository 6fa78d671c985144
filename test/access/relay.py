"""Passes connections on to a port of this machine, as another user: python3 relay.py PORT USER"""

import encodings.idna  # noqa: F401  (not to be found any more as the other user)
import os
import socket
import sys
import threading


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client, port):
    try:
        server = socket.create_connection(("127.0.0.1", port))
    except OSError:
        client.close()
        return
    pumps = [threading.Thread(target=pump, args=each, daemon=True) for each in ((client, server), (server, client))]
    for each in pumps:
        each.start()
    # What the server ends has ended for the client, too.
    pumps[1].join()
    client.close()
    server.close()


port, user = int(sys.argv[1]), int(sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
os.setgroups([])
os.setgid(user)
os.setuid(user)
print(listener.getsockname()[1], flush=True)
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=(client, port), daemon=True).start()
