"""The shipped rewards, one module a shelf; `core/rewards/presets.py` puts them together."""
