"""The parts of an export; pure."""
