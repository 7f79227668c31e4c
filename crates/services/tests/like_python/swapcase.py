# Each line holds a text and what is thought to be its swapcase, as code points in hexadecimal with
# a bar in between. Answers with the true swapcase in the same form, or with "new" when Python's
# Unicode tables do not know one of the code points.
import sys
import unicodedata

for line in sys.stdin:
    text, thought = (
        "".join(chr(int(point, 16)) for point in side.split()) for side in line.split("|")
    )
    if any(unicodedata.category(point) == "Cn" for point in text + thought):
        print("new")
    else:
        print(*(f"{ord(point):x}" for point in text.swapcase()))
