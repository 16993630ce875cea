"""HTTP in, service call, JSON out."""

from routes import configs, exports, pages, schema, system, training

BLUEPRINTS = (
    (pages.bp, ""),
    (training.bp, "/api/training"),
    (configs.bp, "/api/configs"),
    (exports.bp, "/api/exports"),
    (schema.bp, "/api/schema"),
    (system.bp, "/api/system"),
)
"""Every blueprint with its prefix."""
