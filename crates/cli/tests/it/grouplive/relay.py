# A relay between members 1 to 5 of a network: what member I sends to port 70IJ of ADDRESS goes on to member J, from port 70JI.
# Each datagram waits for up to 5 ms, drawn anew, so that later ones overtake it; some come twice and some not at all, by SEED.
# Prints "ready", and at the end of its input what it did. At most 4096 datagrams wait.
import heapq
import random
import selectors
import socket
import sys
import time

address, seed = sys.argv[1:]
subnet = address.rsplit(".", 1)[0]
chance = random.Random(int(seed))
members = range(1, 6)
doors = selectors.DefaultSelector()
at = {}
for i in members:
    for j in members:
        if i != j:
            door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            door.bind((address, int(f"70{i}{j}")))
            door.setblocking(False)
            at[i, j] = door
            doors.register(door, selectors.EVENT_READ, (i, j))
doors.register(sys.stdin, selectors.EVENT_READ)
print("ready", flush=True)

waiting = []
number = passed = doubled = overtaken = lost = 0
newest = {}
is_over = False
while not is_over:
    left = max(0, waiting[0][0] - time.monotonic()) if waiting else None
    for key, _ in doors.select(left):
        if key.data is None:
            is_over = True
            continue
        for _ in range(64):
            try:
                datagram = key.fileobj.recv(65535)
            except BlockingIOError:
                break
            if chance.random() < 0.02 or len(waiting) >= 4096:
                lost += 1
                continue
            copies = 2 if chance.random() < 0.05 else 1
            doubled += copies - 1
            for _ in range(copies):
                number += 1
                due = time.monotonic() + chance.uniform(0, 0.005)
                heapq.heappush(waiting, (due, number, key.data, datagram))
    now = time.monotonic()
    while waiting and waiting[0][0] <= now:
        _, which, (i, j), datagram = heapq.heappop(waiting)
        try:
            at[j, i].sendto(datagram, (f"{subnet}.{j}", 6000))
        except OSError:
            # Whoever was killed is told of by ICMP.
            continue
        passed += 1
        overtaken += which < newest.get((i, j), 0)
        newest[i, j] = max(which, newest.get((i, j), 0))
print(passed, doubled, overtaken, lost)
