"""Runs a command on a terminal of its own, joined to stdin and stdout. Writes the command's pid to descriptor 3.

SIGUSR1 closes the terminal, as the end of its window would; this process then waits for the command.
"""

import os
import pty
import select
import signal
import sys
import tty


class HungUp(Exception):
    pass


def hang_up(*_):
    raise HungUp


def relay(master):
    waiting = b""
    open_input = True
    while True:
        readers = [master] + ([0] if open_input and not waiting else [])
        ready, writable, _ = select.select(readers, [master] if waiting else [], [])
        if master in ready:
            os.write(1, os.read(master, 65536))
        if 0 in ready:
            waiting = os.read(0, 65536)
            open_input = waiting != b""
        if writable:
            waiting = waiting[os.write(master, waiting) :]


pid, terminal = pty.fork()
if pid == 0:
    os.close(3)
    os.execvp(sys.argv[1], sys.argv[1:])
tty.setraw(terminal)
os.set_blocking(terminal, False)
signal.signal(signal.SIGUSR1, hang_up)
os.write(3, b"%d\n" % pid)
os.close(3)
try:
    relay(terminal)
except (HungUp, OSError):
    os.close(terminal)
os.waitpid(pid, 0)
