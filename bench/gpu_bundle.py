"""Pack what bench/gpu_check needs for a machine with a card and no network, into one file of at most 64 MiB.

    python3 bench/gpu_bundle.py --probe > have.json          on that machine: what it has
    python -m bench.gpu_bundle --have have.json              here: cache/gpu-bundle/gpu-bundle.tar
    tar xf gpu-bundle.tar && python3 gpu-bundle/check.py     on that machine: unpack, and run bench.gpu_check

The other machine is an x86-64 Linux with Python 3.10 or newer and the packages of ASSUMED, torch for CUDA among them;
compiled packages are for one version of Python, that of --probe, or of this interpreter without a probe. Requirements
that are not packed are printed. Only the standard library is used, so that --probe runs anywhere.
"""

from __future__ import annotations

import argparse
import fnmatch
import importlib.metadata
import io
import json
import lzma
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY / "cache" / "gpu-bundle"
LIMIT_BYTES = 64 * 1024**2
MIB = 1024**2
ASSUMED = ("torch", "triton", "numpy")
"""Too large to carry, and wherever there is torch for CUDA, which brings CUDA's libraries."""
WITH_TORCH = ("sympy", "mpmath", "networkx", "jinja2", "markupsafe")
"""What torch needs itself; carried where --probe does not find it."""
CARRIED = (
    "transformers", "tokenizers", "safetensors", "huggingface_hub", "httpx", "httpcore", "h11", "anyio", "idna",
    "certifi", "click", "typer", "shellingham", "trl", "peft", "accelerate", "datasets", "pyarrow", "pandas",
    "python-dateutil", "six", "pytz", "dill", "multiprocess", "xxhash", "fsspec", "filelock", "aiohttp",
    "aiohappyeyeballs", "aiosignal", "frozenlist", "multidict", "propcache", "yarl", "attrs", "requests",
    "urllib3", "charset-normalizer", "tqdm", "packaging", "pyyaml", "regex", "rich", "pygments", "markdown-it-py",
    "mdurl", "psutil", "nvidia-ml-py", "sentencepiece", "protobuf", "pillow", "pydantic", "pydantic_core",
    "annotated-types", "typing-inspection", "typing_extensions", "setuptools", "unsloth", "unsloth_zoo",
    "bitsandbytes", "torchao", "diffusers", "cut_cross_entropy", "msgspec",
)  # fmt: skip
"""The imports of the worker with Unsloth, and of bench.gpu_check."""
LEFT_OUT = {
    "*": ("*/tests/*", "*.pyi", "*.pxd", "*.pyx", "*.h", "*.hpp", "*/include/*", "*.dist-info/RECORD"),
    "pyarrow": (
        "*flight*", "*/_substrait*", "*orc*", "*s3*", "*gcsfs*", "*azurefs*", "*hdfs*", "*encryption*", "*gandiva*",
        "pyarrow/src/*", "*.pxi", "*.cc", "*.cmake", "pyarrow/libarrow_python.so", "pyarrow/libarrow_python.so.*.*",
    ),
    "bitsandbytes": ("*_rocm*", "*_xpu*", "*_cuda*"),
    "unsloth": ("studio/*", "unsloth_cli/*"),
    "setuptools": ("*.exe", "*/_vendor/*/*.exe"),
    "torchao": ("*/prototype/*/test*",),
}  # fmt: skip
"""Package -> files that are not packed; `*` is every package."""
ROOTS = ("bench", "constants.py", "core", "services", "tests/support/tiny_model.py", "tests/unsloth", "configs")
PLATFORMS = ("manylinux1", "manylinux2010", "manylinux2014", *(f"manylinux_2_{minor}" for minor in range(5, 35)))
CHECK = '''\
"""Unpack what lies here, once, and run bench.gpu_check with the given arguments; results lie in results/."""
import os, subprocess, sys, tarfile
from pathlib import Path
here = Path(__file__).resolve().parent
for archive in sorted(here.glob("*.tar.xz")):
    target = here / ("repository" if archive.name.startswith("repository") else "packages")
    with tarfile.open(archive) as opened:
        opened.extractall(target)
    archive.unlink()
paths = [str(here / "packages"), *filter(None, [os.environ.get("PYTHONPATH")])]
environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
command = [sys.executable, "-m", "bench.gpu_check", "--out", str(here / "results"), *sys.argv[1:]]
sys.exit(subprocess.run(command, cwd=here / "repository", env=environment).returncode)
'''


