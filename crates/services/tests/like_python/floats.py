# Answers the 16 hexadecimal digits of a float, one per line, with its repr.
import struct
import sys

for line in sys.stdin:
    print(repr(struct.unpack(">d", bytes.fromhex(line))[0]))
