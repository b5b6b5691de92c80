"""What ``create_app`` puts on an app for its routes: settings, database, keys."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request
from joserfc.jwk import OKPKey

from suyuan.storage.engine import Database
from suyuan.web.settings import ServiceSettings


async def settings_of(request: Request) -> ServiceSettings:
    """The settings that this app was made with."""
    return cast(ServiceSettings, request.app.state.settings)


async def database_of(request: Request) -> Database:
    """The service's own database, open for as long as the app is."""
    return cast(Database, request.app.state.database)


def signing_key(request: Request) -> OKPKey:
    """The key with which the gateway signs claims; only the gateway's app has one."""
    return cast(OKPKey, request.app.state.signing_key)


Settings = Annotated[ServiceSettings, Depends(settings_of)]
OwnDatabase = Annotated[Database, Depends(database_of)]
