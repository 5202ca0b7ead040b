"""The composition root: opens the store, mounts the dialects and the web, starts what runs inside the server. Nothing else."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from functools import partial

import anyio.to_thread
import msgspec
from litestar import Litestar, Response, get
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from gradewire import __version__, logs
from gradewire.actions import (
    bulk_grading,
    changes,
    gradebook_imports,
    housekeeping,
    idempotency,
    late_policies,
    rescoring,
    signing_keys,
    sis_import_steps,
    sis_imports,
    uploads,
)
from gradewire.actions.chores import Chore, doing
from gradewire.actions.housekeeping import Keep
from gradewire.actions.jobs import Steps, Works, work_until
from gradewire.actions.secrets import vault_of
from gradewire.actions.sis.uploads import Limits
from gradewire.actions.unit import Asker, System, read
from gradewire.actions.world import World
from gradewire.config import Settings, read_settings
from gradewire.core.forwarding import read_networks
from gradewire.core.leaky_bucket import Limits as BucketLimits
from gradewire.dialects.canvas import api as canvas
from gradewire.dialects.canvas.mount import Mounting, mounted, refuse_unrouted
from gradewire.dialects.canvas.openapi import document
from gradewire.dialects.canvas.throttle import Throttle
from gradewire.dialects.canvas.transfers import downloading, uploading
from gradewire.dialects.schoology import api as schoology
from gradewire.dialects.schoology import mount as schoology_mount
from gradewire.dialects.schoology.credits import Credits
from gradewire.events.courier import Pace
from gradewire.events.relay import relaying
from gradewire.events.settings import EventSettings
from gradewire.events.sinks import Means
from gradewire.files.storage import Bucket, FileStorage
from gradewire.gateway import Gateway
from gradewire.metrics import metrics
from gradewire.store.engine import open_store
from gradewire.web import mount as web
from gradewire.web.identities import ProviderSettings
from gradewire.web.routes.own_tokens import ScopeGroup
from gradewire.web.routes.single_sign_on import SingleSignOn

JOBS: Works = {
    bulk_grading.TAG: bulk_grading.perform,
    late_policies.TAG: late_policies.perform,
    rescoring.TAG: Steps(rescoring.step, rescoring.give_up),
    gradebook_imports.TAG: gradebook_imports.perform,
    sis_imports.TAG: Steps(sis_import_steps.step, sis_import_steps.give_up),
}
"""The kinds of long work, by the tag under which they are queued."""


def openapi_document() -> bytes:
    """The OpenAPI document of what the Canvas dialect serves."""
    found = document(canvas.OPERATIONS, version=__version__)
    return msgspec.json.format(msgspec.json.encode(found), indent=2)


@get("/api/openapi.json", include_in_schema=False, sync_to_thread=True)
def openapi() -> Response[bytes]:
    return Response(openapi_document(), media_type="application/json")


def key_set(world: World) -> HTTPRouteHandler:
    """The public keys under which events are signed (live-events reference, 10.3)."""

    @get("/.well-known/jwks.json", include_in_schema=False, sync_to_thread=True, cache_control=CacheControlHeader(max_age=3600))
    def keys() -> Response[bytes]:
        found = read(world, Asker(System()), signing_keys.public_keys)
        return Response(msgspec.json.encode({"keys": found}), media_type="application/json")

    return keys


@get("/health", include_in_schema=False, sync_to_thread=False)
def health() -> Response[bytes]:
    """Answers as soon as the server serves."""
    return Response(b'{"status":"ok"}', media_type="application/json")


def create_world(settings: Settings) -> World:
    """The world of actions that these settings describe; whoever opens it closes its store."""
    store = open_store(settings.database_url, connections=settings.pool_size, synchronous=settings.sqlite_synchronous)
    events = EventSettings(
        base_url=settings.base_url.rstrip("/") + "/",
        shard=settings.shard,
        producer=settings.producer,
        urn_prefix=settings.urn_prefix,
        caliper=settings.caliper,
        caliper_version=settings.caliper_version,
        caliper_score_id=settings.caliper_score_id,
    )
    bucket = Bucket(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key,
    )
    files = FileStorage(settings.files_place, bucket)
    return World(
        store,
        events=events,
        files=files,
        max_file_bytes=settings.max_file_bytes,
        import_limits=Limits(settings.max_import_files, settings.max_import_unpacked_bytes),
        preview_life=timedelta(minutes=settings.gradebook_import_minutes),
        secret_key=settings.secret_key,
        plain_targets=settings.events_allow_private_targets,
    )


def create_means(world: World, settings: Settings) -> Means:
    """What the sinks of this process need beside their targets."""
    system = Asker(System())
    return Means(
        unseal=lambda sealed: read(world, system, lambda unit: vault_of(unit).unseal(sealed)),
        signing_key=lambda: signing_keys.current(world),
        source=world.events.base_url,
        allow_private=settings.events_allow_private_targets,
    )


def limits_of(settings: Settings) -> BucketLimits | None:
    """What each caller may ask of the server; ``None``: anything."""
    if not settings.rate_limit:
        return None
    return BucketLimits(
        high_water=settings.rate_limit_high_water,
        outflow=settings.rate_limit_outflow,
        up_front=settings.rate_limit_up_front,
    )


def keep_of(settings: Settings) -> Keep:
    """How long the settings want things kept."""
    return Keep(
        delivered=_days(settings.events_retention_days),
        undelivered=_days(settings.events_undelivered_retention_days),
        jobs=_days(settings.jobs_retention_days),
    )


def pace_of(settings: Settings) -> Pace:
    """How the settings want events delivered."""
    hours = settings.events_deactivate_hours
    return Pace(most_bytes=settings.events_max_bytes, give_up_after=timedelta(hours=hours) if hours else None)


def scope_groups() -> list[ScopeGroup]:
    """What an access token can be limited to: each operation of the Canvas dialect, under the headings of its documentation."""
    found: dict[str, list[tuple[str, str]]] = {}
    for operation in canvas.OPERATIONS:
        if not operation.public:
            found.setdefault(operation.tag or "Other", []).append((operation.scope, operation.summary))
    return [ScopeGroup(name, found[name]) for name in sorted(found)]


def single_sign_on_of(settings: Settings) -> SingleSignOn | None:
    """The identity provider of the settings; ``None`` where people sign in with passwords alone."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    from gradewire.web.identity_provider import IdentityProvider  # noqa: PLC0415 -- its libraries are for those who have one

    agreed = ProviderSettings(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        scopes=settings.oidc_scopes,
        login_claim=settings.oidc_login_claim,
    )
    return SingleSignOn(
        IdentityProvider(agreed),
        name=settings.oidc_name,
        match=settings.oidc_match,
        creates=settings.oidc_create_users,
    )


