"""Uploads over HTTP: whole and in pieces, broken off, repeated, hostile, and what is left on disk."""

import gzip
import http.client
import json
import os
import socket
import threading
from urllib.parse import urlsplit

import psutil
import pytest

CSV = "".join(["question,answer\n", *(f"What is {n} + 1?,{n + 1}\n" for n in range(500))]).encode()
PUT = "/api/datasets/uploads/pieces.csv?offset={}&size={}"


@pytest.fixture
def server(shared_server):
    yield shared_server
    for upload in shared_server.call("GET", "/api/datasets/uploads")[1]["uploads"]:
        shared_server.call("DELETE", f"/api/datasets/uploads/{upload['name']}")
    shared_server.call("DELETE", "/api/datasets/uploads/pieces.csv")


def on_disk(server):
    return sorted(
        str(p.relative_to(server.root / "uploads")) for p in (server.root / "uploads").rglob("*") if p.is_file()
    )


def test_a_file_is_taken_looked_at_and_counted(server):
    status, reply = server.upload("My data (1).csv", CSV)
    assert status == 201
    assert reply["path"] == "uploads/My-data-1.csv"
    assert reply["columns"] == ["question", "answer"]
    assert reply["mapping"]["instruction_field"] == "question"
    assert reply["preview"][0] == {"question": "What is 0 + 1?", "answer": "1"}
    assert (server.root / reply["path"]).read_bytes() == CSV
    assert (reply["rows"], reply["job_id"]) == (500, None)
    (listed,) = server.call("GET", "/api/datasets/uploads")[1]["uploads"]
    assert listed["rows"] == 500
    assert [column["distinct"] for column in listed["statistics"]] == [500, 500]


def test_the_same_content_is_recognised_under_any_name(server):
    first = server.upload("a.csv", CSV)[1]
    status, again = server.upload("b.csv", CSV)
    assert status == 201
    assert (again["path"], again["duplicate"]) == (first["path"], True)
    assert on_disk(server) == [".info/a.csv.json", "a.csv"]


def test_another_content_of_the_same_name_gets_a_name_of_its_own(server):
    server.upload("a.csv", CSV)
    assert server.upload("a.csv", CSV + b"x,y\n")[1]["path"] == "uploads/a-2.csv"


HOSTILE = {
    "a zip called csv": ("a.csv", b"PK\x03\x04" + b"x" * 100, "zip archive"),
    "a truncated gzip": ("a.csv.gz", gzip.compress(CSV)[:-30], "cut off after line"),
    "a bomb of brackets": ("a.json", b"[" * 3_000_000, "nested too deeply"),
    "a huge line": ("a.jsonl", b'{"q":"' + b"x" * 20_000_000 + b'"}', "16 MiB"),
    "NUL bytes": ("a.csv", b"q,a\n1,\0\n", "NUL byte in line 2"),
    "another encoding": ("a.csv", "q,a\nschön und gut,1\n".encode("cp1252"), "not utf-8 in line 2"),
    "a format that is none": ("a.xlsx", b"PK\x03\x04", "is none of .json"),
    "nothing": ("a.csv", b"", "no column headers"),
    "no rows": ("a.csv", b"q,a\n", "holds no rows"),
    "an empty list": ("a.json", b"[]", "holds no rows"),
    "no lines": ("a.jsonl", b"", "holds no rows"),
    "an empty table": ("a.parquet", b"", "not readable Parquet"),
}


