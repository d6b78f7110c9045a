"""The access log: one JSON object a line, whatever bytes a client sends."""

import datetime as dt
from collections.abc import Mapping, MutableMapping
from typing import Any

from gunicorn.glogging import Logger
from pythonjsonlogger.core import LogData
from pythonjsonlogger.json import JsonFormatter


class EntryFormatter(JsonFormatter):
    """The formatter of access entries, which have no message."""

    def process_log_record(self, log_data: LogData) -> LogData:
        """Remove the empty message from a record."""
        log_data.pop("message")
        return log_data


class JsonAccessLogger(Logger):
    """gunicorn's logger with access lines in JSON, and other messages unchanged."""

    def setup(self, cfg: Any) -> None:
        """Set up gunicorn's logging, and the JSON format of access lines."""
        super().setup(cfg)
        for handler in self.access_log.handlers:
            handler.setFormatter(EntryFormatter(""))

    def access(
        self, resp: Any, req: Any, environ: MutableMapping[str, Any], request_time: dt.timedelta
    ) -> None:
        """Log an answered request; `TrustedProxies` has put the client's address in `environ`."""
        if self.access_log_enabled:
            self.access_log.info(entry(resp, environ, request_time))


def entry(resp: Any, environ: Mapping[str, Any], request_time: dt.timedelta) -> dict[str, Any]:
    """Describe a request and its answer; parts of a malformed request may be missing."""
    started = dt.datetime.now(dt.UTC) - request_time
    return {
        "time": started.isoformat(timespec="microseconds"),
        "remote_addr": environ.get("REMOTE_ADDR"),
        "method": environ.get("REQUEST_METHOD"),
        "path": environ.get("PATH_INFO"),
        "query": environ.get("QUERY_STRING"),
        "protocol": environ.get("SERVER_PROTOCOL"),
        "status": int(str(resp.status).split(maxsplit=1)[0]),
        "bytes": resp.sent,
        "duration_ms": round(request_time / dt.timedelta(milliseconds=1), 3),
        "user_agent": environ.get("HTTP_USER_AGENT"),
        "referer": environ.get("HTTP_REFERER"),
    }
