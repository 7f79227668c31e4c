"""The slow reverse server of tutorial 1, part 2: an equivalent, written for this test, of the lab's program.

A thread a client: one recv(1024), a wait of `argv[1]` seconds, the text reversed, close. Nothing is
framed. Listens on a port of the kernel's choice and says which.
"""

import socket
import sys
import threading
import time


def handle_client(client):
    data = client.recv(1024).decode()
    time.sleep(float(sys.argv[1]))
    client.sendall(data[::-1].encode())
    client.close()


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("127.0.0.1", 0))
server.listen(100)
print(f"listening on 127.0.0.1:{server.getsockname()[1]}", flush=True)
while True:
    connection, _ = server.accept()
    threading.Thread(target=handle_client, args=(connection,), daemon=True).start()
