# Holds port 5007, sharing it by the option NAME or not at all ("none"); joins GROUP on every interface that
# the routing table names for it; prints what comes.
import socket
import sys

name, group = sys.argv[1:]
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if name != "none":
    sock.setsockopt(socket.SOL_SOCKET, getattr(socket, name), 1)
sock.bind(("", 5007))
sock.setsockopt(
    socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + bytes(4)
)
print("ready")
while True:
    print(sock.recv(2048).decode())
