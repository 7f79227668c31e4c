# Answers one line per line: "read TEXT" asks whether TEXT is plain arithmetic, "value TEXT" also
# asks for its value. The first line says whether the messages are those of Python 3.11.
import ast
import sys

PLAIN = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.UAdd, ast.USub,
)


def is_plain(node):
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    return isinstance(node, PLAIN)


def answer(question, text):
    try:
        # Like eval, which ignores blanks in front; parse alone takes them for an indentation.
        tree = ast.parse(text.lstrip(" \t"), mode="eval")
    except SyntaxError:
        return "refused"
    if not all(map(is_plain, ast.walk(tree))):
        return "refused"
    if question == "read":
        return "read"
    try:
        value = eval(text)
        return "complex" if isinstance(value, complex) else f"value {value!r}"
    except Exception as error:
        if "complex" in str(error):
            return "complex"
        return f"{type(error).__name__}: {error}"


print(sys.version_info[:2] == (3, 11))
for line in sys.stdin:
    print(answer(*line.rstrip("\n").split(" ", 1)))
