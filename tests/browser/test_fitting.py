"""Settings that fit, on the page of a machine with one card of 8 GB."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_step, ref, setting
from tests.support.server import Server
from tests.support.small_card import PROGRAM


@pytest.fixture(scope="module")
def server(tmp_path_factory, environment):
    running = Server(tmp_path_factory.mktemp("root"), environment, program=PROGRAM)
    running.start()
    yield running
    running.kill()


def test_what_does_not_fit_is_refused_beside_its_field_with_what_would(server, page):
    open_step(page, server, "config")
    expect(ref(page, "memory-fit")).to_have_text("Fits")
    expect(ref(page, "memory-text")).to_contain_text("Phases take turns, so only the largest is counted")
    setting(page, "training.max_sequence_length").fill("65536")
    expect(ref(page, "memory-fit")).to_have_text("Too large")
    expect(ref(page, "memory-text")).to_contain_text("of NVIDIA GeForce RTX 4060 can be used")
    field = page.locator("[data-field='training.max_sequence_length']")
    expect(field.locator(".field__error")).to_contain_text("2048: longer prompts are left out")
    expect(ref(page, "actions-text")).to_contain_text("1 thing to settle")
    setting(page, "training.max_sequence_length").fill("2048")
    expect(ref(page, "memory-fit")).to_have_text("Fits")
    expect(field.locator(".field__error")).to_be_hidden()


def test_what_was_replaced_is_said_in_the_overview(server, page):
    open_step(page, server, "config")
    setting(page, "training.max_sequence_length").fill("8192")
    expect(ref(page, "rail-notices")).to_contain_text("so that the run fits the 7.8 GiB of NVIDIA GeForce RTX 4060")
