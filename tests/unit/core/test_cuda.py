"""What is said of a torch that can't use the GPU."""

import pytest

from core.cuda import Driver, TorchBuild, gpu_problem, installed_torch, refusal

FOR_CPU = TorchBuild("2.13.0+cpu", None)
FOR_13 = TorchBuild("2.13.0", "13.0")
FOR_12 = TorchBuild("2.13.0+cu126", "12.6")


def test_a_driver_that_is_too_old_is_named_with_what_both_were_made_for():
    problem = gpu_problem(FOR_13, Driver("570.86.10", "12.8"))
    assert problem.cause == (
        "torch 2.13.0 was built for CUDA 13.0, and the NVIDIA driver 570.86.10 runs CUDA 12.8 at most, "
        "so torch can't use the GPU."
    )
    assert problem.cure.startswith("Install NVIDIA driver 580 or newer and restart the machine; or delete .venv/")
    assert "CUDA_VISIBLE_DEVICES=-1" in problem.cure


def test_a_build_for_the_cpu_alone_is_named():
    problem = gpu_problem(FOR_CPU, Driver("580.65.06", "13.0"))
    assert problem.cause == (
        "torch 2.13.0+cpu was built for the CPU alone, so it can't use the GPU "
        "(the NVIDIA driver 580.65.06, which runs CUDA 13.0 at most)."
    )
    assert problem.cure.startswith("Delete .venv/lora-craft-stamp and run python launch.py again, which")


@pytest.mark.parametrize(
    ("build", "driver"),
    [
        pytest.param(FOR_13, Driver("580.65.06", "13.0"), id="the driver's own version"),
        pytest.param(TorchBuild("2.13.0+cu132", "13.2"), Driver("580.65.06", "13.0"), id="a newer minor version"),
        pytest.param(FOR_12, Driver("535.54", "12.2"), id="a newer minor version of 12"),
        pytest.param(FOR_12, Driver("580.65.06", "13.0"), id="an older version"),
        pytest.param(FOR_13, Driver("580.65.06", None), id="a driver that does not tell"),
    ],
)
def test_a_driver_that_runs_the_build_is_no_problem(build, driver):
    assert gpu_problem(build, driver) is None


def test_a_missing_torch_is_a_problem():
    assert "not installed" in gpu_problem(None, Driver()).text


def test_a_process_that_finds_no_gpu_though_all_looks_well_repeats_torchs_words():
    found = refusal(FOR_13, Driver("580.65.06", "13.0"), "no CUDA-capable device is detected")
    assert "finds no GPU; the NVIDIA driver 580.65.06 runs CUDA 13.0." in found.cause
    assert found.cause.endswith("torch says: no CUDA-capable device is detected")
    assert "nvidia-smi" in found.cure


def test_a_process_whose_driver_has_gone_says_so():
    assert "the NVIDIA driver does not answer" in refusal(FOR_13, Driver(), "").cause


def test_the_version_of_torch_is_read_without_importing_it(tmp_path):
    file = tmp_path / "version.py"
    file.write_text("__version__ = '2.13.0+cu130'\ndebug = False\ncuda: Optional[str] = '13.0'\n", encoding="utf-8")
    assert installed_torch(file) == TorchBuild("2.13.0+cu130", "13.0")
    file.write_text("__version__ = '2.13.0+cpu'\ncuda: Optional[str] = None\nhip = None\n", encoding="utf-8")
    assert installed_torch(file) == FOR_CPU
    assert installed_torch(tmp_path / "missing.py") is None


def test_the_installed_torch_tells_its_version():
    assert installed_torch().version[0].isdigit()
