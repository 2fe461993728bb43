"""The vehicle registry, wired: whom to ask with which keys, where the quota is counted, and what runs at night."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2

from directapp.app.settings import Settings
from directapp.connectors import vegvesen
from directapp.connectors.maskinporten import PRODUCTION, Client, Maskinporten
from directapp.connectors.outgoing import AT_ONCE, IN_BACKGROUND, Patience, open_client
from directapp.connectors.vegvesen import RESOURCE, RESOURCE_TEST, SCOPE, Vegvesen, VegvesenBulk
from directapp.declare.names import field_name
from directapp.domains.cars.fields import Cars
from directapp.domains.cars.states import OPEN
from directapp.domains.registered.naming import REGISTRY
from directapp.domains.registry.jobs import schedules
from directapp.domains.registry.lookups import Lookups
from directapp.domains.registry.nightly import Enricher, Manner
from directapp.services.counters import Counters
from directapp.services.jobs import Job, Schedule
from directapp.services.pipeline import Pipeline

# What the night fills; a variant is what people call the car, so its approval code is offered and never pressed on it.
FILLED = (
    *(Cars.vin, Cars.license_plate, Cars.make, Cars.model, Cars.model_year),
    *(field_name(f.name) for f in REGISTRY.fields if f.name != Cars.registry_sources),
)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """What the rest of the application gets: look-ups for people, jobs and schedules for the night."""

    http: httpx2.AsyncClient
    lookups: Lookups
    enricher: Enricher
    jobs: tuple[Job, ...]
    schedules: tuple[Schedule, ...]


def open_registry(settings: Settings, pipeline: Pipeline) -> Registry:
    """Wire the registry; without a key look-ups say so. The caller closes ``http``."""
    http = open_client()
    keep = timedelta(hours=settings.registry_keep_hours)

    def asked(patience: Patience, *, alone: bool) -> Lookups:
        single = _single(settings, http, pipeline, patience) if settings.vegvesen_key else None
        both = single is None or not alone
        bulk = _bulk(settings, http, pipeline, patience) if settings.maskinporten_client and both else None
        return Lookups(pipeline, single=single, bulk=bulk, keep=keep)

    manner = Manner(
        fields=FILLED,
        states=OPEN,
        again=timedelta(days=settings.registry_again_days),
        most=settings.registry_most,
        failures=settings.registry_failures,
    )
    enricher = Enricher(asked(IN_BACKGROUND, alone=False), manner)
    return Registry(
        http=http,
        lookups=asked(AT_ONCE, alone=True),
        enricher=enricher,
        jobs=(enricher.job,),
        schedules=schedules(enricher, settings.eu_control_days, OPEN),
    )


def _single(settings: Settings, http: httpx2.AsyncClient, pipeline: Pipeline, patience: Patience) -> Vegvesen:
    return Vegvesen(
        http,
        api_key=settings.vegvesen_key,
        quota=Counters(pipeline.database),
        base=settings.vegvesen_url.rstrip("/") or vegvesen.OPEN,
        a_day=settings.vegvesen_a_day,
        patience=patience,
    )


def _bulk(settings: Settings, http: httpx2.AsyncClient, pipeline: Pipeline, patience: Patience) -> VegvesenBulk:
    issuer = settings.maskinporten_url.rstrip("/") + "/" if settings.maskinporten_url else PRODUCTION
    real = issuer == PRODUCTION
    client = Client(
        issuer=issuer,
        client_id=settings.maskinporten_client,
        scope=SCOPE,
        resource=RESOURCE if real else RESOURCE_TEST,
        key=_text(settings.maskinporten_key),
        kid=settings.maskinporten_kid,
        x5c=tuple("".join(part.split()) for part in _CERTIFICATE.findall(_text(settings.maskinporten_certificates))),
    )
    return VegvesenBulk(
        http,
        maskinporten=Maskinporten(http, client, patience=patience),
        client_id=settings.maskinporten_client,
        quota=Counters(pipeline.database),
        base=settings.vegvesen_bulk_url.rstrip("/") or (vegvesen.PROTECTED if real else vegvesen.PROTECTED_TEST),
        a_day=settings.vegvesen_a_day,
        patience=patience,
    )


def _text(given: str) -> str:
    """Return what was set: the text itself, or that of the file it names."""
    return given if "-----BEGIN" in given or not given else Path(given).read_text()
