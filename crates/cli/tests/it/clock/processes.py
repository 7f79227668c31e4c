# Three processes with Lamport clocks that talk through pipes and print what they do to one output.
import sys
from datetime import datetime
from multiprocessing import Pipe, Process

RULE = sys.argv[1] if len(sys.argv) > 1 else "right"

def stamped(time):
    return f"(LAMPORT_TIME={time}, LOCAL_TIME={datetime.now()})"

def event(pid, time):
    time += 1
    print(f"Something happened in {pid} ! {stamped(time)}", flush=True)
    return time

def send(pipe, pid, time):
    time += 1
    pipe.send(("Empty shell", time))
    print(f"Message sent from {pid} {stamped(time)}", flush=True)
    return time

def receive(pipe, pid, time):
    _, sent = pipe.recv()
    # The mistake: to take the sender's time over without ticking, or never to look at it.
    time = {"right": max(time, sent) + 1, "no-max": time + 1}[RULE]
    print(f"Message received at {pid} {stamped(time)}", flush=True)
    return time

def first(to_second):
    time = event(0, 0)
    time = send(to_second, 0, time)
    time = event(0, time)
    time = receive(to_second, 0, time)
    event(0, time)

def second(to_first, to_third):
    time = receive(to_first, 1, 0)
    time = send(to_first, 1, time)
    time = send(to_third, 1, time)
    receive(to_third, 1, time)

def third(to_second):
    time = receive(to_second, 2, 0)
    send(to_second, 2, time)

if __name__ == "__main__":
    a, b = Pipe()
    c, d = Pipe()
    processes = [
        Process(target=first, args=(a,)),
        Process(target=second, args=(b, c)),
        Process(target=third, args=(d,)),
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
