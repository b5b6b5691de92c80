"""What the stops of ``suyuan demo`` share: the terminal's language, questions to the city."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import PurePath
from typing import Any, Self

import httpx

from services import operate
from services.demo import first_fault
from services.home import Home
from services.parts import part_named
from services.processes import GATEWAY
from services.terminal import Terminal
from services.tour_words import WORDS
from suyuan.domain.codes import recognise
from suyuan.domain.errors import Unavailable
from suyuan.web import qr

_SECONDS = 30


class Guide:
    """Asks the gateway of the city that runs here, with demonstration keys by their names."""

    def __init__(self, home: Home, terminal: Terminal) -> None:
        city = home.city()
        self.terminal = terminal
        self.public_url = city.public_url
        self.url = part_named(home, city, GATEWAY).url
        self._keys = operate.demonstration_keys(home)
        self._client = httpx.Client(
            base_url=self.url,
            timeout=_SECONDS,
            trust_env=False,
            headers={"Accept-Language": terminal.language},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def word(self, name: str, /, **params: object) -> str:
        return self.either(*WORDS[name]).format(**params)

    def say(self, name: str, /, **params: object) -> None:
        self.terminal.line(self.word(name, **params))

    def either(self, zh: str, en: str) -> str:
        """Whichever is in the terminal's language."""
        return zh if self.terminal.language == "zh" else en

    def command(self, path: str, name: str | None = None, *options: str, body: Any = None) -> None:
        """Show what asks the same on the command line; ``name`` is whose key it takes."""
        words = ["curl -s", *options, shlex.quote(f"{self.url}{path}")]
        if name is not None:
            words.append(f'-H "Authorization: Bearer $({_program()} key demo {name})"')
        if body is not None:
            told = json.dumps(body, ensure_ascii=False, indent=1)
            words.append(f"-H 'Content-Type: application/json' -d {shlex.quote(told)}")
        self.terminal.line(f"\n{' '.join(words)}\n")

    def page(self, code: str) -> str:
        """The address that is on the product."""
        return qr.page_address(self.public_url, recognise(code))

    def chain(self, code: str, name: str | None = None, **parameters: str) -> dict[str, Any]:
        return self.ask("GET", f"/v1/chains/{code}", name, params=parameters)

    def ask(self, method: str, path: str, name: str | None = None, **how: Any) -> dict[str, Any]:
        """The gateway's answer. Raises ``Unavailable`` where it gives none, or refuses."""
        told: dict[str, Any] = self._answer(method, path, name, **how).json()
        return told

    def lines(self, path: str, name: str) -> list[dict[str, Any]]:
        """An answer of one JSON value a line. Raises as ``ask``."""
        return [json.loads(line) for line in self._answer("GET", path, name).iter_lines()]

    def html(self, code: str) -> str:
        """The page of a code, as a shopper's browser gets it. Raises as ``ask``."""
        path = self.page(code).removeprefix(self.public_url)
        return self._answer("GET", path, headers={"Accept": "text/html"}).text

    def _answer(
        self,
        method: str,
        path: str,
        name: str | None = None,
        headers: dict[str, str] | None = None,
        **how: Any,
    ) -> httpx.Response:
        keys = {"Authorization": f"Bearer {self._keys[name]}"} if name is not None else {}
        try:
            answer = self._client.request(method, path, headers={**keys, **(headers or {})}, **how)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise Unavailable("gateway_silent", url=self.url, reason=reason) from error
        if not answer.is_success:
            raise Unavailable(
                "demonstration_refused", status=answer.status_code, reason=first_fault(answer)
            )
        return answer


def _program() -> str:
    """This command as it was typed, so that what is shown can be typed in the same place."""
    typed = sys.argv[0]
    return shlex.quote(typed) if PurePath(typed).name == "suyuan" else "suyuan"
