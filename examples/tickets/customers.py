"""Customers: a Python 3 program (standard library only) that orders tickets from a TypeScript program."""

from nws import NetWorkSpace

with NetWorkSpace("tickets") as ws:
    for order in ["Ada 2", "Blaise 1", "Zoë 3"]:
        ws.store("orders", order)
        print("Python got", ws.fetch("tickets"), flush=True)
    ws.store("orders", "closed")
