# A sender as a student writes it: ADDRESS PORT HEX...; each HEX is a datagram.
import socket
import sys

address, port, *datagrams = sys.argv[1:]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
sock = socket.socket(family, socket.SOCK_DGRAM)
if family == socket.AF_INET:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for datagram in datagrams:
    sock.sendto(bytes.fromhex(datagram), (address, int(port)))
