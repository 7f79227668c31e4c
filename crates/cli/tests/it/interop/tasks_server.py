"""The tasks server of tutorial 1, part 1: an equivalent, written for this test, of the lab's program.

One client at a time, the others wait in the kernel's queue; in a session one recv(1024) is taken for
one request `N:data`. Nothing is framed. Expressions go through a small evaluator of Python's own
operators instead of the original's `eval`. Listens on a port of the kernel's choice and says which.
"""

import ast
import operator
import socket

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def evaluate(node):
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](evaluate(node.left), evaluate(node.right))
    if isinstance(node, ast.UnaryOp):
        return OPERATORS[type(node.op)](evaluate(node.operand))
    raise ValueError("not an arithmetic expression")


def process_task(request):
    try:
        choice, data = request.split(":", 1)
        if choice == "1":
            return data.swapcase()
        if choice == "2":
            return str(evaluate(ast.parse(data, mode="eval").body))
        if choice == "3":
            return data[::-1]
        if choice == "4":
            return "Goodbye!"
        return "Invalid choice."
    except Exception as error:
        return f"Error processing task: {error}"


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("127.0.0.1", 0))
server_socket.listen(100)
print(f"listening on 127.0.0.1:{server_socket.getsockname()[1]}", flush=True)
while True:
    conn, addr = server_socket.accept()
    while True:
        received = conn.recv(1024).decode()
        if not received:
            break
        print(f"Received task: {received}", flush=True)
        response = process_task(received)
        conn.sendall(response.encode())
        if response == "Goodbye!":
            break
    conn.close()
