"""Figures for Prometheus, added up over the processes of the service, on a port of their own.

They are about everybody together. Whoever reads them often could still learn of one person from a rare rule, so a rule's
firings are told in full tens only, and nothing of it before the tenth.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.samples import Sample

from recommender.web.telemetry.request_log import RequestNotes
from recommender.web.telemetry.shared_folder import SHARED_FOLDER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESS = "/metrics"
TOGETHER = 10
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_FIRED = "recommender_rule_fired"


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """What is true of the whole service at this moment."""

    is_ready: bool
    passed_self_test: bool
    rule_set_version: str | None
    rule_set: str | None


class Metrics:
    """Counts what requests come to. Make it before the processes part, so that each has the same figures."""

    def __init__(self) -> None:
        own = self._registry = CollectorRegistry()
        self._requests = Counter(
            "recommender_requests",
            "Requests, by the pattern of the address and status.",
            ("route", "status"),
            registry=own,
        )
        self._seconds = Histogram(
            "recommender_request_seconds", "How long they took.", ("route",), buckets=_SECONDS, registry=own
        )
        self._stages = Histogram(
            "recommender_stage_seconds", "How long parts of the work took.", ("stage",), buckets=_SECONDS, registry=own
        )
        self._outcomes = Counter(
            "recommender_outcomes", "Requests that came to a recommendation, by its level.", ("level",), registry=own
        )
        self._fired = Counter(
            _FIRED, f"Requests in which a rule fired, in full {TOGETHER}s; none before.", ("rule",), registry=own
        )

    def observe(self, notes: RequestNotes) -> None:
        """Count a request that was answered."""
        self._requests.labels(notes.route, str(notes.status)).inc()
        self._seconds.labels(notes.route).observe(notes.seconds)
        for stage, seconds in notes.stages.items():
            self._stages.labels(stage).observe(seconds)
        if notes.outcome is not None:
            self._outcomes.labels(notes.outcome).inc()
        for rule in notes.fired:
            self._fired.labels(rule).inc()

    def told(self, health: ServiceHealth, accepted: str) -> tuple[bytes, str]:
        """Return the figures of all processes and the state of the service as text, and what kind of text that is."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Reading(self._counted, health))
        encode, kind = choose_encoder(accepted)
        return encode(registry), kind

    def _counted(self) -> Iterable[Metric]:
        folder = os.environ.get(SHARED_FOLDER)
        if not folder:
            return self._registry.collect()
        counted: Iterable[Metric] = MultiProcessCollector(None, folder).collect()  # type: ignore[no-untyped-call]
        return counted


class _Reading:
    """What one reading gives."""

    def __init__(self, counted: Callable[[], Iterable[Metric]], health: ServiceHealth) -> None:
        self._counted = counted
        self._health = health

    def collect(self) -> Iterator[Metric]:
        for metric in self._counted():
            samples = (_in_tens(sample) if metric.name == _FIRED else sample for sample in metric.samples)
            metric.samples = [
                sample for sample in samples if sample is not None and not sample.name.endswith("_created")
            ]
            yield metric
        health = self._health
        yield GaugeMetricFamily("recommender_ready", "1 where recommendations are served.", value=health.is_ready)
        yield GaugeMetricFamily(
            "recommender_self_test_passed",
            "1 where engine and evaluator agreed at start, and every sign of danger was caught.",
            value=health.passed_self_test,
        )
        served = {"version": health.rule_set_version or "", "hash": health.rule_set or ""}
        yield InfoMetricFamily("recommender_rule_set", "The content that is served.", value=served)


def _in_tens(sample: Sample) -> Sample | None:
    """Return a count in full tens, and nothing of one below."""
    tens = sample.value - sample.value % TOGETHER
    return sample._replace(value=tens) if tens else None


def install_metrics(app: Flask, metrics: Metrics, port: int, health: Callable[[], ServiceHealth]) -> None:
    """Tell the figures on a port that has nothing else, and nowhere else. Only gunicorn listens there."""
    app.wsgi_app = _OnPort(app.wsgi_app, metrics, port, health)  # type: ignore[method-assign]


class _OnPort:
    def __init__(self, app: WSGIApplication, metrics: Metrics, port: int, health: Callable[[], ServiceHealth]) -> None:
        self._app = app
        self._metrics = metrics
        self._port = port
        self._health = health

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._came_in_on(environ.get("gunicorn.socket")) != self._port:
            return self._app(environ, start_response)
        if environ["PATH_INFO"] != ADDRESS:
            start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        text, kind = self._metrics.told(self._health(), environ.get("HTTP_ACCEPT", ""))
        start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(text)))])
        return [text]

    @staticmethod
    def _came_in_on(connection: socket.socket | None) -> int | None:
        """Return the port of this end of a connection. What a request says of it is anybody's."""
        address = connection.getsockname() if connection is not None else None
        return address[1] if isinstance(address, tuple) else None
