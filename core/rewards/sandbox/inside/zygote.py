"""The zygote of a server: makes the process of each run, and never sees what a run is asked.

A process starts as a copy of the one that makes it, freed memory included. The server reads the requests of all runs,
so it makes none: the zygote is forked from it before the first request, and knows nothing but the libraries.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
from typing import Any

from core.rewards.sandbox.inside import calls, child
from core.rewards.sandbox.inside.frames import Closed

NEW_PID, NEW_MOUNTS, NEW_IPC = 0x20000000, 0x00020000, 0x08000000
TMP_OPTIONS = b"size=16m,nr_inodes=1024,mode=0700"
Pipes = tuple[int, int, int]
"""One end of each of the three pipes of a process: what it is asked, what it answers, what it prints."""


class Zygote:
    """The zygote, as the server sees it; made before the first request is read."""

    def __init__(self, libc: Any, confinement: calls.Confinement, base: tuple[int, int]):
        self._socket, own = socket.socketpair()
        if os.fork() == 0:
            try:
                self._socket.close()
                nothing = os.open("/dev/null", os.O_RDWR)
                for file in (0, 1):
                    os.dup2(nothing, file)
                _serve(own, Forks(libc), confinement, base)
            finally:
                os._exit(0)
        own.close()

    def process(self) -> tuple[int, Pipes]:
        """The number of a new process, and the server's ends of its pipes; the one before it must have been killed."""
        self._socket.sendall(b"N")
        number, files, _, _ = socket.recv_fds(self._socket, 16, 3)
        if not number:
            raise Closed
        to, answers, prints = files
        return int(number), (to, answers, prints)


class Forks:
    """Makes processes, each the first of a PID namespace of its own, while the zygote stays in its own."""

    def __init__(self, libc: Any):
        self.libc = libc
        self._own = os.pidfd_open(os.getpid())
        # This fork does without what Python's own does in the child for threads and random numbers, of which the
        # zygote has none: a third of the time of a run. It must keep the lock of the interpreter meanwhile.
        self._fork: Any = ctypes.PyDLL(None, use_errno=True).fork

    def fork(self) -> int:
        """As os.fork."""
        _call(self.libc.unshare(NEW_PID))
        pid = int(self._fork())
        if pid < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        if pid:
            _call(self.libc.setns(self._own, NEW_PID))
        return pid


def _serve(server: socket.socket, forks: Forks, confinement: calls.Confinement, base: tuple[int, int]) -> None:
    """Process after process, until the server is gone."""
    ending: list[int] = []
    while server.recv(1):
        # one that was killed takes a while to go, and the next need not wait for it
        ending = [pid for pid in ending if os.waitpid(pid, os.WNOHANG)[0] == 0]
        asks, to = os.pipe()
        answers, says = os.pipe()
        prints, printing = os.pipe()
        pid = forks.fork()
        if pid == 0:
            try:
                _become_child(forks.libc, confinement, (asks, says, printing), base)
            finally:
                os._exit(1)
        socket.send_fds(server, [b"%d" % pid], [to, answers, prints])
        for file in (asks, to, answers, says, prints, printing):
            os.close(file)
        ending.append(pid)


def _call(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _become_child(libc: Any, confinement: calls.Confinement, pipes: Pipes, base: tuple[int, int]) -> None:
    """Leave everything of the zygote behind, give all rights away, and run what is asked; does not return."""
    asks, says, printing = (_high(file) for file in pipes)
    nothing = os.open("/dev/null", os.O_RDONLY)
    for place, file in enumerate((nothing, printing, printing, asks, says)):
        os.dup2(file, place)
    os.closerange(5, 256)
    _call(libc.unshare(NEW_MOUNTS | NEW_IPC))
    no_suid_no_devices = 2 | 4
    _call(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", no_suid_no_devices, TMP_OPTIONS))
    os.chdir("/tmp")
    confinement.begin()
    child.main(base)


def _high(file: int) -> int:
    """The file under a number above those that are about to be taken."""
    return fcntl.fcntl(file, fcntl.F_DUPFD, 64)
