"""The client of experiment 3: an equivalent, written for this test, of the lab's program.

Usage: HOST PORT. Sends one greeting, takes one recv(1024) for the answer, prints it. Nothing is framed.
"""

import socket
import sys

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.settimeout(30)
client_socket.connect((sys.argv[1], int(sys.argv[2])))
client_socket.send(b"Hello server")
response = client_socket.recv(1024)
print(f"Received from server: {response.decode()}")
client_socket.close()
