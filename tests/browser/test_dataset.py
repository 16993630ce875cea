"""Step 2: uploads and their refusals, the mapping with rendered rows, checks, the prompt and its markers."""

import json

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_step, ref, setting

SLOW = 120_000
SUMS = "frage;antwort\n" + "".join(f"What is {n} + {n}?;{2 * n}\n" for n in range(40))


@pytest.fixture
def server(shared_server):
    """One server for all tests of this file: each page has a browser profile of its own."""
    return shared_server


def show_uploads(page, server):
    open_step(page, server, "dataset")
    page.get_by_role("radio", name="Upload").check()


def give(page, tmp_path, name, data):
    file = tmp_path / name
    file.write_bytes(data)
    ref(page, "upload-input").set_input_files(file)


def test_a_file_is_uploaded_chosen_mapped_and_rendered_as_the_model_sees_it(server, page, tmp_path):
    show_uploads(page, server)
    give(page, tmp_path, "sums.csv", SUMS.encode())
    expect(ref(page, "uploads")).to_contain_text("sums.csv", timeout=SLOW)
    expect(ref(page, "look-head")).to_contain_text("frage", timeout=SLOW)
    expect(ref(page, "step-dataset")).to_contain_text("<|im_start|>user")
    expect(ref(page, "rail-facts")).to_contain_text("uploads/sums.csv")
    expect(ref(page, "plan-estimate")).to_contain_text("40")
    page.reload()
    expect(ref(page, "look-head")).to_contain_text("frage", timeout=SLOW)


def test_a_broken_file_is_refused_with_its_line(server, page, tmp_path):
    show_uploads(page, server)
    give(page, tmp_path, "broken.json", b'[{"question": "a", "answer": "b"},\n {"question": ]')
    expect(ref(page, "upload-refusal-text")).to_contain_text("line 2", timeout=SLOW)


def test_an_encoding_can_be_named_after_a_refusal(server, page, tmp_path):
    show_uploads(page, server)
    give(page, tmp_path, "umlaut.csv", "question,answer\nWie groß?,schön\n".encode("cp1252"))
    expect(ref(page, "upload-refusal-text")).to_contain_text("UTF-8", timeout=SLOW)
    ref(page, "upload-encoding").select_option("cp1252")
    ref(page, "upload-retry").get_by_role("button", name="Try again").click()
    expect(ref(page, "look-body")).to_contain_text("Wie groß?", timeout=SLOW)


def test_a_large_file_goes_in_pieces_and_on_after_the_server_was_killed(server, page, tmp_path):
    row = json.dumps({"question": "What is 1 + 1? " + "x" * 400, "answer": "2"}) + "\n"
    size = 60_000_000
    session = page.context.new_cdp_session(page)
    show_uploads(page, server)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 12_000_000}
    session.send("Network.emulateNetworkConditions", slow)
    give(page, tmp_path, "large.jsonl", (row * (size // len(row))).encode())
    expect(ref(page, "upload-text")).to_contain_text("%", timeout=SLOW)
    page.wait_for_function("() => document.querySelector('[data-ref=upload-meter]').value > 0.15")
    server.kill()
    session.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    server.start()
    expect(ref(page, "connection-text")).to_have_text("Live", timeout=SLOW)
    if ref(page, "upload-resume").is_visible():
        ref(page, "upload-resume").click()
    expect(ref(page, "uploads")).to_contain_text("large.jsonl")
    status, state = server.call("GET", "/api/datasets/uploads/large.jsonl")
    assert (status, state["size_bytes"]) == (200, len(row) * (size // len(row)))


def test_every_row_is_checked_and_the_result_said_in_words(server, page):
    open_step(page, server, "dataset")
    page.get_by_role("button", name="Check every row").click()
    expect(ref(page, "step-dataset")).to_contain_text("leak")


def test_a_procedural_task_is_found_and_chosen(server, page):
    open_step(page, server, "dataset")
    page.get_by_role("radio", name="Procedural").check()
    expect(ref(page, "tasks").get_by_role("radio").first).to_be_visible(timeout=60_000)
    ref(page, "task-search").fill("leg counting")
    ref(page, "tasks").get_by_role("radio").first.check()
    expect(ref(page, "rail-facts")).to_contain_text("leg_counting")
    expect(ref(page, "look-body").locator("tr").first).to_be_visible(timeout=SLOW)


def test_a_public_set_brings_its_mapping_and_says_when_it_cannot_be_fetched(server, page):
    open_step(page, server, "dataset")
    page.get_by_role("radio", name="Public").check()
    ref(page, "public-sets").get_by_role("radio", name="GSM8K").check()
    expect(ref(page, "rail-facts")).to_contain_text("openai/gsm8k")
    expect(ref(page, "look-error-text")).not_to_be_empty(timeout=SLOW)


def test_a_wrong_column_is_refused_beside_the_mapping(server, page):
    open_step(page, server, "dataset")
    expect(ref(page, "look-body").locator("tr").first).to_be_visible(timeout=SLOW)
    setting(page, "dataset.validation_fraction").fill("0.9")
    expect(page.locator("[data-field='dataset.validation_fraction'] .field__error")).to_contain_text("0.5")


def test_quick_start_shows_the_row_whose_own_answer_falls_short_and_a_question_takes_several_columns(
    server, page, tmp_path
):
    rows = [
        {
            "text": f"Write f{n}.",
            "note": "With care.",
            "code": f"def f(): return {n + 1}",
            "test_list": [f"assert f() == {n}"],
        }
        for n in range(1, 30)
    ]
    show_uploads(page, server)
    give(page, tmp_path, "short.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())
    expect(ref(page, "look-head")).to_contain_text("test_list", timeout=SLOW)
    ref(page, "mapping-quick-start").click()
    expect(ref(page, "mapping-quick-reasons")).to_contain_text("Row 1 falls short: test 1 of 1 failed", timeout=SLOW)
    expect(ref(page, "mapping-quick-own")).to_contain_text("def f(): return 2")
    context = page.locator("#mapping-context_field")
    context.select_option("note")
    expect(ref(page, "rendered")).to_contain_text("With care.", timeout=SLOW)
    context.select_option("test_list")
    expect(page.locator(".mapping__column")).to_have_text(["note", "test_list"])
    page.get_by_role("button", name="Context: remove note").click()
    expect(page.locator(".mapping__column")).to_have_text(["test_list"])
