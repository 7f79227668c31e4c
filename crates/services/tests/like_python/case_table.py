# Prints, in hexadecimal, every code point that swapcase changes with what it becomes, and the first
# and last of every run of unassigned ones with "new" before them. Surrogates are in no line.
import itertools
import sys
import unicodedata


def is_new(point):
    return unicodedata.category(point) == "Cn"


for new, run in itertools.groupby(map(chr, range(sys.maxunicode + 1)), is_new):
    run = list(run)
    if new:
        print(f"new {ord(run[0]):x} {ord(run[-1]):x}")
        continue
    for point in run:
        swapped = point.swapcase()
        if swapped != point:
            print(*(f"{ord(one):x}" for one in point + swapped))
