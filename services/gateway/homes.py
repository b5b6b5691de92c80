"""What belongs to the home of the caller's key: sent on to that subsystem, as it came."""

from __future__ import annotations

from fastapi import Request, Response

from services.gateway.members import Members
from services.gateway.proxy import relay
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.errors import Fault, ReportRefused


def home_of(request: Request, caller: Caller) -> Subsystem:
    """The subsystem that is the home of the caller's key. Raises ReportRefused for none."""
    members: Members = request.app.state.members
    member = members.registry.get(caller.home or "")
    if member is None:
        raise ReportRefused("home_missing", faults=[Fault("home_missing")])
    return member


async def relay_home(request: Request, caller: Caller) -> Response:
    """The home's answer to a request whose path and query are there what they are here."""
    path = request.scope["raw_path"].decode("latin-1")
    return await relay(request, home_of(request, caller), caller, path)
