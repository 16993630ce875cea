"""Step 6: pushing exported files to a stand-in for the Hugging Face hub."""

import pytest
from playwright.sync_api import expect

from core.paths import Workspace
from tests.support.browser import open_step, picture, ref, violations
from tests.support.hub_uploads import HubUploads
from tests.support.past_exports import write_export
from tests.support.past_runs import write_run
from tests.support.server import Server

TOKEN = "hf_right"
SLOW_MS = 120_000


@pytest.fixture(scope="module")
def online(tmp_path_factory, environment):
    """(a server that may push, the stand-in that it takes for the hub)."""
    root = tmp_path_factory.mktemp("online")
    outside = {name: value for name, value in environment.items() if name not in ("HF_TOKEN", "HF_HUB_OFFLINE")}
    with HubUploads(TOKEN) as hub:
        server = Server(root, {**outside, "HF_ENDPOINT": hub.url})
        server.start()
        workspace = Workspace(root)
        write_run(workspace, "made", steps=3, groups=0, name="Made")
        write_export(workspace, "made", ["adapter", "f16", "q4_k_m"], 200_000)
        yield server, hub
        server.kill()


@pytest.fixture
def push(online, page):
    """The page with the push opened."""
    online[1].reset()
    open_step(page, online[0], "export", "/made")
    ref(page, "export-push").locator("summary").click()
    expect(ref(page, "push-token-help")).to_contain_text("kept nowhere")
    return page


def test_a_push_names_every_field_that_is_wrong(push):
    ref(push, "push-repo").fill("no slash")
    for target in ref(push, "push-targets").get_by_role("checkbox").all():
        target.uncheck()
    ref(push, "push-start").click()
    expect(ref(push, "push-repo-error")).to_contain_text("owner/name")
    expect(ref(push, "push-targets-error")).to_be_visible()
    expect(ref(push, "push-token-error")).to_be_visible()
    expect(ref(push, "push-repo")).to_be_focused()
    expect(ref(push, "push-repo")).to_have_attribute("aria-invalid", "true")
    assert violations(push) == []


def test_a_refusal_of_the_server_stands_beside_its_field_and_nothing_typed_is_lost(push):
    ref(push, "push-repo").fill("someone/ends.git")
    ref(push, "push-token").fill(TOKEN)
    ref(push, "push-start").click()
    expect(ref(push, "push-repo-error")).to_contain_text("owner/name")
    expect(ref(push, "push-error-text")).to_contain_text("can't be the name")
    expect(ref(push, "push-token")).to_have_value(TOKEN)
    push.locator(".stepper__link[data-step=test]").click()
    expect(ref(push, "step-test")).to_be_visible()
    push.go_back()
    expect(ref(push, "push-token")).to_have_value("")


def test_a_push_sends_what_is_chosen_and_forgets_the_token(online, push):
    ref(push, "push-repo").fill("someone/sums")
    ref(push, "push-token").fill(TOKEN)
    ref(push, "push-targets").get_by_role("checkbox", name="F16").uncheck()
    ref(push, "push-start").click()
    expect(ref(push, "push-token")).to_have_value("")
    expect(ref(push, "push-status")).to_have_text("Pushed", timeout=SLOW_MS)
    expect(ref(push, "push-state-title")).to_have_text("someone/sums (private)")
    expect(ref(push, "push-link")).to_have_attribute("href", f"{online[1].url}/someone/sums")
    assert set(online[1].repositories["someone/sums"].files) >= {"README.md", "model-q4_k_m.gguf"}
    assert "model-f16.gguf" not in online[1].repositories["someone/sums"].files
    assert TOKEN not in push.content()
    picture(push, "export-pushed")


def test_a_push_that_the_hub_refuses_says_why(push):
    ref(push, "push-repo").fill("someone/sums")
    ref(push, "push-token").fill("hf_wrong")
    ref(push, "push-start").click()
    expect(ref(push, "push-status")).to_have_text("Failed", timeout=SLOW_MS)
    expect(ref(push, "push-text")).to_contain_text("does not accept the token")
    expect(ref(push, "push-start")).to_be_enabled()


def test_a_push_under_way_outlives_a_reload_and_is_cancelled_after_a_question(online, push):
    online[1].seconds_per_mib = 40.0
    ref(push, "push-repo").fill("someone/sums")
    ref(push, "push-token").fill(TOKEN)
    ref(push, "push-start").click()
    expect(ref(push, "push-text")).to_contain_text("Sending", timeout=SLOW_MS)
    expect(ref(push, "push-state-title")).to_be_focused()
    push.reload()
    expect(ref(push, "push-status")).to_have_text("Pushing")
    expect(ref(push, "push-start")).to_be_disabled()
    expect(ref(push, "export-room-more")).to_contain_text("being pushed")
    assert violations(push) == []
    ref(push, "push-cancel").click()
    ref(push, "confirm-yes").click()
    expect(ref(push, "push-status")).to_have_text("Stopped", timeout=SLOW_MS)
    assert online[1].repositories["someone/sums"].commits == []
