"""The timestamps client of assignment 2: an equivalent, written for this test, of the lab's program.

A thread a worker, each on a connection of its own: reads the greeting, then after each random interval
sends one message and takes one recv(1024) for its answer. Nothing is framed. Ends with status 1 when an
answer is not the message that was sent.
"""

import argparse
import random
import socket
import sys
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("-w", "--workers", type=int, required=True)
parser.add_argument("-n", "--intervals", type=int, required=True)
parser.add_argument("-d", "--dist", choices=["d", "u", "e"], required=True)
parser.add_argument("-p", "--param", type=float, required=True)
parser.add_argument("-s", "--server", required=True)
parser.add_argument("-P", "--port", type=int, required=True)
args = parser.parse_args()
wrong = []


def say(text):
    print(f"{text}\n", end="", flush=True)


def interval(generator):
    if args.dist == "d":
        return args.param
    if args.dist == "u":
        return generator.uniform(0, args.param)
    return generator.expovariate(args.param)


def work(worker):
    generator = random.Random(worker)
    client = socket.create_connection((args.server, args.port), timeout=30)
    greeting = client.recv(1024).decode()
    say(f"[Worker {worker}] Connected. Server says: {greeting}")
    for event in range(1, args.intervals + 1):
        time.sleep(interval(generator))
        message = f"Worker {worker}, Event {event}, Timestamp {int(time.time() * 1000)}"
        client.sendall(message.encode())
        answer = client.recv(1024).decode()
        if answer != message:
            wrong.append(f"sent {message!r}, got {answer!r}")
        say(f"[Worker {worker}] Event {event} is back")
    client.close()
    say(f"[Worker {worker}] Task completed and connection closed.")


threads = [threading.Thread(target=work, args=(i + 1,)) for i in range(args.workers)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
say("All workers have finished.")
sys.exit("\n".join(wrong) or 0)
