"""Run medallion, from its own package, on a data file: ``CONFIG`` is its JSON configuration.

A process of its own, because it starts timers, keeps everything in module globals
and is not written for warnings as errors. Prints the port, then serves until killed.
"""

from __future__ import annotations

import logging
import sys

from medallion import load_app
from werkzeug.serving import make_server


def serve(config: str) -> None:
    """Serve on a free loopback port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, load_app(config), threaded=True)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1])
