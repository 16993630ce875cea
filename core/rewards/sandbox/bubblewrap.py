"""The isolation of the second lane: the command line of bubblewrap, and why it can't be had."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from core.rewards.sandbox.inside.calls import MACHINES

INSIDE = Path(__file__).resolve().parent / "inside"
ROOT = Path("/sandbox")
PACKAGES = ROOT / "packages"
"""Where the installed packages are seen: at their own place, below /tmp, a run's /tmp would hide them."""
PLACE = ROOT / "core" / "rewards" / "sandbox" / "inside"
SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/etc/ld.so.cache")
"""What is seen of the system, read-only: libraries, and nothing that can be run."""
LINKED = ("/lib", "/lib32", "/lib64")
RIGHTS = ("CAP_SYS_ADMIN",)
"""Rights inside the namespace alone, for the server, so that each run gets namespaces of its own; a run has none."""
ENVIRONMENT = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
"""All that a server and its runs have of an environment."""
INSTALL = "Install bubblewrap (Debian, Ubuntu: sudo apt install bubblewrap; Fedora: sudo dnf install bubblewrap)"
UBUNTU = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
IN_A_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))


def command(libraries: Sequence[str]) -> list[str]:
    """The command line of a server, to be started with ENVIRONMENT; its root is read-only.

    `--die-with-parent` is left out, since it looks at the thread that started the server, which may end long before
    this process: the server ends when its input does.
    """
    line = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--new-session", "--hostname", "sandbox"]
    line += [part for right in RIGHTS for part in ("--cap-add", right)]
    for path in LINKED:
        linked = Path(path)
        if linked.is_symlink():
            line += ["--symlink", str(linked.readlink()), path]
        else:
            line += ["--ro-bind-try", path, path]
    for path in [*SYSTEM, *_python()]:
        line += ["--ro-bind-try", path, path]
    packages = {place: str(PACKAGES / str(number)) for number, place in enumerate(site_packages())}
    line += [part for place, inside in packages.items() for part in ("--ro-bind", place, inside)]
    line += ["--ro-bind", str(INSIDE), str(PLACE), "--dir", "/tmp"]
    line += [
        part for device in ("null", "zero", "urandom") for part in ("--dev-bind", f"/dev/{device}", f"/dev/{device}")
    ]
    line += ["--remount-ro", "/", "--chdir", str(ROOT)]
    program = [str(Path(sys.executable).resolve()), "-s", "-S", "-B", "-m", "core.rewards.sandbox.inside.server"]
    return [*line, "--", *program, ":".join(packages.values()), *libraries]


def _python() -> list[str]:
    """What the interpreter needs: itself, and the libraries beside it."""
    base = Path(sys.base_prefix).resolve()
    return sorted(map(str, {Path(sys.executable).resolve(), base / "lib", Path(sysconfig.get_path("platstdlib"))}))


def site_packages() -> list[str]:
    """Where the installed packages are, in the order in which this interpreter looks for them."""
    places = [Path(place).resolve() for place in sys.path]
    return [str(place) for place in places if place.name in ("site-packages", "dist-packages") and place.is_dir()]


def missing() -> tuple[str, str] | None:
    """(reason, cure) when the lane can't be had, as far as can be told without starting it."""
    if not sys.platform.startswith("linux"):
        return "bubblewrap is for Linux", "Use Monty here, or LoRA Craft in WSL 2 or in a Linux container"
    if os.uname().machine not in MACHINES:
        return f"there is no filter of system calls for {os.uname().machine}", "Use Monty here"
    if Path(sys.base_prefix).resolve().is_relative_to("/tmp"):
        return "Python is installed below /tmp, which a run has for itself", "Install it elsewhere"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed", INSTALL
    return None


def refused(complaint: str, restriction: Path = UBUNTU) -> tuple[str, str]:
    """(reason, cure) when bubblewrap is there and could not start.

    Args:
        complaint: What it said.
        restriction: The file that says 1 where AppArmor restricts user namespaces.
    """
    said = " ".join(complaint.split())[-300:] or "it ended without a word"
    reason = f"bubblewrap could not start: {said}"
    if restriction.is_file() and restriction.read_text(encoding="ascii").strip() == "1":
        rule = "profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }"
        how = f"put 'abi <abi/4.0>, {rule}' into /etc/apparmor.d/bwrap, then sudo systemctl reload apparmor"
        return reason, f"AppArmor restricts user namespaces here (Ubuntu 23.10 and later): {how}"
    if any(sign.exists() for sign in IN_A_CONTAINER):
        return reason, "Let the container make user namespaces (docker run --security-opt seccomp=unconfined)"
    return reason, "Allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0)"
