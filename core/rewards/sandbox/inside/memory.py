"""How much memory a process may still take, measured without /proc, which the sandbox does not have."""

from __future__ import annotations

import mmap
import resource

PAGE = mmap.PAGESIZE
HIGHEST = 1 << 44
SHARED_MIB = 128
"""Address space beyond the heap: stacks of threads, libraries that are loaded later."""


def in_use() -> tuple[int, int]:
    """(data, address space): bytes that this process has now, as the kernel counts them for its limits."""
    return _smallest(resource.RLIMIT_DATA), _smallest(resource.RLIMIT_AS)


def _smallest(kind: int) -> int:
    """The smallest limit under which one more page can be had, by halving."""
    before, low, high = resource.getrlimit(kind), 0, HIGHEST
    while high - low > 1 << 16:
        middle = (low + high) // 2
        resource.setrlimit(kind, (middle, before[1]))
        low, high = (low, middle) if _page_can_be_had() else (middle, high)
    resource.setrlimit(kind, before)
    return high


def _page_can_be_had() -> bool:
    try:
        mmap.mmap(-1, PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except OSError:
        return False
    return True


def limit(memory_mib: int, base: tuple[int, int]) -> None:
    """Leave this process so much more than `base`; no core file, no further process of this user, few open files."""
    heap = memory_mib << 20
    wanted = {
        resource.RLIMIT_DATA: base[0] + heap,
        resource.RLIMIT_AS: base[1] + 2 * heap + (SHARED_MIB << 20),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_FSIZE: 16 << 20,
        resource.RLIMIT_MEMLOCK: 0,
    }
    for kind, most in wanted.items():
        resource.setrlimit(kind, (most, most))
