"""What a line of the log looks like, whoever writes it: one JSON object, or plain text with the fields behind it.

Nothing that came with a request can begin a line of its own, or colour the screen of whoever reads it.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterable, MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog
from structlog.contextvars import merge_contextvars
from structlog.processors import JSONRenderer, LogfmtRenderer
from structlog.stdlib import BoundLogger, ProcessorFormatter, filter_by_level

JSON_LINES = "json"
REQUEST_ID = "request_id"
# Other packages tell what they do at these levels, sometimes with the values that they do it with.
_OURS = ("recommender", "gunicorn")

_Event = MutableMapping[str, Any]


def event_logger(name: str) -> BoundLogger:
    """Return a logger for events: a few fixed words, and fields."""
    logger: BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[filter_by_level, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=BoundLogger,
    )
    return logger


def install_logging(form: str, level: str, handlers: Iterable[logging.Handler] = ()) -> None:
    """Write the lines of this process in a form from a level on: to these handlers, else to standard error."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler.formatter, ProcessorFormatter):
            root.removeHandler(handler)
    for handler in tuple(handlers) or (logging.StreamHandler(),):
        handler.setFormatter(line_formatter(form))
        root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())


def is_installed() -> bool:
    """Return whether this process writes its lines as ``install_logging`` says."""
    return any(isinstance(handler.formatter, ProcessorFormatter) for handler in logging.getLogger().handlers)


def line_formatter(form: str) -> logging.Formatter:
    """Return what makes a line of a record, in the form ``json`` or ``text``."""
    render = JSONRenderer(default=str) if form == JSON_LINES else _as_text
    steps = (merge_contextvars, _place_of_exception, _in_order, ProcessorFormatter.remove_processors_meta, render)
    return ProcessorFormatter(processors=steps)


def place_of(error: BaseException) -> str:
    """Return the kind of an error and where it arose, without its message or any value: these may hold answers."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {' > '.join(f'{frame.filename}:{frame.lineno}' for frame in frames)}"


def _place_of_exception(logger: Any, method: str, event: _Event) -> _Event:
    """Tell an exception in full at start and end, and while a request is worked on by its kind and place alone."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else None
    if error is not None:
        told = place_of(error) if REQUEST_ID in event else "".join(traceback.format_exception(error))
        event["exception"] = told
    return event


def _in_order(logger: Any, method: str, event: _Event) -> _Event:
    record: logging.LogRecord = event["_record"]
    time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    first = {"time": time, "level": record.levelname.lower(), "event": event.pop("event"), "process": record.process}
    return {**first, **event}


def _as_text(logger: Any, method: str, event: _Event) -> str:
    plain = {name: _plain(value) for name, value in event.items() if value is not None}
    head = " ".join(str(plain.pop(name)) for name in ("time", "level", "event"))
    return f"{head} {_FIELDS(logger, method, plain)}"


_FIELDS = LogfmtRenderer()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("unicode_escape").decode("ascii")
    return value if isinstance(value, (int, float)) else json.dumps(value, default=str)
