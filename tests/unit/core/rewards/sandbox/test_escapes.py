"""Ways out of the sandbox: none gets through, in either lane."""

import socket
import sysconfig
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from core.rewards import sandbox
from tests.support.escapes import ways_out

LIMITS = sandbox.Limits(seconds=0.1, memory_mib=32, print_bytes=8192)


@pytest.fixture
def listener():
    """(port, connections that came) on the host."""
    came = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.2)

        def listen():
            while server.fileno() >= 0:
                try:
                    came.append(server.accept())
                except OSError:
                    continue

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], came


def test_none_of_two_hundred_ways_leads_out(lane, listener, tmp_path):
    port, came = listener
    canary, folder = tmp_path / "canary.txt", tmp_path / "empty"
    canary.write_text("SECRET", encoding="utf-8")
    folder.mkdir()
    ways = ways_out(canary=canary, folder=folder, port=port, site=sysconfig.get_path("purelib"), home=Path.home())
    assert len(ways) > 200
    ran = {name: sandbox.run(program, limits=LIMITS) for name, program in ways}
    out = [name for name, ran in ran.items() if ran.problem is None and ran.value and not name.startswith("bombs")]
    assert (out, came, list(folder.iterdir())) == ([], [], [])
    assert sandbox.run("1 + 1", limits=LIMITS).value == 2


def test_what_hostile_code_sends_in_place_of_an_answer_is_no_answer(system, tmp_path):
    kinds = Counter()
    words = {"canary": tmp_path, "folder": tmp_path, "port": 0, "site": "", "home": ""}
    for name, program in ways_out(**words):
        if name.startswith("bombs") and "os.write(4" in program:
            ran = sandbox.run(program, limits=LIMITS)
            kinds[ran.problem.kind if ran.problem else "none"] += 1
    assert set(kinds) <= {"crashed", "time", "output"}
    assert kinds.total() >= 8


def test_a_host_function_is_called_only_if_it_was_given(system):
    called = []
    forged = b'M\\0\\0\\0\\x1f{"ask": ["host", "f", [], {}]}'
    source = f"import os\nos.write(4, {forged!r}.decode('unicode_escape').encode('latin-1'))\nwhile True: pass"
    assert sandbox.run(source, functions={"g": called.append}, limits=LIMITS).problem is not None
    assert called == []


SEARCH = """
import ctypes, sys
libc = ctypes.CDLL(None)
libc.sbrk.restype = ctypes.c_void_p
known, frame = [], sys._getframe()
while frame is not None:
    known.append(repr([dict(frame.f_globals), dict(frame.f_locals)]))
    frame = frame.f_back
file = open("/tmp/page", "wb+", buffering=0)
def pages(first, last):
    for page in range(first & ~4095, last, 4096):
        if libc.pwrite(file.fileno(), ctypes.c_void_p(page), 4096, ctypes.c_long(0)) == 4096:
            file.seek(0)
            yield file.read()
heap, small = libc.sbrk(0), id(object())
memory = b"".join([*pages(heap - (4 << 20), heap), *pages(small - (4 << 20), small + (4 << 20))])
word = "".join(["can", "ary"])
(len(memory) > 1 << 20, word in "".join(known), (word + "-").encode() * 2 in memory)
"""
"""Looks for a word in all frames, and in the memory that was freed before the process was made."""


def test_a_run_finds_nothing_of_the_request_of_the_run_before_it(system):
    for size in (2, 20, 2000):
        sandbox.run("1", inputs={"secret": "canary-" * size})
        assert sandbox.run(SEARCH, limits=sandbox.Limits(seconds=5.0, memory_mib=256)).value == (True, False, False)
