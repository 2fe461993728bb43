"""Traces by OpenTelemetry: one for each request, with its statements, jobs and calls of outside services.

A trace bears the request's own id, so that whoever has it from an error page or a log line finds the trace.
"""

import asyncio
import random
from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib.metadata import version
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)

from directapp.telemetry import tracing

_KINDS = {
    "request": SpanKind.SERVER,
    "statement": SpanKind.CLIENT,
    "job": SpanKind.CONSUMER,
    "call": SpanKind.CLIENT,
}
_chance = random.SystemRandom()


def trace_of(request_id: str) -> int:
    """Return the trace that a request's id names: the id, filled up with zeros."""
    return int(request_id.ljust(32, "0"), 16)


class _Ids(IdGenerator):
    """The first span of a request has the request's id; all others have one by chance."""

    def generate_trace_id(self) -> int:
        request = tracing.request_id.get()
        return trace_of(request) if request else _chance.getrandbits(128)

    def generate_span_id(self) -> int:
        request = tracing.request_id.get()
        begins = not get_current_span().get_span_context().is_valid
        return int(request, 16) if request and begins else _chance.getrandbits(64)


class Collected:
    """While this context is open, spans go to a collector, in batches from a thread; ``sent`` waits for the last."""

    def __init__(self, url: str) -> None:
        """Keep where the collector takes traces."""
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "directapp", "service.version": version("directapp")}),
            id_generator=_Ids(),
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
        self._tracer = self._provider.get_tracer("directapp")

    def __enter__(self) -> None:
        tracing.use(self._span)

    def __exit__(self, *_: object) -> None:
        tracing.use(None)

    async def sent(self) -> None:
        """Send what is left, and end."""
        await asyncio.to_thread(self._provider.shutdown)

    def _span(self, kind: str, name: str, attributes: Mapping[str, Any]) -> AbstractContextManager[Span]:
        parent = None
        request = tracing.request_id.get()
        if kind == "job" and request:
            # What follows from a request is part of its trace, in whichever process it runs.
            flags = TraceFlags(TraceFlags.SAMPLED)
            asked = SpanContext(trace_of(request), int(request, 16), is_remote=True, trace_flags=flags)
            parent = set_span_in_context(NonRecordingSpan(asked))
        told = {"directapp.request_id": request, **attributes}
        return self._tracer.start_as_current_span(
            f"{kind} {name}", context=parent, kind=_KINDS[kind], attributes=told, record_exception=False
        )
