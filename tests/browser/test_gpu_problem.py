"""What the page shows where the driver is too old for torch."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import watched
from tests.support.browser import SIZES, open_step, picture, ref, settle, violations
from tests.support.old_driver import PROGRAM
from tests.support.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory, environment):
    running = Server(tmp_path_factory.mktemp("root"), environment, program=PROGRAM)
    running.start()
    yield running
    running.kill()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_top_bar_and_the_model_step_say_that_the_gpu_can_not_be_used(browser, server, size):
    width, height = SIZES[size]
    with watched(browser, viewport={"width": width, "height": height}) as page:
        open_step(page, server, "dataset")
        ref(page, "gpu-problem").click()
        expect(ref(page, "step-model")).to_be_visible()
        note = ref(page, "model-gpu-problem")
        expect(note).to_contain_text("the NVIDIA driver 570.86.10 runs CUDA 12.8 at most")
        expect(note).to_contain_text("Install NVIDIA driver 580 or newer")
        settle(page)
        picture(page, f"old-driver-{size}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_gpu_that_works_is_not_mentioned(page, shared_server):
    open_step(page, shared_server, "model")
    expect(ref(page, "gauge-cpu")).to_contain_text("%")
    expect(ref(page, "gpu-problem")).to_be_hidden()
    expect(ref(page, "model-gpu-problem")).to_be_hidden()
