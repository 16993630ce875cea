"""Use cases: state, threads and child processes; no Flask, no Socket.IO."""
