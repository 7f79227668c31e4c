"""The client of the mean of week 2: an equivalent, written for this test, of the course's program.

Usage: HOST:PORT INT [--number N] [--wait SECONDS]. Sends the number, waits, sends `ready`, takes one
recv(1024) for the mean. Nothing is framed. The original always waits 5 s; its typing error is kept.
"""

import argparse
import socket
import time

parser = argparse.ArgumentParser()
parser.add_argument("address")
parser.add_argument("data", type=int)
parser.add_argument("--number", type=int, default=1)
parser.add_argument("--wait", type=float, default=5)
args = parser.parse_args()
host, port = args.address.split(":")
server = (host, int(port))


def say(text):
    print(f"Client {args.number}: {text}", flush=True)


say(f"connecting to {server}")
client = socket.create_connection(server, timeout=30)
say(f"sending data: {args.data}")
client.sendall(str(args.data).encode())
say(f"sleeping for {args.wait} seconds")
time.sleep(args.wait)
say("sending ready message")
client.sendall(b"ready")
say("receving mean data")
say(f"mean_data {client.recv(1024).decode()}")
client.close()
