"""The laboratory's search as a student writes it: trial division up to the square root."""

import math
import sys


def is_prime(number):
    return number > 1 and all(number % divisor for divisor in range(2, math.isqrt(number) + 1))


first, last = int(sys.argv[1]), int(sys.argv[2])
sys.stdout.write("\n".join(str(number) for number in range(first, last + 1) if is_prime(number)))
