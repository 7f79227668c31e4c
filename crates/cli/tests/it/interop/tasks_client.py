"""The tasks client of tutorial 1, part 1: an equivalent, written for this test, of the lab's program.

Usage: HOST PORT REQUEST... Sends the requests one by one in one session and takes one recv(1024) for
each answer. Nothing is framed. After the farewell it waits for the server to close.
"""

import socket
import sys

client = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=30)
for request in sys.argv[3:]:
    client.sendall(request.encode())
    answer = client.recv(1024).decode()
    print(f"{request} -> {answer}")
    if answer == "Goodbye!":
        print(f"then {client.recv(1024)!r}")
client.close()
