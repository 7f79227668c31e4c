"""The timestamps server of assignment 2: an equivalent, written for this test, of the lab's program.

A thread a client, a greeting, then every read goes back as it came. Nothing is framed: one recv(1024)
is taken for one message. Listens on a port of the kernel's choice and says which.
"""

import socket
import threading


def say(text):
    print(f"{text}\n", end="", flush=True)


def handle_client(client, peer):
    client.sendall(b"Hello! You are connected to the server.")
    while True:
        data = client.recv(1024)
        if not data:
            break
        say(f'Sentence "{data.decode()}" received from {peer[0]}:{peer[1]}')
        client.sendall(data)
    client.close()


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("127.0.0.1", 0))
server.listen(5)
say(f"listening on 127.0.0.1:{server.getsockname()[1]}")
while True:
    connection, address = server.accept()
    threading.Thread(target=handle_client, args=(connection, address), daemon=True).start()
