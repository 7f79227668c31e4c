"""An echo server that dies midway, written for this test: it sends back `argv[1]` reads, then ends.

A thread a client. At the end it takes the listening socket away first, then all connections, as a
server does that is ended. Listens on a port of the kernel's choice and says which.
"""

import os
import socket
import sys
import threading

left = int(sys.argv[1])
lock = threading.Lock()
clients = []


def handle_client(client):
    global left
    while data := client.recv(1024):
        with lock:
            client.sendall(data)
            left -= 1
            if left == 0:
                die()


def die():
    # A close alone would leave it open for as long as the main thread waits in accept.
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    for client in clients:
        client.close()
    os._exit(0)


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("127.0.0.1", 0))
server.listen()
print(f"listening on 127.0.0.1:{server.getsockname()[1]}", flush=True)
while True:
    try:
        connection, _ = server.accept()
    except OSError:
        break
    clients.append(connection)
    threading.Thread(target=handle_client, args=(connection,), daemon=True).start()
threading.Event().wait()