def main() -> int:
    """Build the bundle, or look at this machine; 1 when the bundle is larger than LIMIT_BYTES."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probe", action="store_true", help="print what this machine has, as JSON")
    parser.add_argument("--have", type=Path, help="what --probe printed on the other machine")
    options = parser.parse_args()
    if options.probe:
        print(json.dumps(probe(), indent=1))
        return 0
    have = json.loads(options.have.read_text(encoding="utf-8")) if options.have else assumed()
    return build(have)


def probe() -> dict:
    """What matters of a machine: Python, system, its packages by normalised name, CUDA of torch, a C compiler."""
    packages = {normal(found.metadata["Name"]): found.version for found in importlib.metadata.distributions()}
    cuda = None
    if "torch" in packages:
        code = "import torch; print(torch.version.cuda or '')"
        cuda = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() or None
    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "machine": f"{platform.system()} {platform.machine()}",
        "libc": " ".join(platform.libc_ver()),
        "compiler": shutil.which("gcc") or shutil.which("cc") or shutil.which("clang"),
        "cuda_of_torch": cuda,
        "packages": packages,
    }


def assumed() -> dict:
    """The assumptions about a machine without a probe: this Python, and torch 2.13 for CUDA 13.0."""
    packages = dict.fromkeys((*ASSUMED, *WITH_TORCH), "any")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python, "machine": "Linux x86_64", "cuda_of_torch": "13.0", "packages": packages}


def build(have: dict) -> int:
    """Write the bundle for a machine and print what is in it, by size; 1 when it is too large or can't work there."""
    problems = unfit(have)
    for problem in problems:
        print(f"! {problem}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    carried = (*CARRIED, *(name for name in WITH_TORCH if name not in have["packages"]))
    wanted = wanted_versions(carried)
    archives = {}
    for name in carried:
        if have["packages"].get(normal(name)) == wanted[name]:
            print(f"       there  {name} {wanted[name]}")
        else:
            archives[name] = packed(name, wanted[name], have)
    archives["repository"] = FOLDER / "repository.tar.xz"
    write_archive(archives["repository"], repository_files())
    size = bundle(archives)
    needed = {name: have["packages"].get(name, "MISSING") for name in (*ASSUMED, *WITH_TORCH) if name not in carried}
    print(f"{size / MIB:8.2f} MiB of {LIMIT_BYTES / MIB:.0f}: {FOLDER / 'gpu-bundle.tar'}, for Python {have['python']}")
    print("The machine must have: " + ", ".join(f"{name} ({version})" for name, version in needed.items()))
    return 1 if size > LIMIT_BYTES or problems else 0


def unfit(have: dict) -> list[str]:
    """Why the checks can't run on a machine; empty when nothing speaks against it."""
    problems = [f"{name} is missing there, and too large to carry" for name in ASSUMED if name not in have["packages"]]
    if have["machine"] != "Linux x86_64":
        problems.append(f"it is {have['machine']}; packages are for Linux x86_64")
    if tuple(map(int, have["python"].split("."))) < (3, 10):
        problems.append(f"its Python is {have['python']}; 3.10 is needed")
    if "torch" in have["packages"] and not have["cuda_of_torch"]:
        problems.append("its torch is not built for CUDA")
    if not have.get("compiler", "assumed"):
        problems.append("it has no C compiler, without which Triton can't compile; the check `facts` will say so")
    return problems


def wanted_versions(names: Sequence[str]) -> dict[str, str]:
    """The version of each package: as pinned for a GPU and for Unsloth, else as installed here."""
    pins = {}
    for file in ("tests/unsloth/requirements.txt", "requirements.txt"):
        text = (REPOSITORY / file).read_text(encoding="utf-8")
        pins |= {normal(name): version for name, version in re.findall(r"^([\w-]+)==([\w.]+)", text, re.MULTILINE)}
    return {name: pins.get(normal(name)) or importlib.metadata.version(name) for name in names}


def packed(name: str, version: str, have: dict) -> Path:
    """The archive of a package, made unless it was made before."""
    cuda = (have["cuda_of_torch"] or "13.0").replace(".", "")
    wheel = fetched(name, version, have["python"])
    rules = zlib.crc32(repr((LEFT_OUT["*"], LEFT_OUT.get(name), cuda if name == "bitsandbytes" else "")).encode())
    target = FOLDER / f"{wheel.stem}-{rules:08x}.tar.xz"
    if not target.exists():
        write_archive(target, package_files(name, wheel, cuda))
    print(f"{target.stat().st_size / MIB:8.2f} MiB  {name} {version}")
    return target


def fetched(name: str, version: str, python: str) -> Path:
    """The wheel of a package for a version of Python on x86-64 Linux, fetched unless it was before."""
    folder = FOLDER / "wheels" / f"{name}-{version}-py{python}"
    platforms = [part for kind in PLATFORMS for part in ("--platform", f"{kind}_x86_64")]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary=:all:", "--python-version", python, *platforms, "--dest", str(folder)]  # fmt: skip
    if not list(folder.glob("*.whl")):
        done = subprocess.run([*command, f"{name}=={version}"], capture_output=True, text=True)
        if done.returncode:
            print(f"! {name} {version} has no wheel for Python {python}; the newest that has one is taken")
            subprocess.run([*command, name], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def package_files(name: str, wheel: Path, cuda: str) -> Iterator[tuple[str, bytes]]:
    """The files of a wheel that are packed, with their paths below a folder of packages."""
    with zipfile.ZipFile(wheel) as opened:
        kept = cuda_library(opened.namelist(), cuda)
        for entry in opened.infolist():
            path = re.sub(r"^[^/]+\.data/(purelib|platlib)/", "", entry.filename)
            patterns = (*LEFT_OUT["*"], *LEFT_OUT.get(name, ()))
            is_out = entry.is_dir() or any(fnmatch.fnmatch(path, pattern) for pattern in patterns)
            if not is_out or path == kept:
                yield path, opened.read(entry)


def cuda_library(paths: Sequence[str], cuda: str) -> str | None:
    """The library that bitsandbytes loads for a CUDA version in digits, such as 130; None if there is none.

    That version's own, else the nearest older one of the same major version, else the nearest newer one.
    """
    found = {match[1]: path for path in paths if (match := re.search(r"libbitsandbytes_cuda(\d+)\.so$", path))}
    same_major = sorted((version for version in found if version[:2] == cuda[:2]), key=int)
    older = [version for version in same_major if int(version) <= int(cuda)]
    return found[older[-1]] if older else found[same_major[0]] if same_major else None


def repository_files() -> Iterator[tuple[str, bytes]]:
    """The files of the repository that the checks need, as they are on the disk."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *ROOTS]
    done = subprocess.run(listed, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    for path in done.stdout.splitlines():
        yield path, (REPOSITORY / path).read_bytes()


def write_archive(target: Path, files: Iterator[tuple[str, bytes]]) -> None:
    """Write files into a .tar.xz; a half-written one never has its name."""
    partial = target.with_suffix(".part")
    with lzma.open(partial, "wb", preset=9) as compressed, tarfile.open(fileobj=compressed, mode="w") as archive:
        for path, content in files:
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o755 if ".so" in path else 0o644
            archive.addfile(entry, io.BytesIO(content))
    partial.replace(target)


def bundle(archives: dict[str, Path]) -> int:
    """Put the archives and the program that runs the checks into one file; its size in bytes."""
    target = FOLDER / "gpu-bundle.tar"
    with tarfile.open(target, "w") as outer:
        for archive in archives.values():
            outer.add(archive, f"gpu-bundle/{archive.name}")
        entry = tarfile.TarInfo("gpu-bundle/check.py")
        entry.size = len(CHECK.encode())
        outer.addfile(entry, io.BytesIO(CHECK.encode()))
    return target.stat().st_size


def normal(name: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
