"""Customers: a Python 3 program that orders tickets from a TypeScript program. The client is clients/python/networkspaces.py."""

from networkspaces import NetWorkSpace

with NetWorkSpace("tickets", useUse=True) as ws:
    for order in ["Ada 2", "Blaise 1", "Zoë 3"]:
        ws.store("orders", order)
        print("Python got", ws.fetch("tickets"), flush=True)
    ws.store("orders", "closed")
