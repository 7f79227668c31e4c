"""A server that answers wrongly, written for this test: whatever one recv(1024) brings gets `argv[1]`.

A thread a client; it leaves the closing to the client unless `argv[2]` is `close`. Listens on a port of
the kernel's choice and says which.
"""

import socket
import sys
import threading


def handle_client(client):
    while client.recv(1024):
        client.sendall(sys.argv[1].encode())
        if sys.argv[2] == "close":
            client.shutdown(socket.SHUT_WR)
            # A close with bytes unread would be a reset, which may overtake the answer.
            while client.recv(1024):
                pass
            break
    client.close()


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("127.0.0.1", 0))
server.listen()
print(f"listening on 127.0.0.1:{server.getsockname()[1]}", flush=True)
while True:
    connection, _ = server.accept()
    threading.Thread(target=handle_client, args=(connection,), daemon=True).start()