@pytest.mark.parametrize(("name", "data", "message"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_and_leaves_nothing(server, name, data, message):
    status, reply = server.upload(name, data)
    assert status == 400
    assert message in reply["error"]["message"]
    assert on_disk(server) == []
    assert server.call("GET", "/api/system/health")[0] == 200


def test_a_named_encoding_is_used(server):
    text = "Frage,Antwort\nWie heißt es?,schön\n"
    status, reply = server.upload("alt.csv", text.encode("cp1252"), "?encoding=cp1252")
    assert status == 201
    assert reply["preview"] == [{"Frage": "Wie heißt es?", "Antwort": "schön"}]
    again = server.call("POST", "/api/datasets/preview", {"path": reply["path"]})[1]
    assert again["rows"] == reply["preview"]
    assert reply["rows"] == 1


def test_pieces_become_a_file_and_the_last_one_says_so(server):
    half = len(CSV) // 2
    assert server.send("PUT", PUT.format(0, len(CSV)), CSV[:half])[0] == 202
    state = {"name": "pieces.csv", "received": half, "complete": False}
    assert server.call("GET", "/api/datasets/uploads/pieces.csv")[1] == state
    assert server.call("GET", "/api/datasets/uploads")[1]["unfinished"] == [state]
    status, reply = server.send("PUT", PUT.format(half, len(CSV)), CSV[half:])
    assert status == 201
    assert reply["complete"]
    assert reply["rows"] == 500
    assert server.upload("again.csv", CSV)[1]["duplicate"]


def test_a_piece_at_the_wrong_place_is_refused_with_the_right_one(server):
    server.send("PUT", PUT.format(0, len(CSV)), CSV[:100])
    status, reply = server.send("PUT", PUT.format(50, len(CSV)), CSV[50:])
    assert status == 409
    assert "100 bytes have been received" in reply["error"]["message"]


def test_a_piece_never_replaces_a_file_that_is_there(server):
    server.send("PUT", PUT.format(0, len(CSV)), CSV)
    assert server.send("PUT", PUT.format(0, 4), b"a,b\n")[0] == 409
    assert (server.root / "uploads" / "pieces.csv").read_bytes() == CSV


@pytest.mark.parametrize("name", ["данные.csv", "データ.csv.gz", "a/b\\c.csv", "x" * 300 + ".csv"])
def test_any_name_with_a_known_ending_is_taken(server, name):
    status, reply = server.upload(name, gzip.compress(CSV) if name.endswith("gz") else CSV)
    assert status == 201, reply
    assert (server.root / reply["path"]).is_file()


def test_beginning_anew_forgets_what_was_received(server):
    server.send("PUT", PUT.format(0, len(CSV)), b"something else")
    assert server.send("PUT", PUT.format(0, len(CSV)), CSV)[0] == 201


def test_more_than_was_announced_is_refused(server):
    assert server.send("PUT", PUT.format(0, 100), CSV)[0] == 413


def broken_off(server, path, data, promised, kind):
    """Send `data` of a body announced as `promised` bytes, and hang up."""
    with socket.create_connection(("localhost", urlsplit(server.url).port)) as connection:
        head = f"{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {promised}\r\nContent-Type: {kind}\r\n\r\n"
        connection.sendall(head.encode() + data)


def test_a_connection_that_breaks_leaves_no_half_file(server, until):
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="half.csv"\r\n\r\n'
    broken_off(server, "POST /api/datasets/upload", head + CSV, 10**6, "multipart/form-data; boundary=b")
    until(lambda: on_disk(server) == [], what="the clean-up")


def test_a_piece_that_breaks_off_is_gone_on_with_even_by_another_server(server, until):
    broken_off(server, f"PUT {PUT.format(0, len(CSV))}", CSV[:1000], len(CSV), "application/octet-stream")
    until(lambda: on_disk(server) == [".incoming/pieces.csv.part"], what="the first piece")
    server.kill()
    server.start()
    received = server.call("GET", "/api/datasets/uploads/pieces.csv")[1]["received"]
    assert 0 < received <= 1000
    status, reply = server.send("PUT", PUT.format(received, len(CSV)), CSV[received:])
    assert status == 201
    assert (server.root / reply["path"]).read_bytes() == CSV


def test_two_tabs_can_upload_at_once(server):
    replies = []
    contents = [CSV + f"extra,{n}\n".encode() for n in range(4)]
    threads = [threading.Thread(target=lambda c=c: replies.append(server.upload("same.csv", c))) for c in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [reply["path"] for status, reply in replies if status == 201]
    assert len(set(taken)) == len(taken)
    assert all(status in (201, 409) for status, _ in replies)
    assert taken


def test_a_file_that_a_run_reads_can_not_be_deleted(server, until):
    path = server.upload("used.csv", CSV)[1]["path"]
    config = {
        "name": "steps=500 delay=0.05",
        "dataset": {"source": path, "instruction_field": "question", "response_field": "answer"},
    }
    assert server.call("POST", "/api/training/start", {"session_id": "reader", "config": config})[0] == 202
    assert server.call("DELETE", "/api/datasets/uploads/used.csv")[0] == 409
    server.call("POST", "/api/training/stop", {"session_id": "reader", "mode": "discard"})
    until(lambda: server.status("reader") == "stopped")
    assert server.call("DELETE", "/api/datasets/uploads/used.csv")[0] == 200


def test_a_large_file_is_counted_in_the_background_and_its_broken_end_is_told(server):
    line = json.dumps({"question": "q" * 500, "answer": "a"}).encode() + b"\n"
    lines = 17 * 2**20 // len(line)
    good = server.upload("large.jsonl", line * lines)[1]
    assert good["rows"] is None
    assert server.job(good["job_id"])["result"]["rows"] == lines
    assert server.call("GET", "/api/datasets/uploads/large.jsonl")[1]["rows"] == lines
    bad = server.upload("broken.jsonl", line * lines + b"{oops")[1]
    assert server.job(bad["job_id"])["status"] == "failed"
    problem = server.call("GET", "/api/datasets/uploads/broken.jsonl")[1]["problem"]
    assert f"line {lines + 1}" in problem["message"]


def test_a_large_upload_is_never_in_memory(server):
    process = psutil.Process(server.process.pid)
    server.upload("warm.csv", CSV)
    before = process.memory_info().rss
    line = json.dumps({"question": "q" * 500, "answer": os.urandom(8).hex()}).encode() + b"\n"
    data = line * (200 * 2**20 // len(line))
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.jsonl"\r\n\r\n'
    tail = b"\r\n--b--\r\n"
    connection = http.client.HTTPConnection("localhost", urlsplit(server.url).port, timeout=120)
    connection.putrequest("POST", "/api/datasets/upload")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader("Content-Length", str(len(head) + len(data) + len(tail)))
    connection.endheaders(head)
    grown = 0
    for start in range(0, len(data), 2**22):
        connection.send(data[start : start + 2**22])
        grown = max(grown, process.memory_info().rss - before)
    connection.send(tail)
    reply = connection.getresponse()
    assert reply.status == 201, reply.read()
    reply.read()
    grown = max(grown, process.memory_info().rss - before)
    assert grown < 64 * 2**20
