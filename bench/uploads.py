"""`python -m bench.uploads`: a large upload against cp, and first rows of large files, on a real server.

Uploads SIZE bytes over loopback as a form and in pieces, in turn with `cp` on the same disk, and reports seconds,
ratios and the server's growth in memory; then previews a file of each format with a warm inspection worker.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import psutil

from tests.support.server import Server

ROW = {"question": "What is " + "one and " * 60 + "one?", "answer": "sixty-one, for all that is known about it"}
BOUNDARY = "loracraftboundary"
SENDER = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection, open(sys.argv[2], "rb") as file:
    connection.sendfile(file)
"""


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gib", type=float, default=2.0, help="size of the upload")
    parser.add_argument("--preview-gib", type=float, default=1.0, help="size of each previewed file")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd() / "cache") as folder:
        server = Server(Path(folder), {**os.environ, "HF_HUB_OFFLINE": "1"})
        server.start()
        try:
            found = uploads(server, Path(folder), options) | previews(server, options.preview_gib)
        finally:
            server.kill()
    print(json.dumps(found))


def uploads(server: Server, folder: Path, options: argparse.Namespace) -> dict:
    """Seconds of cp, form and pieces, in turn."""
    source = folder / "source.jsonl"
    write_lines(source, int(options.gib * 2**30))
    times: dict[str, list[float]] = {
        "cp": [],
        "cp_through_user_space": [],
        "loopback_alone": [],
        "form": [],
        "pieces": [],
    }
    process = psutil.Process(server.process.pid)
    before, peak = process.memory_info().rss, 0
    for number in range(options.rounds):
        times["cp"].append(timed(copy, source, folder / "copy.jsonl"))
        (folder / "copy.jsonl").unlink()
        times["cp_through_user_space"].append(timed(copy, "--reflink=never", source, folder / "copy.jsonl"))
        (folder / "copy.jsonl").unlink()
        times["loopback_alone"].append(timed(receive_and_forget, source))
        for way, send in (("form", send_form), ("pieces", send_pieces)):
            with source.open("r+b") as file:  # another content each time, or it would be known already
                file.write(json.dumps({"question": way, "answer": number}).encode().ljust(80))
            times[way].append(timed(send, server, source))
            peak = max(peak, process.memory_info().rss)
            (name,) = [upload["name"] for upload in server.call("GET", "/api/datasets/uploads")[1]["uploads"]]
            wait_for_count(server)
            server.call("DELETE", f"/api/datasets/uploads/{name}")
    medians = {way: round(median(values), 3) for way, values in times.items()}
    ratios = {
        f"{way}_over_{other}": round(medians[way] / medians[other], 2)
        for way in ("form", "pieces")
        for other in ("cp", "cp_through_user_space", "loopback_alone")
    }
    return {"seconds": medians, "all": times, **ratios, "server_growth_mib": round((peak - before) / 2**20, 1)}


def wait_for_count(server: Server) -> None:
    """Let the background count of the upload end, so that it does not slow the next one."""
    while True:
        (upload,) = server.call("GET", "/api/datasets/uploads")[1]["uploads"]
        if upload["rows"]:
            return
        time.sleep(0.5)


def previews(server: Server, gib: float) -> dict:
    """Milliseconds to the first rows of each format, the worker warm."""
    import pyarrow
    import pyarrow.parquet

    folder = server.root / "uploads"
    size = int(gib * 2**30)
    write_lines(folder / "big.jsonl", size)
    (folder / "big.csv").write_bytes(b"question,answer\n")
    line = f'{ROW["question"]},"{ROW["answer"]}"\n'.encode()
    with (folder / "big.csv").open("ab") as file:
        repeat(file, line, size)
    table = pyarrow.Table.from_pylist([{**ROW, "noise": os.urandom(400)} for _ in range(100_000)])
    with pyarrow.parquet.ParquetWriter(folder / "big.parquet", table.schema, compression="none") as writer:
        while (folder / "big.parquet").stat().st_size < size:
            writer.write_table(table)
    found = {}
    for name in ("big.jsonl", "big.csv", "big.parquet"):
        ask = {"path": f"uploads/{name}", "samples": 5}
        server.call("POST", "/api/datasets/preview", {"path": "arithmetic", "samples": 1})
        seconds = [timed(server.call, "POST", "/api/datasets/preview", ask) for _ in range(5)]
        found[name] = {"first_ms": round(seconds[0] * 1000), "median_ms": round(median(seconds) * 1000)}
    return {"previews": found}


def write_lines(path: Path, size: int) -> None:
    """A JSONL file of about `size` bytes."""
    with path.open("wb") as file:
        file.write(b" " * 80 + b"\n")
        repeat(file, json.dumps(ROW).encode() + b"\n", size)


def repeat(file: Any, line: bytes, size: int) -> None:
    """Write `line` until about `size` bytes are there."""
    block = line * (2**20 // len(line))
    for _ in range(size // len(block)):
        file.write(block)


def send_form(server: Server, source: Path) -> None:
    """The whole file as a multipart form."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="big.jsonl"\r\n\r\n'.encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    size = source.stat().st_size + len(head) + len(tail)
    connection = http.client.HTTPConnection("localhost", urlsplit(server.url).port)
    connection.putrequest("POST", "/api/datasets/upload")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(size))
    connection.endheaders(head)
    with source.open("rb") as file:
        connection.sock.sendfile(file)
    connection.send(tail)
    finish(connection)


def send_pieces(server: Server, source: Path, piece: int = 256 * 2**20) -> None:
    """The file in pieces of 256 MiB, as a page would send it."""
    size = source.stat().st_size
    with source.open("rb") as file:
        for offset in range(0, size, piece):
            count = min(piece, size - offset)
            connection = http.client.HTTPConnection("localhost", urlsplit(server.url).port)
            connection.putrequest("PUT", f"/api/datasets/uploads/big.jsonl?offset={offset}&size={size}")
            connection.putheader("Content-Length", str(count))
            connection.endheaders()
            connection.sock.sendfile(file, offset, count)
            finish(connection)


def finish(connection: http.client.HTTPConnection) -> None:
    """Read the answer, which must be good."""
    reply = connection.getresponse()
    text = reply.read()
    if reply.status >= 300:
        raise RuntimeError(text.decode())
    connection.close()


def copy(*arguments: str | Path) -> None:
    """The baseline of the uploads: cp copies within the kernel if the file system allows it."""
    subprocess.run(["cp", *arguments], check=True)


def receive_and_forget(source: Path) -> None:
    """The floor under any upload: the same bytes through loopback, written nowhere."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sender = [sys.executable, "-c", SENDER, str(listener.getsockname()[1]), str(source)]
        with subprocess.Popen(sender) as child:
            connection, _ = listener.accept()
            buffer = bytearray(256 * 1024)
            while connection.recv_into(buffer):
                pass
            connection.close()
            child.wait()


def timed(action: Any, *arguments: Any) -> float:
    """Seconds that an action takes, the disk's queue empty before."""
    os.sync()
    started = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
