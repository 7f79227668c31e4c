"""Runs a program for which one system call fails: without.py CALL ERROR PROGRAM [ARGUMENT...].

A container's seccomp profile does just this (seccomp(2)). Numbers of calls: the kernel's tables.
"""
import ctypes
import errno
import os
import platform
import struct
import sys

NUMBERS = {
    "io_uring_setup": {"x86_64": 425, "aarch64": 425},
    "accept4": {"x86_64": 288, "aarch64": 242},
}
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000


def filter_of(number, error):
    """struct sock_filter[]: code, jump if true, jump if false, operand; the number is the first word."""
    lines = [
        (LOAD_WORD, 0, 0, 0),
        (JUMP_IF_EQUAL, 0, 1, number),
        (RETURN, 0, 0, FAIL | error),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines), len(lines)


def main():
    call, error, *command = sys.argv[1:]
    code, length = filter_of(NUMBERS[call][platform.machine()], getattr(errno, error))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", length, ctypes.addressof(buffer))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong]
    for arguments in [(PR_SET_NO_NEW_PRIVS, 1, None), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)]:
        if prctl(*arguments, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
    os.execv(command[0], command)


main()
