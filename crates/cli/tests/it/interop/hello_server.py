"""The multi-threaded server of experiment 3: an equivalent, written for this test, of the lab's program.

A thread a client: one recv(1024), one answer, close. Nothing is framed. Listens on a port of the
kernel's choice and says which, where the original has a fixed one.
"""

import socket
import threading


def say(text):
    print(f"{text}\n", end="", flush=True)


def handle_client(client_socket):
    request = client_socket.recv(1024)
    say(f"Received: {request.decode()}")
    client_socket.send(b"Hello from server")
    client_socket.close()


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("localhost", 0))
server.listen(5)
say(f"listening on 127.0.0.1:{server.getsockname()[1]}")
while True:
    client_sock, addr = server.accept()
    say(f"Connection from {addr}")
    client_thread = threading.Thread(target=handle_client, args=(client_sock,), daemon=True)
    client_thread.start()
