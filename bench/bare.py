"""The least that can answer with a page: an ASGI app of a dozen lines, to compare ours with.

``SUYUAN_BARE_PAGE`` names the file that it sends.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_PAGE = Path(os.environ.get("SUYUAN_BARE_PAGE", os.devnull)).read_bytes()
_HEADERS = [(b"content-type", b"text/html"), (b"content-length", str(len(_PAGE)).encode())]


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Send the page to whoever asks for anything."""
    del receive
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _PAGE})
