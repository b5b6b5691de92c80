"""How the embedded PostgreSQL is set up for the machine, or the container, that it runs on."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_MEGABYTE = 1024 * 1024
# Beyond 4 GB the operating system's own cache serves as well; below 128 MB nothing is gained.
_BUFFERS_MB = (128, 4096)

# What one machine's city needs: eight services with sixteen connections each, and as many again for
# a second worker, for benchmarks and for an operator's own look.
_CONNECTIONS = 300

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "cluster_name": "suyuan",
    "max_connections": str(_CONNECTIONS),
    # With the defaults a checkpoint came every ten seconds under load.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    # Reports hold names and prices: neither a statement nor a row belongs in the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "timezone": "UTC",
}

# For tests: fast, and nothing survives a power cut.
_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


def settings(port: int, *, durable: bool) -> dict[str, str]:
    """PostgreSQL's settings by their names."""
    memory = {"shared_buffers": f"{_buffers_mb()}MB"} if durable else _FORGETFUL
    return {"port": str(port), **_SETTINGS, **memory}


def _buffers_mb() -> int:
    least, most = _BUFFERS_MB
    return max(least, min(most, _memory_bytes() // 4 // _MEGABYTE))


def _memory_bytes() -> int:
    """The memory of this machine, or of the container that we are in."""
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):  # no such control group, or "max"
            limits.append(int(Path("/sys/fs/cgroup", name).read_text()))
    return min(limits)
