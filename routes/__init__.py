"""HTTP routes: each view reads a typed request, calls one service, and replies with JSON."""

from routes import (
    assets,
    configs,
    datasets,
    downloads,
    evaluations,
    exports,
    generation,
    models,
    openai,
    pages,
    prompts,
    rewards,
    schema,
    system,
    training,
)

BLUEPRINTS = (
    (pages.bp, ""),
    (assets.bp, ""),
    (training.bp, "/api/training"),
    (datasets.bp, "/api/datasets"),
    (prompts.bp, "/api/prompts"),
    (rewards.bp, "/api/rewards"),
    (models.bp, "/api/models"),
    (generation.bp, "/api/models"),
    (evaluations.bp, "/api/models"),
    (configs.bp, "/api/configs"),
    (exports.bp, "/api/exports"),
    (downloads.bp, "/api/exports"),
    (openai.bp, "/v1"),
    (schema.bp, "/api/schema"),
    (system.bp, "/api/system"),
)
"""Every blueprint with its prefix."""
