"""The system calls that code in the sandbox may make: a seccomp filter, written by hand, for two processors.

What is not listed fails with EPERM: sockets to elsewhere, new processes and programs, tracing, mounts, namespaces,
keys, BPF, io_uring, shared memory. Files are opened as the mounts allow: read-only, but for the run's own /tmp.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from typing import Any

FIRST = """
    read 0 63;write 1 64;close 3 57;fstat 5 80;lseek 8 62;mmap 9 222;mprotect 10 226;munmap 11 215;brk 12 214;
    rt_sigaction 13 134;rt_sigprocmask 14 135;rt_sigreturn 15 139;pread64 17 67;pwrite64 18 68;readv 19 65;
    writev 20 66;pipe2 293 59;sched_yield 24 124;mremap 25 216;msync 26 227;mincore 27 232;madvise 28 233;dup 32 23;
    dup3 292 24;nanosleep 35 101;getitimer 36 102;setitimer 38 103;getpid 39 172;exit 60 93;uname 63 160;fcntl 72 25;
    fsync 74 82;fdatasync 75 83;truncate 76 45;ftruncate 77 46;getcwd 79 17;chdir 80 49;fchdir 81 50;fchmod 91 52;
    fchmodat 268 53;utimensat 280 88;umask 95 166;gettimeofday 96 169;getrlimit 97 163;getrusage 98 165;
    sysinfo 99 179;times 100 153;getuid 102 174;getgid 104 176;geteuid 107 175;getegid 108 177;getppid 110 173;
    getpgid 121 155;getgroups 115 158;getresuid 118 148;getresgid 120 150;capget 125 90;rt_sigpending 127 136;
    rt_sigtimedwait 128 137;rt_sigsuspend 130 133;sigaltstack 131 132;statfs 137 43;fstatfs 138 44;
    sched_getaffinity 204 123;gettid 186 178;futex 202 98;set_tid_address 218 96;timer_create 222 107;
    timer_settime 223 110;timer_gettime 224 108;timer_delete 226 111;timer_getoverrun 225 109;clock_gettime 228 113;
    clock_getres 229 114;clock_nanosleep 230 115;exit_group 231 94;epoll_create1 291 20;epoll_ctl 233 21;
    epoll_pwait 281 22;tgkill 234 131;tkill 200 130;kill 62 129;openat 257 56;mkdirat 258 34;newfstatat 262 79;
    unlinkat 263 35;renameat 264 38;linkat 265 37;symlinkat 266 36;readlinkat 267 78;faccessat 269 48;pselect6 270 72;
    ppoll 271 73;set_robust_list 273 99;get_robust_list 274 100;fallocate 285 47;eventfd2 290 19;preadv 295 69;
    pwritev 296 70;getdents64 217 61;prlimit64 302 261;getcpu 309 168;getrandom 318 278;membarrier 324 283;
    copy_file_range 326 285;statx 332 291;rseq 334 293;close_range 436 436;faccessat2 439 439;renameat2 316 276;
    getxattr 191 8;fgetxattr 193 10;lgetxattr 192 9;sendfile 40 71;socketpair 53 199;flock 73 32;wait4 61 260;
    waitid 247 95;restart_syscall 219 128;fadvise64 221 223;recvfrom 45 207;recvmsg 47 212;shutdown 48 210
"""
"""Name, number on x86-64, number on arm64. A socketpair, asyncio's alarm bell, reaches nobody else."""
SECOND = """
    open 2;stat 4;lstat 6;poll 7;access 21;pipe 22;select 23;dup2 33;getpgrp 111;getdents 78;rename 82;mkdir 83;
    rmdir 84;creat 85;link 86;unlink 87;symlink 88;readlink 89;chmod 90;alarm 37;pause 34;time 201;arch_prctl 158;
    epoll_wait 232;epoll_create 213;eventfd 284;utime 132;utimes 235
"""
"""Old names that only x86-64 has."""
CONTROLS = (0x5401, 0x5421, 0x5451, 0x5450, 0x541B, 0x5413)
"""What ioctl may ask of a file: whether it is a terminal, its flags, how much can be read."""
MACHINES = {"x86_64": (0xC000003E, 16, 56, 435, 44), "aarch64": (0xC00000B7, 29, 220, 435, 206)}
"""Machine -> its audit name, and the numbers of ioctl, clone, clone3, sendto."""
ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
LOAD, EQUAL, ABOVE, AT_LEAST, MASKED, RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
NUMBER, MACHINE, FIRST_ARGUMENT, SECOND_ARGUMENT, FIFTH_ARGUMENT = 0, 4, 16, 24, 48
CLONE_THREAD = 0x00010000


