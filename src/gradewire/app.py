"""The composition root: opens the store, mounts the dialects and the web, starts what runs inside the server. Nothing else."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from litestar import Litestar, Response, get

from gradewire import logs
from gradewire.actions.world import World
from gradewire.config import Settings, read_settings
from gradewire.dialects.canvas import api as canvas
from gradewire.dialects.canvas.mount import Mounting, routes
from gradewire.events.settings import EventSettings
from gradewire.store.engine import open_store


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
    return World(store, events=events)


def create_app(settings: Settings) -> Litestar:
    """The ASGI application."""
    world = create_world(settings)
    mounting = Mounting(world, public_url=settings.public_url, max_body_bytes=settings.max_body_bytes)

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        try:
            yield
        finally:
            world.store.close()

    return Litestar(
        route_handlers=[health, routes(canvas.OPERATIONS, mounting)],
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
