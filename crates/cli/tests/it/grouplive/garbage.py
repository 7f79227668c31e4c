# Joins GROUP at PORT on lo and records what is sent there; told to begin, sends 10,000 datagrams, by SEED: noise, frames with a bit
# turned, cut ones, ones with something behind them, ones of 65,000 bytes, and whole frames again that were recorded.
import random
import selectors
import socket
import struct
import sys
import time

group, port, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
door.bind((group, port))
membership = socket.inet_aton(group) + socket.inet_aton("127.0.0.1")
door.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
door.setblocking(False)
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, struct.pack("b", 0))
old, live = [], []


def record(into):
    while True:
        try:
            datagram, sender = door.recvfrom(65535)
        except BlockingIOError:
            return
        if sender != out.getsockname():
            into.append(datagram)
            del into[:-4000]


def damaged(frame):
    kind = chance.randrange(100)
    if kind < 20:
        return chance.randbytes(chance.randrange(1, 1400))
    if kind < 25:
        return frame[:5] + chance.randbytes(chance.randrange(1, 1400))
    if kind < 45:
        bit = chance.randrange(8 * len(frame))
        turned = bytearray(frame)
        turned[bit // 8] ^= 1 << bit % 8
        return bytes(turned)
    if kind < 60:
        return frame[: chance.randrange(1, len(frame))]
    if kind < 70:
        return frame + chance.randbytes(chance.randrange(1, 100))
    if kind < 71:
        return (frame + bytes(65000))[:65000]
    return frame


out.bind(("127.0.0.1", 0))
print("ready", flush=True)
waiter = selectors.DefaultSelector()
waiter.register(door, selectors.EVENT_READ)
waiter.register(sys.stdin, selectors.EVENT_READ)
while not any(key.fileobj is sys.stdin for key, _ in waiter.select()):
    record(old)
sent = 0
while sent < 10000:
    record(live)
    for _ in range(20):
        frames = live if live and chance.random() < 0.5 else old
        out.sendto(damaged(chance.choice(frames)), (group, port))
        sent += 1
    time.sleep(0.002)
print("sent", sent, len(old), len(live), flush=True)
