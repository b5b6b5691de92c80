"""The templates, compiled once, and the one stylesheet with the policy that admits it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from suyuan.web.pages.texts import texts
from suyuan.web.pages.words import Language


def _small(css: str) -> str:
    """CSS without comments and without the white space that no rule of ours needs."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    tight = re.sub(r"\s*([{};,>+])\s*|(?<=:)\s+", r"\1", re.sub(r"\s+", " ", bare))
    return tight.replace(";}", "}").strip()


def _read(name: str) -> str:
    return _small(files("suyuan.web.pages").joinpath(name).read_text("utf-8"))


CSS = _read("page.css")
FORM_CSS = Markup(_read("form.css"))  # noqa: S704  our own file, and no place of it is filled


class _Unindented(PackageLoader):
    """Templates are indented for their readers; the page does not carry it over slow networks.

    Nor the end tags of list items, which HTML does without (HTML, 13.1.2.4): two for every step.
    """

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool] | None]:
        source, name, uptodate = super().get_source(environment, template)
        flush = re.sub(r"^[ \t]+", "", source, flags=re.MULTILINE)
        return flush.replace("</li>", "").replace(">\n<", "><"), name, uptodate


_environment = Environment(
    loader=_Unindented("suyuan.web.pages", ""),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
    auto_reload=False,
)
_environment.globals["css"] = Markup(CSS)  # noqa: S704  our own file, and no place of it is filled
_templates = {
    name: _environment.get_template(name)
    for name in (
        *("chain.html", "complaint.html", "directory.html"),
        *("follow_up.html", "home.html", "problem.html"),
    )
}


def render(template: str, language: Language, **values: Any) -> str:
    """One page; ``t`` in the template holds the sentences of the language."""
    return _templates[template].render(t=texts(language), language=language, **values)


# What the longest page of a state comes to; tests hold the sentences to it.
_PADDED_BYTES = 7 * 1024


def padded(page: str) -> str:
    """A page of a state at the size that they all have.

    Whoever watches the encrypted line of a shopper learns nothing of the answer from its length. A
    page that names silent systems may be longer, and stays so.
    """
    missing = _PADDED_BYTES - len(page.encode()) - len("<!---->\n")
    return f"{page}<!--{' ' * missing}-->\n" if missing > 0 else page


def content_security_policy() -> str:
    """The value of the ``Content-Security-Policy`` header of every page of this package.

    It admits the page's own style by its hash and an icon of the same site; nothing else.
    """
    return _policy([CSS], "'none'")


def form_security_policy() -> str:
    """The same for the pages with a form, which goes to this site alone."""
    return _policy([CSS, FORM_CSS], "'self'")


def _policy(styles: Iterable[str], forms: str) -> str:
    digests = (b64encode(sha256(style.encode()).digest()).decode() for style in styles)
    admitted = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; style-src {admitted}; img-src 'self' data:;"
        f" base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
    )
