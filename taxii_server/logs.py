"""Structured logs: one JSON object per line on standard error.

What a line says beyond its message is in named fields, so that programs can read
it. Lines never hold a secret: no header, no query string and no body is logged.
"""

from __future__ import annotations

import json
import logging
import logging.config
from typing import Any

from taxii_server.clock import format_us

CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "taxii_server.logs.JsonFormatter"}},
    "filters": {"advice": {"()": "taxii_server.logs.NoAdvice"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stderr",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "taxii_server": {"level": "INFO"},
        "_granian": {"level": "INFO", "filters": ["advice"]},
    },
}
"""For ``logging.config.dictConfig``; the application server is given it too."""


class NoAdvice(logging.Filter):
    """Drops granian's advice on the number of threads: it is chosen, not configured."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        return not (text.startswith("Configuration allows spawning") and "`backpressure`" in text)


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON: ``ts``, ``level``, ``message``, then its fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "ts": format_us(int(record.created * 1_000_000)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            "logger": record.name,
            "pid": record.process,
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def configure_logging() -> None:
    """Send this process's logs to standard error as JSON lines."""
    logging.config.dictConfig(CONFIG)


def fields(**named: object) -> dict[str, object]:
    """Return named fields for the ``extra`` argument of a logging call; ``None`` is left out."""
    return {"fields": {name: value for name, value in named.items() if value is not None}}
