"""The supervised warm-up: TRL's SFTTrainer on reference answers, with the loss on the completion only."""

from __future__ import annotations

from core.config import RunConfig
from core.data.mapping import Row
from core.paths import SessionPaths
from core.prompts.template import PromptTemplate
from core.runs.arguments import sft_arguments
from core.workers.corpus import sft_dataset
from core.workers.loading import LoadedModel
from core.workers.protocol import Reporter
from core.workers.train.callbacks import MetricsCallback


def warm_up(
    loaded: LoadedModel, config: RunConfig, rows: list[Row], template: PromptTemplate, paths: SessionPaths, to: Reporter
) -> None:
    """Train the adapter in `loaded` on `rows`, so that it learns the form of an answer."""
    from trl import SFTConfig, SFTTrainer

    arguments = SFTConfig(
        output_dir=str(paths.checkpoints / "warm_up_trainer"), **sft_arguments(config), **loaded.trainer_arguments
    )
    trainer = SFTTrainer(
        model=loaded.model,
        args=arguments,
        train_dataset=sft_dataset(rows, template, loaded.chat_format, config.training.max_sequence_length),
        processing_class=loaded.tokenizer,
        callbacks=[MetricsCallback(to, "pre_training", [])],
    )
    trainer.train()