def _days(number: int) -> timedelta | None:
    return timedelta(days=number) if number else None


def create_app(settings: Settings) -> Litestar:
    """The ASGI application."""
    world = create_world(settings)
    mounting = Mounting(
        world,
        public_url=settings.public_url,
        max_body_bytes=settings.max_body_bytes,
        max_import_bytes=settings.max_import_bytes,
        throttle=Throttle(limits_of(settings)),
        key_lifetime=timedelta(hours=settings.idempotency_hours),
    )
    as_schoology = schoology_mount.Mounting(
        world,
        base_url=settings.schoology_url or settings.base_url,
        aliases=settings.schoology_aliases.split(),
        max_body_bytes=settings.max_body_bytes,
        default_format=settings.schoology_format,
        bucket=Credits(settings.schoology_credits or None),
    )
    chores: list[Chore] = [
        partial(changes.settle, world),
        partial(idempotency.forget_old, world, mounting.key_lifetime),
        partial(housekeeping.tidy, world, keep_of(settings)),
        partial(uploads.clean, world),
    ]

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        gc.freeze()  # what the program loaded lives as long as the process: no collection need look at it again
        gc.set_threshold(20_000, 20, 50)
        stop = threading.Event()
        worker = threading.Thread(
            target=work_until,
            args=(world, JOBS),
            kwargs={"worker": f"pid {os.getpid()}", "stop": stop},
            name="jobs",
            daemon=True,
        )
        worker.start()
        try:
            means = create_means(world, settings)
            relay = relaying(world.store, means, events_file=settings.events_file, pace=pace_of(settings))
            with doing(chores), relay if settings.relay_in_server else nullcontext():
                yield
        finally:
            stop.set()
            worker.join()
            world.store.close()

    return Gateway(
        new_request_id=lambda: str(world.new_uuid()),
        proxies=read_networks(settings.trusted_proxies),
        style=settings.proxy_headers,
        route_handlers=[
            health,
            openapi,
            key_set(world),
            *([metrics(world, settings.metrics_token)] if settings.metrics_token else []),
            mounted(canvas.OPERATIONS, mounting),
            uploading(mounting),
            downloading(mounting),
            *schoology_mount.mounted(schoology.OPERATIONS, as_schoology),
            web.routes(
                world,
                public_url=settings.public_url,
                time_zone=settings.time_zone,
                single_sign_on=single_sign_on_of(settings),
                scopes=scope_groups(),
                max_import_bytes=settings.max_import_bytes,
            ),
        ],
        exception_handlers={HTTPException: refuse_unrouted},
        lifespan=[lifespan],
        openapi_config=None,
        request_max_body_size=None,
        logging_config=None,
    )


def from_environment() -> Litestar:
    """What a worker process of the server calls: the settings come from its environment."""
    settings = read_settings(os.environ)
    logs.configure(level=settings.log_level, style=settings.log_format)
    return create_app(settings)
