"""The domain: data in, data out; no Flask, no threads, no sockets, importable without torch (core/workers excepted)."""
