"""Text of users, models and data sets stays text, wherever it is shown."""

import json

import pytest
from playwright.sync_api import expect

from core.jsonfile import read_json, write_json
from core.paths import Workspace
from tests.support.browser import open_step, ref
from tests.support.past_runs import write_run

NASTY = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
def guarded(page):
    """A page that fails when any script of the text runs."""
    page.on("dialog", lambda dialog: (_ for _ in ()).throw(AssertionError("a script ran")))
    yield page
    assert page.locator("img").count() == 0
    assert (
        page.evaluate("() => [...document.querySelectorAll('script')].some((s) => s.textContent.includes('alert'))")
        is False
    )


def write_nasty_run(server):
    """A run whose name, model, questions, answers, reasons, prompts and log hold markup."""
    workspace = Workspace(server.root)
    write_run(workspace, "nasty", steps=3, groups=1, name=NASTY)
    paths = workspace.session("nasty")
    config = read_json(paths.config)
    config["model"]["name"] = f"./{NASTY}"
    write_json(paths.config, config)
    paths.log.write_text(f"{NASTY}\n", encoding="utf-8")
    for file in paths.completions.glob("*.jsonl"):
        group = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
        group |= {"instruction": NASTY, "reference": NASTY, "prompt": NASTY}
        for one in group["completions"]:
            one |= {"text": f"<SOLUTION>{NASTY}</SOLUTION>"}
            one["scores"]["exact-match"]["reason"] = NASTY
        file.write_text(json.dumps(group) + "\n", encoding="utf-8")


@pytest.mark.parametrize("view", ["monitor/nasty", "monitor/nasty?tab=rollouts", "monitor/nasty?tab=log", "test/nasty"])
def test_a_run_with_markup_everywhere_is_shown_as_it_is(server, guarded, view):
    write_nasty_run(server)
    guarded.goto(f"{server.url}/#/{view}")
    expect(guarded.locator(".step:visible")).to_contain_text("<img src=x")


def test_markup_in_the_model_name_and_the_run_name_stays_text(server, guarded):
    open_step(guarded, server, "train")
    ref(guarded, "run-name").fill(NASTY)
    expect(ref(guarded, "draft-text")).to_contain_text("<img")
    open_step(guarded, server, "model")
    ref(guarded, "other-name").fill(NASTY)
    guarded.get_by_role("button", name="Check and use it").click()
    expect(ref(guarded, "other-result")).to_contain_text("<img")


def test_markup_in_a_data_set_stays_text(server, guarded):
    rows = [{"question": f"{NASTY} {n}", "answer": NASTY} for n in range(5)]
    status, answer = server.upload("nasty.json", json.dumps(rows).encode())
    assert status == 201, answer
    dataset = {"source": "uploads/nasty.json", "instruction_field": "question", "response_field": "answer"}
    draft = json.dumps({"config": {"dataset": dataset | {"kind": "upload"}}, "mode": "custom"})
    # Kept before the page starts: a page under way keeps its own draft whenever the recommendation for it arrives.
    guarded.add_init_script(f"localStorage.setItem('lora-craft-draft', {json.dumps(draft)})")
    open_step(guarded, server, "dataset")
    expect(ref(guarded, "step-dataset")).to_contain_text("<img src=x")


def test_the_page_forbids_scripts_styles_and_requests_of_others(server, page):
    page.goto(server.url)
    policy = page.evaluate("async () => (await fetch('/')).headers.get('Content-Security-Policy')")
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
