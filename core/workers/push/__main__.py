"""`python -m core.workers.push exports/<id>/push`: commit exported files to a repository of the hub.

The token is taken from the environment (HF_TOKEN). Nothing this process prints or reports contains it.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from core.config import parse_config
from core.errors import Conflict, Forbidden, InvalidInput, LoraCraftError, NotFound, Unavailable, WorkerFailed
from core.export.folder import ProofEntry
from core.jsonfile import JsonObject, read_json
from core.paths import SessionPaths, Workspace
from core.runs.model_card import Pushed, model_card
from core.sessions.store import SessionStore
from core.workers.protocol import Reporter, run_worker
from core.workers.run_card import run_card

README, ADAPTER_CONFIG = "README.md", "adapter_config.json"
LEFT_OUT = (README, ".gitattributes")
"""Files of a folder that are not pushed: its card, which describes the local folder, and the hub's own files."""
HASHED_SHARE = 0.1
"""Reading a file for its digest, as a part of the work on it; sending it is the rest."""
REPORT_PERIOD_S = 0.25
HIDDEN = "[token]"
TOKENS_PAGE = "huggingface.co/settings/tokens"


class Redacted(io.TextIOWrapper):
    """Standard output that never shows a secret, whichever code prints."""

    def __init__(self, raw: Any, secret: str):
        super().__init__(raw, encoding="utf-8", errors="replace", line_buffering=True)
        self._secret = secret

    def write(self, text: str) -> int:
        """See TextIOBase.write."""
        return super().write(text.replace(self._secret, HIDDEN))


class DiscreetReporter(Reporter):
    """A reporter whose final event never contains a secret."""

    def __init__(self, paths: SessionPaths, secret: str):
        super().__init__(paths)
        self._secret = secret

    def end(self, kind: str, **fields: object) -> None:
        """See Reporter.end."""
        shown = {key: v.replace(self._secret, HIDDEN) if isinstance(v, str) else v for key, v in fields.items()}
        super().end(kind, **shown)


class Meter:
    """How far the whole push is.

    Args:
        to: Where progress goes, four times a second at most.
        total: Bytes of all files.
    """

    def __init__(self, to: Reporter, total: int):
        self._to = to
        self._total = max(1, total)
        self._done = 0.0
        self._told = 0.0

    def show(self, part: float, name: str) -> None:
        """Report progress of `part` bytes on the current file."""
        if time.monotonic() - self._told > REPORT_PERIOD_S:
            self._told = time.monotonic()
            self._to.log.append("progress", fraction=round((self._done + part) / self._total, 4), text=name)

    def finish(self, size_bytes: int) -> None:
        """A file of that size is done, whether it was sent or was there already."""
        self._done += size_bytes


class MeteredFile(io.BufferedReader):
    """A file to send; reading it reports progress, first for its digest, then for the upload."""

    def __init__(self, path: Path, name: str, meter: Meter):
        super().__init__(io.FileIO(path))
        self.size_bytes = path.stat().st_size
        self.is_sent = False
        self._name = name
        self._meter = meter

    def read(self, size: int | None = -1) -> bytes:
        """See BufferedReader.read."""
        data = super().read(-1 if size is None else size)
        share, before = (1 - HASHED_SHARE, HASHED_SHARE) if self.is_sent else (HASHED_SHARE, 0.0)
        self._meter.show(self.size_bytes * before + self.tell() * share, self._name)
        return data


