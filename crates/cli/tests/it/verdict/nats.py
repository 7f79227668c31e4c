"""Three publishers and three subscribers of a NATS server, by its text protocol; each writes its own log.

    nats.py HOST:PORT core|stream MESSAGES FOLDER ROUNDS

With `core` all subscribe to the subject; with `stream` the subject is stored by JetStream and each subscriber
has a consumer of its own. It is done again, at most so many rounds, until the subscribers differ; the logs are those of the
last round.
"""

import json
import socket
import sys
import threading

ADDRESS, HOW, COUNT, FOLDER, ROUNDS = (kind(word) for kind, word in zip([str, str, int, str, int], sys.argv[1:]))
NAMES = ["one", "two", "three"]
READY = threading.Barrier(6)


class Link:
    """A connection to the server."""

    def __init__(self):
        host, port = ADDRESS.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self.lines = self.socket.makefile("rb")
        self.lines.readline()  # INFO
        self.write(b'CONNECT {"verbose":false}\r\n')
        self.settle()

    def write(self, text):
        self.socket.sendall(text)

    def settle(self):
        """Waits until the server has read all that was written."""
        self.write(b"PING\r\n")
        while self.lines.readline() != b"PONG\r\n":
            pass

    def publish(self, subject, text, reply=""):
        data = text.encode()
        self.write(f"PUB {subject} {reply} {len(data)}\r\n".encode() + data + b"\r\n")

    def message(self):
        """The next message's text."""
        while True:
            line = self.lines.readline()
            assert line, "the server went away"
            if line.startswith(b"MSG "):
                size = int(line.split()[-1])
                text = self.lines.read(size + 2)[:-2].decode()
                return text
            if line == b"PING\r\n":
                self.write(b"PONG\r\n")
            assert not line.startswith(b"-ERR"), line

    def ask(self, subject, body):
        """A request of JetStream's API and its answer."""
        inbox = f"_INBOX.{id(self)}.{subject.rsplit('.', 1)[-1]}"
        self.write(f"SUB {inbox} 99\r\n".encode())
        self.publish(subject, json.dumps(body), inbox)
        answer = json.loads(self.message())
        assert "error" not in answer, answer
        self.write(b"UNSUB 99\r\n")
        self.settle()


def log(host, lines):
    with open(f"{FOLDER}/{host}.jsonl", "w") as file:
        for kind, message in lines:
            file.write(json.dumps({"host": host, "kind": kind, "message": message}) + "\n")


def publisher(name):
    link, names = Link(), [f"{name}-{number}" for number in range(COUNT)]
    all_of_it = b"".join(b"PUB talk %d\r\n%s\r\n" % (len(n), n.encode()) for n in names)
    READY.wait()
    link.write(all_of_it)
    link.settle()
    log(f"pub-{name}", [("send", message) for message in names])


def subscriber(name, given):
    link = Link()
    subject = "talk" if HOW == "core" else f"given.{name}"
    link.write(f"SUB {subject} 1\r\n".encode())
    if HOW == "stream":
        consumer = {"deliver_subject": subject, "deliver_policy": "all", "ack_policy": "none"}
        asking = Link()
        asking.ask("$JS.API.CONSUMER.CREATE.TALK", {"stream_name": "TALK", "config": consumer})
    link.settle()
    READY.wait()
    given[name] = [link.message() for _ in range(3 * COUNT)]
    log(f"sub-{name}", [("deliver", message) for message in given[name]])


def round_of_talk():
    """Whether the subscribers delivered in different orders."""
    given = {}
    work = [(publisher, name) for name in NAMES] + [(subscriber, name, given) for name in NAMES]
    threads = [threading.Thread(target=what, args=args, daemon=True) for what, *args in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody still waits"
    return len(set(map(tuple, given.values()))) > 1


if HOW == "stream":
    stream = {"name": "TALK", "subjects": ["talk"], "storage": "memory"}
    Link().ask("$JS.API.STREAM.CREATE.TALK", stream)
for _ in range(ROUNDS):
    if round_of_talk():
        break
