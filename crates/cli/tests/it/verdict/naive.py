"""A group that broadcasts naively, over UDP: each member hands its own message to its program at once, and those of
others when they come. Three members are three processes, each of which writes its own log.

    naive.py FOLDER ROUNDS
"""

import json
import os
import socket
import sys

FOLDER, ROUNDS = sys.argv[1], int(sys.argv[2])
NAMES = ["alice", "bob", "carol"]
INBOXES = {name: socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for name in NAMES}
for inbox in INBOXES.values():
    inbox.bind(("127.0.0.1", 0))
    inbox.settimeout(20)


def member(me):
    inbox, others = INBOXES[me], [INBOXES[name].getsockname() for name in NAMES if name != me]
    early = []  # what another sent in its next round
    with open(f"{FOLDER}/{me}.jsonl", "w") as file:

        def note(kind, message):
            file.write(json.dumps({"host": me, "kind": kind, "message": message}) + "\n")

        for number in range(ROUNDS):
            mine = f"{me}-{number}"
            note("send", mine)
            note("deliver", mine)
            for other in others:
                inbox.sendto(mine.encode(), other)
            due, early = early, []
            while len(due) < len(others):
                message = inbox.recv(2048).decode()
                is_due = message.endswith(f"-{number}")
                (due if is_due else early).append(message)
            for message in due:
                note("deliver", message)


children = []
for name in NAMES:
    child = os.fork()
    if child == 0:
        member(name)
        os._exit(0)
    children.append(child)
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
