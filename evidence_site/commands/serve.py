"""``serve``: show the site here, and rebuild it at each change."""

from __future__ import annotations

import argparse
import sys

from evidence_site import compiled, serving
from evidence_site.making import remaking, watched

HIGHEST_PORT = 65535


def run(options: argparse.Namespace) -> int:
    """Serve until somebody stops it; returns the exit code."""
    root, address = options.root, options.address
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > HIGHEST_PORT:
        sys.stderr.write(f"“{address}” is no address: write a host and a port, such as 127.0.0.1:8000.\n")
        return 2
    compiled.recall()
    return serving.serve(root, host, int(port), remaking(root), watched(root))
