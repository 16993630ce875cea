"""Downloading exported files: in parts, as zip files, by slow clients and by clients that leave."""

import io
import socket
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import psutil
import pytest

from core.paths import Workspace
from tests.support.past_exports import content, write_export

SIZE = 300_000
LARGE = 64 * 1024 * 1024


@pytest.fixture(scope="module")
def served(shared_server):
    """A server with an export of a run called demo, and a large one called large."""
    workspace = Workspace(shared_server.root)
    write_export(workspace, "demo", ["adapter", "merged", "adapter_gguf", "q8_0", "q4_k_m"], SIZE)
    write_export(workspace, "large", ["merged", "f16"], LARGE)
    return shared_server


def get(served, path, method="GET", **headers):
    """(status, headers, body) of a request below /api/exports/."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"{served.url}/api/exports/{path}", headers=named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def model(served):
    return (Workspace(served.root).export("demo") / "model-q4_k_m.gguf").read_bytes()


def test_a_file_comes_whole_with_its_length_and_a_useful_name(served):
    status, headers, body = get(served, "demo/model-q4_k_m.gguf")
    assert (status, body) == (200, model(served))
    assert headers["Content-Length"] == str(SIZE)
    assert headers["Content-Disposition"] == "attachment; filename=demo-q4_k_m.gguf"
    assert headers["Accept-Ranges"] == "bytes"


def test_a_look_at_the_headers_sends_no_body(served):
    status, headers, body = get(served, "demo/model-q4_k_m.gguf", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, str(SIZE), b"")


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=1000-", 1000, SIZE - 1),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        ("bytes=9-999999", 9, SIZE - 1),
    ],
)
def test_a_part_is_sent_alone(served, wanted, first, last):
    status, headers, body = get(served, "demo/model-q4_k_m.gguf", Range=wanted)
    assert (status, body) == (206, model(served)[first : last + 1])
    assert headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert headers["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", "bytes=9-1", "bytes=x-y"])
def test_a_part_outside_the_file_is_a_416_that_says_how_long_it_is(served, wanted):
    status, headers, body = get(served, "demo/model-q4_k_m.gguf", Range=wanted)
    assert status == 416
    assert headers["Content-Range"] == f"bytes */{SIZE}"
    assert b'"hint": "Ask for a part' in body or b'"hint":"Ask for a part' in body


def test_of_several_parts_at_once_the_whole_is_sent(served):
    status, _, body = get(served, "demo/model-q4_k_m.gguf", Range="bytes=0-9,20-29")
    assert (status, len(body)) == (200, SIZE)


def test_a_download_goes_on_only_with_the_same_file(served):
    path = "demo/model-q8_0.gguf"
    tag = get(served, path, "HEAD")[1]["ETag"]
    assert get(served, path, Range="bytes=100-", If_Range=tag)[0] == 206
    assert get(served, path, If_None_Match=tag)[0] == 304
    (Workspace(served.root).export("demo") / "model-q8_0.gguf").write_bytes(content("made again", SIZE))
    assert get(served, path, Range="bytes=100-", If_Range=tag)[0] == 200
    assert get(served, path, If_None_Match=tag)[0] == 200


def test_the_modelfile_fits_the_file_beside_it_in_the_downloads(served):
    _, headers, body = get(served, "demo/Modelfile")
    assert body.startswith(b"FROM ./demo-q4_k_m.gguf\n")
    assert headers["Content-Disposition"] == "attachment; filename=Modelfile"


@pytest.mark.parametrize("name", ["proof.json", "adapter-f16.gguf", "Modelfile-q8_0"])
def test_every_other_file_of_an_export_can_be_downloaded(served, name):
    assert get(served, f"demo/{name}")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        *(
            "demo/events.jsonl",
            "demo/export.json",
            "demo/merged",
            "demo/.work",
            "demo/model-f16.gguf",
            "nobody/proof.json",
        ),
        *("demo/..%2f..%2foutputs%2fdemo%2fadapter%2fadapter_config.json", "demo/%2e%2e%2fproof.json", "demo/x.zip"),
        *("demo/q4_k_m.zip", "nobody/all.zip"),
    ],
)
def test_nothing_else_leaves_the_folder(served, path):
    assert get(served, path)[0] == 404


def test_a_strange_session_is_refused(served):
    assert get(served, ".hidden/proof.json")[0] == 400
    assert get(served, "..%2fdemo/proof.json")[0] == 404


def test_a_folder_comes_as_a_zip_file_of_known_length(served):
    status, headers, body = get(served, "demo/merged.zip")
    assert (status, headers["Content-Length"]) == (200, str(len(body)))
    assert headers["Content-Disposition"] == "attachment; filename=demo-merged.zip"
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert archive.testzip() is None
    folder = Workspace(served.root).export("demo") / "merged"
    assert {name: archive.read(name) for name in archive.namelist()} == {
        f"demo-merged/{file.name}": file.read_bytes() for file in folder.iterdir()
    }
    assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_STORED}


def test_everything_comes_as_one_zip_file(served):
    archive = zipfile.ZipFile(io.BytesIO(get(served, "demo/all.zip")[2]))
    assert archive.testzip() is None
    wanted = {"demo/model-q4_k_m.gguf", "demo/Modelfile", "demo/adapter-f16.gguf", "demo/adapter/tokenizer.json"}
    assert wanted <= set(archive.namelist())
    assert archive.read("demo/Modelfile").startswith(b"FROM ./model-q4_k_m.gguf\n")


def test_a_zip_file_is_not_held_in_memory(served):
    process = psutil.Process(served.process.pid)
    before = process.memory_info().rss
    with urllib.request.urlopen(f"{served.url}/api/exports/large/all.zip", timeout=60) as reply:
        total, highest = 0, before
        while piece := reply.read(8 * 1024 * 1024):
            total += len(piece)
            highest = max(highest, process.memory_info().rss)
    assert total == int(reply.headers["Content-Length"]) > 2 * LARGE
    assert highest - before < 24 * 1024 * 1024


def test_a_slow_client_holds_nobody_up(served):
    slow = begin(served, "large/model-f16.gguf")
    try:
        assert get(served, "demo/model-q4_k_m.gguf")[0] == 200
        assert get(served, "list")[0] == 200
    finally:
        slow.close()


@pytest.mark.parametrize("path", ["large/model-f16.gguf", "large/all.zip"])
def test_a_client_that_leaves_frees_its_thread_and_its_files(served, until, path):
    process = psutil.Process(served.process.pid)
    threads = process.num_threads()
    clients = [begin(served, path) for _ in range(4)]
    until(lambda: len(open_files(process)) >= 4, what="four open files")
    for client in clients:
        client.close()
    until(lambda: open_files(process) == [], what="no open file")
    until(lambda: process.num_threads() <= threads, what="no more threads than before")


def begin(served, path):
    """A connection that has asked for a file and reads nothing beyond the first bytes."""
    client = socket.create_connection(("127.0.0.1", served.port), timeout=30)
    client.sendall(f"GET /api/exports/{path} HTTP/1.1\r\nHost: localhost:{served.port}\r\n\r\n".encode())
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


def open_files(process):
    return [file.path for file in process.open_files() if "exports" in Path(file.path).parts]