class Upload:
    """One push.

    Args:
        folder: exports/<id>/push/, which holds push.json.
        token: The user's, with write permission.
    """

    def __init__(self, folder: Path, token: str, to: Reporter):
        from huggingface_hub import HfApi

        self.to = to
        self.export = folder.parent
        self.request: JsonObject = read_json(folder / "push.json")
        self.repo_id: str = self.request["repo_id"]
        self.workspace = Workspace(folder.parent.parent.parent)
        self.api = HfApi(token=token)

    def run(self) -> None:
        """All phases in order; the files become visible together, with the commit at the end."""
        entries = self._entries()
        places = _places(entries)
        pushed = Pushed(self.repo_id, self._config(), entries, places)
        files = {name: path for name, path in self._files(entries, places) if path.name not in LEFT_OUT}
        with told_apart(self.repo_id), ExitStack() as opened:
            self.to.phase("connecting", interruptible=True)
            self._open_repository()
            operations = self._send(files, entries, pushed, opened)
            self.to.phase("committing")
            self.to.check_stop()
            message = f"Push {', '.join(self.request['targets'])} of {self.export.name} from LoRA Craft"
            self.api.create_commit(self.repo_id, operations, commit_message=message, num_threads=1)
        self.to.end("completed")

    def _entries(self) -> list[ProofEntry]:
        proven = {entry["target"]: entry for entry in read_json(self.export / "proof.json")["files"]}
        return [proven[name] for name in self.request["targets"]]

    def _config(self) -> Any:
        return parse_config(read_json(self.workspace.session(self.export.name).config))

    def _open_repository(self) -> None:
        """Make the repository, or take the one that is there, unless more people see it than the user wants."""
        self.api.create_repo(self.repo_id, private=self.request["private"], exist_ok=True)
        if self.request["private"] and not self.api.repo_info(self.repo_id).private:
            hint = "Push to another name, or make the repository private on its settings page, or push it as public."
            raise Conflict(f"{self.repo_id} exists and is public, and the push is to be private.", hint)

    def _files(self, entries: list[ProofEntry], places: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
        """(path in the repository, file)."""
        for entry in entries:
            path, place = self.export / entry["file"], places[entry["target"]]
            below = path.rglob("*") if entry["is_folder"] else [path]
            for file in sorted(file for file in below if file.is_file()):
                yield (PurePosixPath(place) / file.relative_to(path).as_posix()).as_posix(), file
        for modelfile in sorted(self.export.glob("Modelfile*")):
            text = modelfile.read_text(encoding="utf-8")
            if any(f"FROM ./{entry['file']}" in text.splitlines() for entry in entries):
                yield modelfile.name, modelfile

    def _send(self, files: dict[str, Path], entries: list[ProofEntry], pushed: Pushed, opened: ExitStack) -> list[Any]:
        """Send the large files one after the other; the operations of the commit that makes all of them visible."""
        from huggingface_hub import CommitOperationAdd

        digests = {entry["file"]: entry.get("sha256") for entry in entries}
        meter = Meter(self.to, sum(path.stat().st_size for path in files.values()))
        operations = [CommitOperationAdd(README, self._card(pushed).encode("utf-8"))]
        for name, path in files.items():
            if path.name == ADAPTER_CONFIG:
                operations.append(CommitOperationAdd(name, _published(path, pushed)))
                continue
            self.to.phase("uploading", name, interruptible=True)
            file = opened.enter_context(MeteredFile(path, name, meter))
            operation = CommitOperationAdd(name, file)
            if digests.get(path.name) not in (None, operation.upload_info.sha256.hex()):
                raise WorkerFailed(f"{path.name} has changed since it was proven.", "Export it again.")
            file.is_sent = True
            self.api.preupload_lfs_files(self.repo_id, [operation], num_threads=1)
            meter.finish(file.size_bytes)
            operations.append(operation)
        return operations

    def _card(self, pushed: Pushed) -> str:
        state = SessionStore(self.workspace).state(self.export.name)
        return model_card(pushed, run_card(pushed.config, state))


def _places(entries: list[ProofEntry]) -> dict[str, str]:
    """Target -> its path in the repository; a folder at the top has none. Two folders can't both lie at the top."""
    has_merged = any(entry["target"] == "merged" for entry in entries)
    tops = {"merged": "", "adapter": "adapter" if has_merged else ""}
    return {entry["target"]: tops.get(entry["target"], entry["file"]) for entry in entries}


def _published(path: Path, pushed: Pushed) -> bytes:
    """adapter_config.json with the base model's name on the hub instead of its path on this machine."""
    config = json.loads(path.read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = pushed.base or Path(pushed.config.model.name).name
    return (json.dumps(config, indent=2) + "\n").encode("utf-8")


@contextmanager
def told_apart(repo_id: str) -> Iterator[None]:
    """Turn the hub's refusals, and a hub that can't be reached, into ours."""
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        yield
    except (HfHubHTTPError, httpx.HTTPError, OfflineModeIsEnabled, RuntimeError, ValueError) as error:
        cause = next((link for link in _chain(error) if isinstance(link, (HfHubHTTPError, httpx.HTTPError))), error)
        if isinstance(cause, HfHubHTTPError):
            raise refusal(cause.response.status_code, _words(cause), repo_id) from None
        if isinstance(cause, (httpx.HTTPError, OfflineModeIsEnabled)):
            hint = "Check the network connection and push again; files that have been sent are not sent again."
            raise Unavailable(f"The hub can't be reached ({type(cause).__name__}).", hint) from None
        raise


def refusal(status: int, words: str, repo_id: str) -> LoraCraftError:
    """Our error for an HTTP status of the hub."""
    if status == 401:
        hint = f"Make a token with write permission at {TOKENS_PAGE}, and push again with it."
        return Forbidden(f"The hub does not accept the token: {words}", hint)
    if status in (402, 403):
        hint = f"Use a name below your own account, or a token with write permission for it ({TOKENS_PAGE})."
        return Forbidden(f"The token may not write to {repo_id}: {words}", hint)
    if status == 404:
        return NotFound(f"The hub has no place called {repo_id}: {words}", "Check the owner's name.")
    if status in (400, 409, 413, 422):
        return InvalidInput(f"The hub refuses the push to {repo_id}: {words}", "Change what it names and push again.")
    hint = "Wait a little and push again; files that have been sent are not sent again."
    return Unavailable(f"The hub does not serve at the moment (status {status}): {words}", hint)


def _words(error: Any) -> str:
    return " ".join(str(error.server_message or error).split())[:300]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def main(folder: Path) -> int:
    """Run the push in `folder`; the exit code of the process."""
    token = os.environ.pop("HF_TOKEN", "")
    if not token:
        sys.stderr.write("HF_TOKEN holds the token to push with.\n")
        return 2
    sys.stdout, sys.stderr = Redacted(sys.stdout.buffer, token), Redacted(sys.stderr.buffer, token)
    paths = SessionPaths(folder.resolve())
    return run_worker(DiscreetReporter(paths, token), lambda to: Upload(paths.folder, token, to).run())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