def allowed(machine: str) -> list[int]:
    """The numbers of the calls that are allowed whatever they are given."""
    place = 1 if machine == "x86_64" else 2
    listed = FIRST + (";" + SECOND if machine == "x86_64" else "")
    return sorted(int(line.split()[place]) for line in listed.split(";"))


def program(machine: str) -> bytes:
    """The filter, in the kernel's format.

    Raises:
        KeyError: There is no filter for the machine.
    """
    name, ioctl, clone, clone3, sendto = MACHINES[machine]
    code = [_step(LOAD, MACHINE), _step(EQUAL, name, 1, 0), _step(RETURN, KILL), _step(LOAD, NUMBER)]
    for first, last in _ranges(allowed(machine)):
        code += [_step(AT_LEAST, first, 0, 2), _step(ABOVE, last, 1, 0), _step(RETURN, ALLOW)]
    # glibc makes threads with clone3, whose flags no filter can read; without it, it falls back to clone.
    code += [_step(EQUAL, clone3, 0, 1), _step(RETURN, ENOSYS)]
    code += [_step(EQUAL, clone, 0, 4), _step(LOAD, FIRST_ARGUMENT), _step(MASKED, CLONE_THREAD, 0, 1)]
    code += [_step(RETURN, ALLOW), _step(RETURN, EPERM)]
    # send on a socketpair, but to no address: the fifth argument, a pointer, is null
    code += [_step(EQUAL, sendto, 0, 6), _step(LOAD, FIFTH_ARGUMENT), _step(EQUAL, 0, 0, 3)]
    code += [_step(LOAD, FIFTH_ARGUMENT + 4), _step(EQUAL, 0, 0, 1), _step(RETURN, ALLOW), _step(RETURN, EPERM)]
    code += [_step(EQUAL, ioctl, 0, 1 + 2 * len(CONTROLS)), _step(LOAD, SECOND_ARGUMENT)]
    for request in CONTROLS:
        code += [_step(EQUAL, request, 0, 1), _step(RETURN, ALLOW)]
    return b"".join([*code, _step(RETURN, EPERM)])


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """The numbers as (first, last) of what follows one another: the kernel reads a short filter sooner."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _step(operation: int, operand: int, then: int = 0, otherwise: int = 0) -> bytes:
    """One instruction: `then` and `otherwise` are how many of the next ones a comparison passes over."""
    return struct.pack("=HBBI", operation, then, otherwise, operand)


class Confinement:
    """Takes away rights and system calls; its buffers are made once, since a new process copies what it writes."""

    def __init__(self, libc: Any, filtered: bytes):
        self._libc = libc
        self._filter = ctypes.create_string_buffer(filtered, len(filtered))
        head = struct.pack("@HP", len(filtered) // 8, ctypes.addressof(self._filter))
        self._head = ctypes.create_string_buffer(head)
        self._own = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0))
        self._none = ctypes.create_string_buffer(24)

    def begin(self) -> None:
        """Leave this process no capability and no other system calls, for ever.

        No capability can come back, since nothing can be executed and there are no new privileges.

        Raises:
            OSError: The kernel refuses it.
        """
        no_new_privileges, filter_calls = 38, 22
        refused = self._libc.capset(self._own, self._none)
        refused = refused or self._libc.prctl(no_new_privileges, 1, 0, 0, 0)
        if refused or self._libc.prctl(filter_calls, 2, self._head, 0, 0):
            raise OSError(ctypes.get_errno(), "the kernel refuses to confine the process")


def of_this_machine() -> bytes:
    """The filter of the processor at hand."""
    return program(platform.machine())
