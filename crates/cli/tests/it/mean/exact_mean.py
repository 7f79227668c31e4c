"""Numbers of mixed magnitude and their mean, written for this test.

Usage: SEED COUNT. Prints so many random doubles, one a line, in which great ones come with their
opposites, so that the mean is that of the small ones; then the mean, which is computed with rational
numbers and rounded once. Refuses a seed for which floating-point addition finds the same.
"""

import random
import sys
from fractions import Fraction

generator = random.Random(int(sys.argv[1]))
count = int(sys.argv[2])
numbers = []
for _ in range(count * 9 // 20):
    number = generator.uniform(1, 10) * 10.0 ** generator.randint(-300, 300)
    numbers += [number, -number]
while len(numbers) < count:
    numbers.append(generator.uniform(-1, 1) * 10.0 ** generator.randint(-5, 5))
generator.shuffle(numbers)
mean = float(sum(map(Fraction, numbers)) / count)
if sum(numbers) / count == mean:
    sys.exit(f"seed {sys.argv[1]} is too easy")
print("\n".join(map(repr, numbers)))
print(repr(mean))
