"""TrainingRun: all phases of one run, in order; import it after Engine.prepare."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from core.catalog.model_config import quantised_text, stored_quantised, whole_name
from core.config import RunConfig
from core.paths import SessionPaths, Workspace
from core.prompts.chosen import template_of
from core.rewards.build import scorers
from core.rewards.for_trl import TrlReward
from core.runs.split import Split, load_split
from core.sessions.events import read_events
from core.sessions.state import SessionState, fold_all
from core.sessions.store import step_of
from core.workers.chat_format import about_template, require_thinking
from core.workers.corpus import fitting, prompt_ids, render
from core.workers.fast.proof import why_not
from core.workers.held_out_score import HeldOutScorer
from core.workers.loading import Engine, LoadedModel, load_adapter_weights, model_source
from core.workers.model_files import config_of
from core.workers.protocol import Reporter, StopRequested
from core.workers.reading_weights import reporting
from core.workers.reward_tools import tools
from core.workers.run_card import kinds_without, run_card
from core.workers.train.grpo import GrpoRun, last_loadable_checkpoint
from core.workers.train.vllm_sampling import require_model
from core.workers.train.warm_up import warm_up

WARM_ADAPTER = "warm_up"
PROMPTS_TRIED = 16
"""The shortest and the longest of so many show whether the fast way suits a model."""


class TrainingRun:
    """One attempt at a session; it skips the phases that an earlier attempt has finished."""

    def __init__(self, paths: SessionPaths, config: RunConfig, to: Reporter, engine: Engine):
        self.paths = paths
        self.config = config
        self.to = to
        self.engine = engine
        self.workspace = Workspace(paths.folder.parent.parent)
        self.template = template_of(self.config.prompt)

    def run(self) -> None:
        """All phases in order."""
        self.to.phase("loading", "data", interruptible=True)
        split = load_split(self.config, self.workspace, self._report_download)
        self.to.phase("loading", "model", interruptible=True)
        loaded = self._load()
        if self.config.training.sampler == "vllm":
            require_model(loaded, self.config)
        split = fitting(split, self.config, self.template, loaded.tokenizer)
        self._report_data(split, loaded)
        self._prove_fast(loaded, split)
        loaded.model.get_base_model().register_forward_pre_hook(lambda *_: self.to.check_stop())
        checkpoint = last_loadable_checkpoint(self.paths.checkpoints)
        warmed = self.paths.checkpoints / WARM_ADAPTER
        self._report_resume(checkpoint, warmed.is_dir())
        opening = loaded.chat_format.opening
        grpo = GrpoRun(loaded, self.config, self._rewards(opening), self.paths, self.to)
        scorer = HeldOutScorer(loaded, self.config, self.template, split.held_out, self._rewards(opening))
        try:
            self._score_held_out(scorer, "base", 0)
            if self.config.pre_training.enabled:
                self._warm_up(loaded, split, warmed)
                self._score_held_out(scorer, "warm_up", 0)
            self.to.phase("training")
            grpo.train(split.train, self.template, lambda s: self._score_held_out(scorer, "step", s), checkpoint)
            self._score_held_out(scorer, "trained", grpo.step)
        except StopRequested as request:
            self._stopped(request, grpo, loaded)
            return
        self._save(loaded)
        self.to.end("completed")

    def _rewards(self, opening: str) -> list[TrlReward]:
        """Fresh rewards; training and held-out scoring have their own, since each keeps its last batch."""
        used = scorers(self.config.reward, tools(self.workspace))
        return [TrlReward(scorer, self.template.markers, opening) for scorer in used]

    def _warn_of_memory(self, message: str) -> None:
        self.to.notice("warning", "training.batch_size", message)

    def _report_download(self, fraction: float | None, text: str) -> None:
        """Report progress at most once a second; a download reports every chunk."""
        if fraction == 1.0 or time.time() - self.to.log.last_t > 1.0:
            self.to.log.append("progress", phase="data", fraction=fraction, text=text)

    def _load(self) -> LoadedModel:
        started = time.perf_counter()
        source = model_source(self.config.model.name, self.workspace)
        self._report_quantised(source)
        with reporting(lambda fraction: self._report_progress("loading", fraction)):
            loaded = self.engine.load(source, self.config)
        require_thinking(loaded.tokenizer, self.config.prompt.thinking)
        layers = loaded.adapted_layers
        for field, said in about_template(loaded.tokenizer, self.template.system_prompt).items():
            self.to.notice("info", field, said)
        if loaded.adopted_chat_template:
            message = (
                "The model brings no chat template; prompts are written as 'user: ...' and 'assistant: ...' lines."
            )
            self.to.notice("warning", "model.name", message)
        if loaded.dtype == "float16":
            message = "This GPU has no bfloat16 of its own, so the run computes in float16."
            self.to.notice("info", "model.quantization", message)
        if self.config.model.target_modules == "all-linear" and (without := kinds_without(layers)):
            self.to.notice("warning", "model.target_modules", f"No adapter is on these layers: {', '.join(without)}.")
        self.to.log.append(
            "loaded",
            engine=loaded.engine,
            device=loaded.device,
            dtype=loaded.dtype,
            parameters=loaded.parameters,
            trainable_parameters=loaded.trainable_parameters,
            adapted_layers=layers,
            seconds=round(time.perf_counter() - started, 3),
        )
        return loaded

    def _prove_fast(self, loaded: LoadedModel, split: Split) -> None:
        """Find out whether the model may sample and learn the fast way; say why not."""
        if loaded.engine != "trl" or self.config.training.engine_step == "trl":
            return
        ids = sorted(prompt_ids(split.train[:PROMPTS_TRIED], self.template, loaded.tokenizer), key=len)
        reason = why_not(loaded, [ids[0], ids[-1]])
        loaded.is_fast = not reason
        if reason:
            message = f"The run takes TRL's step, not the fast one: {reason}."
            self.to.notice("info", "training.engine_step", message)

    def _report_quantised(self, source: str) -> None:
        """Warn of stored quantised weights, unless the start has already: it knows them by the model's name alone."""
        name = self.config.model.name
        method = stored_quantised(config_of(source), name)
        if method is not None and whole_name(name) is None:
            self.to.notice("warning", "model.name", quantised_text(name, method))

    def _report_data(self, split: Split, loaded: LoadedModel) -> None:
        samples = split.train[:3]
        prompts = render(samples, self.template, loaded.tokenizer)
        if split.shares_rows:
            message = "The warm-up takes all training rows, so GRPO trains on the same ones."
            self.to.notice("warning", "pre_training.max_samples", message)
        self.to.log.append(
            "data",
            warm_up=len(split.warm_up),
            train=len(split.train),
            held_out=len(split.held_out),
            left_out=dict(split.left_out),
            samples=[{"prompt": p, "reference": row.reference} for p, row in zip(prompts, samples, strict=True)],
        )

    def _report_resume(self, checkpoint: Path | None, warmed: bool) -> None:
        if any(event["kind"] == "metrics" for event in read_events(self.paths.events)):
            step = int(checkpoint.name.removeprefix("checkpoint-")) if checkpoint else 0
            for file in self.paths.completions.glob("step-*.jsonl"):
                if step_of(file) > step:
                    file.unlink()
            self.to.log.append("resumed", from_step=step, warm_up_kept=warmed)

    def _warm_up(self, loaded: LoadedModel, split: Split, warmed: Path) -> None:
        if warmed.is_dir():
            load_adapter_weights(loaded.model, warmed)
            return
        self.to.phase("pre_training")
        warm_up(loaded, self.config, split.warm_up, self.template, self.paths, self.to)
        partial = warmed.with_name(f".{warmed.name}.part")
        loaded.save_adapter(partial)
        partial.rename(warmed)

    def _report_progress(self, stage: str, fraction: float) -> None:
        self.to.log.append("progress", phase=stage, fraction=fraction)

    def _score_held_out(self, scorer: HeldOutScorer, stage: str, step: int) -> None:
        done = {(score["stage"], score["step"]) for score in self._state().evaluations}
        if (stage, step) in done or not scorer.has_rows:
            return
        self.to.phase("evaluating", stage)
        score = scorer.score(lambda fraction: self._report_progress(stage, fraction), self._warn_of_memory)
        self.to.log.append("evaluation", stage=stage, step=step, **score)
        if stage == "step":
            self.to.phase("training")

    def _stopped(self, request: StopRequested, grpo: GrpoRun, loaded: LoadedModel) -> None:
        keep = request.mode != "discard"
        if keep:
            self._save(loaded)
        else:
            shutil.rmtree(self.paths.checkpoints, ignore_errors=True)
        self.to.end("stopped", mode=request.mode, step=grpo.step, saved=keep)

    def _save(self, loaded: LoadedModel) -> None:
        self.to.log.append("phase", phase="saving", detail="")
        partial = self.paths.adapter.with_name(".adapter.part")
        shutil.rmtree(partial, ignore_errors=True)
        loaded.save_adapter(partial)
        loaded.saved_tokenizer.save_pretrained(partial)
        shutil.rmtree(self.paths.adapter, ignore_errors=True)
        partial.rename(self.paths.adapter)
        self.paths.card.write_text(run_card(self.config, self._state()), encoding="utf-8")
        self.to.log.append("saved", path="adapter")

    def _state(self) -> SessionState:
        return fold_all(self.paths.id, read_events(self.paths.events))
