"""launch.py: what can be said of it without setting anything up."""

import platform
import socket
import sys
import time

import pytest

import launch


def test_an_unknown_command_explains_the_known_ones(capsys):
    assert launch.main(["dance"]) == 2
    assert "serve|demo|test|doctor" in capsys.readouterr().out


def test_help_is_no_error(capsys):
    assert launch.main(["--help"]) == 0
    assert "launch.py" in capsys.readouterr().out


def test_an_index_that_is_not_there_is_given_up_quickly():
    began = time.monotonic()
    assert launch.answers("http://127.0.0.1:9") is False
    assert time.monotonic() - began < launch.INDEX_TIMEOUT_S + 1


def table(version, word="CUDA Version"):
    return f"| NVIDIA-SMI 570.86.10   Driver Version: 570.86.10   {word}: {version}   |\n|====|\n| 0  NVIDIA RTX"


@pytest.mark.parametrize(
    ("text", "cuda"),
    [
        (table("12.8"), (12, 8)),
        (table("13.2", "CUDA UMD Version"), (13, 2)),
        ("CUDA Version                 : 12.4", (12, 4)),
        (table("N/A"), None),
        ("", None),
    ],
)
def test_the_drivers_cuda_version_is_read_from_nvidia_smi(text, cuda):
    assert launch.driver_cuda(text) == cuda


def test_the_cards_compute_capabilities_are_read_from_nvidia_smi():
    assert launch.capabilities("8.9\n12.0\n[N/A]\n") == [(8, 9), (12, 0)]


RTX_4090, RTX_5090, GTX_1080, RTX_2080 = (8, 9), (12, 0), (6, 1), (7, 5)


@pytest.mark.parametrize(
    ("cuda", "cards", "builds"),
    [
        pytest.param((13, 0), [RTX_4090], ["cu130", "cu129", "cu128", "cu126"], id="a new driver"),
        pytest.param((12, 8), [RTX_4090], ["cu128", "cu126", "cu129"], id="a driver for 12.8"),
        pytest.param(
            (12, 2), [RTX_2080], ["cu126", "cu128", "cu129"], id="a driver older than every build of its number"
        ),
        pytest.param((12, 8), [RTX_5090], ["cu128", "cu129"], id="a card newer than a build"),
        pytest.param((13, 0), [GTX_1080], ["cu126"], id="a card older than the newest builds"),
        pytest.param((12, 8), [RTX_4090, GTX_1080], ["cu126"], id="two cards"),
        pytest.param((11, 8), [RTX_4090], [], id="a driver too old for all"),
        pytest.param(None, [RTX_4090], ["cu130"], id="a driver that does not tell"),
    ],
)
def test_torchs_builds_are_those_that_driver_and_cards_run_the_best_first(cuda, cards, builds):
    assert launch.torch_builds(cuda, cards) == builds


def wheel(build, python=f"cp{sys.version_info[0]}{sys.version_info[1]}"):
    system = "win_amd64" if sys.platform == "win32" else f"manylinux_2_28_{platform.machine().lower()}"
    return f'<a href="/whl/{build}/torch-2.13.0%2B{build}-{python}-{python}-{system}.whl#sha256=0">torch</a>'


def test_a_build_is_taken_from_the_first_index_that_offers_it():
    pages = {"cu128": wheel("cu128", "cp39"), "cu126": wheel("cu126"), "cu129": wheel("cu129")}
    asked = []

    def fetch(url, deadline):
        asked.append(url)
        return pages[url.split("/")[-3]]

    assert launch.offered_build(["cu128", "cu126", "cu129"], "torch==2.13.0", fetch) == "cu126"
    assert asked == [f"{launch.TORCH_INDEX}/{build}/torch/" for build in ("cu128", "cu126")]


def test_an_index_that_does_not_answer_is_asked_once():
    asked = []
    assert launch.offered_build(["cu128", "cu126"], "torch==2.13.0", lambda *asking: asked.append(asking) or "") is None
    assert len(asked) == 1


def test_an_index_that_hangs_is_given_up_at_the_deadline():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        assert launch.page_of(f"http://127.0.0.1:{silent.getsockname()[1]}/", began + 0.2) == ""
        assert time.monotonic() - began < launch.INDEX_TIMEOUT_S


@pytest.mark.parametrize(
    ("builds", "says"),
    [([], "CUDA 11.8, is too old for every torch build"), (["cu126"], "CUDA 11.8, could be had")],
)
def test_set_up_says_why_it_takes_the_usual_build(builds, says):
    assert says in launch.no_build((11, 8), builds)


@pytest.mark.parametrize(
    ("text", "is_cpu"),
    [
        ("__version__ = '2.13.0+cpu'\ncuda: Optional[str] = None\n", True),
        ("__version__ = '2.13.0'\ncuda: Optional[str] = '13.0'\nhip: Optional[str] = None\n", False),
        ("", False),
    ],
)
def test_a_torch_for_the_cpu_alone_is_known(text, is_cpu):
    assert launch.is_cpu_build(text) is is_cpu


def test_the_stamp_depends_on_what_the_driver_runs():
    assert launch.fingerprint("requirements.txt", cuda=(12, 8)) == launch.fingerprint("requirements.txt", cuda=(12, 4))
    assert launch.fingerprint("requirements.txt", cuda=(12, 8)) != launch.fingerprint("requirements.txt", cuda=(13, 0))


def test_a_new_kind_of_card_sets_up_anew_and_a_second_one_of_a_kind_does_not():
    one = launch.fingerprint("requirements.txt", cuda=(12, 8), cards=[(6, 1)])
    assert one == launch.fingerprint("requirements.txt", cuda=(12, 8), cards=[(6, 1), (6, 1)])
    assert one != launch.fingerprint("requirements.txt", cuda=(12, 8), cards=[(6, 1), (12, 0)])


def test_a_step_that_fails_shows_what_the_command_said():
    command = [sys.executable, "-c", "import sys; print('no network'); sys.exit(3)"]
    with pytest.raises(launch.SetupFailed, match=r"could not get the thing\.\nno network"):
        launch.run(command, "the thing")


def test_the_pins_for_a_gpu_are_read_from_the_requirements():
    assert {"unsloth", "unsloth_zoo", "bitsandbytes"} <= {pin.split("==")[0] for pin in launch.gpu_pins()}


def test_the_stamp_depends_on_the_requirements():
    assert launch.fingerprint("requirements.txt") != launch.fingerprint("requirements-cpu.txt")
    assert launch.fingerprint("requirements.txt") == launch.fingerprint("requirements.txt")


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-cpu.txt", "tests/requirements.txt", "tests/unsloth/requirements.txt"]
)
def test_every_requirement_is_pinned(name):
    lines = [line.split("#")[0].strip() for line in launch.lines_of(name)]
    assert [line for line in lines if line and not line.startswith("-r") and "==" not in line] == []
