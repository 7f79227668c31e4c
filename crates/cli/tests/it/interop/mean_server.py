"""The server of the mean of week 2: an equivalent, written for this test, of the course's program.

A thread a client: one recv(1024) is taken for the number, the next for `ready`, then the mean of the
numbers of all clients. Nothing is framed: only time keeps the two apart. Listens on a port of the
kernel's choice and says which.
"""

import socket
import threading

numbers = []
lock = threading.Lock()


def say(text):
    print(f"Server: {text}\n", end="", flush=True)


def handle_client(client, peer):
    number = float(client.recv(1024).decode())
    with lock:
        numbers.append(number)
    say(f"received {number} from {peer}")
    client.recv(1024)
    with lock:
        mean_data = sum(numbers) / len(numbers)
    say(f"got ready message from {peer}, sending {mean_data}")
    client.sendall(str(mean_data).encode())
    client.close()


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 0))
server.listen()
say(f"listening on 127.0.0.1:{server.getsockname()[1]}")
while True:
    connection, address = server.accept()
    threading.Thread(target=handle_client, args=(connection, address), daemon=True).start()
