"""``GET /v1/events/{id}`` as a subsystem and the gateway both answer it: the form by ``Accept``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from suyuan.domain.errors import NotSayable
from suyuan.domain.versions import Version
from suyuan.web.accept import JSON, JSON_LD, best
from suyuan.wire import city, epcis_json
from suyuan.wire.reports import decode, encode

REDACTED_HEADER = "Suyuan-Redacted"
SILENT_HEADER = "Suyuan-Silent"
PROFILE_HEADER = "Suyuan-Profile"


def event_response(version: Version, accept: str | None, silent: Sequence[str] = ()) -> Response:
    """An event in the form that ``accept`` asks for. Raises NotSayable (406).

    ``silent`` are the subsystems that did not answer and might correct it.
    """
    body, media_type = _in_form(version, accept)
    headers = {"Vary": "Accept"}
    if version.stored.profile is not None:
        headers[PROFILE_HEADER] = version.stored.profile
    if version.stored.redacted:
        headers[REDACTED_HEADER] = ", ".join(version.stored.redacted)
    if silent:
        headers[SILENT_HEADER] = ", ".join(silent)
    return Response(encode(body), headers=headers, media_type=media_type)


def _in_form(version: Version, accept: str | None) -> tuple[dict[str, Any], str]:
    if best(accept, (JSON, JSON_LD)) == JSON:
        try:
            return city.write_event(version.stored.event), JSON
        except NotSayable:
            if best(accept, (JSON_LD,)) is None:
                raise
    elif best(accept, (JSON_LD,)) is None:
        raise NotSayable("form_not_offered", offered=[JSON, JSON_LD])
    return _epcis(version), JSON_LD


def _epcis(version: Version) -> dict[str, Any]:
    """The EPCIS JSON of an event: as it was reported, where it was and may be seen whole."""
    stored = version.stored
    if version.document is None:
        return epcis_json.write_event(stored.event)
    document: dict[str, Any] = decode(version.document)
    written = {**document, "eventID": version.uri}
    if stored.event.correction is not None:
        written["errorDeclaration"] = _declaration(version, document)
    return written


def _declaration(version: Version, document: dict[str, Any]) -> dict[str, Any]:
    """The declaration as it was reported, its reason in the words of CBV; without its extensions
    where ``document``, in which it will stand, may call other things by their prefixes.
    """
    written = epcis_json.write_event(version.stored.event)
    ours: dict[str, Any] = written["errorDeclaration"]
    declared = decode(version.declared_in) if version.declared_in is not None else {}
    if declared.get("@context") != document["@context"]:
        return ours
    return {
        name: ours.get(name, told) if name == "reason" else told
        for name, told in declared["errorDeclaration"].items()
    }
