"""The slow reverse client of tutorial 1, part 2: an equivalent, written for this test, of the lab's program.

Usage: HOST PORT TEXT. Sends the text, takes one recv(1024) for the answer, prints it. Nothing is framed.
"""

import socket
import sys

client = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=30)
client.sendall(sys.argv[3].encode())
print(f"Server response: {client.recv(1024).decode()}")
client.close()
