"""A thing's links as a page for people: a list, with the linkset in it as JSON-LD."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from markupsafe import Markup

from suyuan.domain.links import LINK_TYPES, LinkLevel
from suyuan.web.language import Language
from suyuan.wire.linkset import write_linkset

CONTENT_SECURITY_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"

_TITLES = {Language.ZH: ("链接", "追溯页面"), Language.EN: ("Links", "Page")}
_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="{tag}">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
    "<title>{title}</title>\n"
    '<script type="application/ld+json">{data}</script>\n'
    "</head>\n<body>\n<main>\n<h1>{title}</h1>\n{levels}</main>\n</body>\n</html>\n"
)
_LEVEL = Markup("<section>\n<h2>{name}</h2>\n<p>{anchor}</p>\n<ul>\n{links}</ul>\n</section>\n")
_LINK = Markup('<li>{type}: <a href="{href}" rel="noreferrer">{title}</a></li>\n')


def render_linkset(levels: Sequence[LinkLevel], language: Language) -> str:
    """The page; what a stranger put into a name or an address is escaped."""
    # A script's text ends at "</" whatever is quoted, and "<" in JSON can be written otherwise.
    data = msgspec.json.encode(write_linkset(levels, with_context=True)).decode()
    return _PAGE.format(
        tag=language.tag,
        title=_TITLES[language][0],
        data=Markup(data.replace("<", "\\u003c")),  # noqa: S704  no "<" is left in it
        levels=Markup("").join(_level(level, language) for level in levels),
    )


def _level(level: LinkLevel, language: Language) -> Markup:
    links = (
        _LINK.format(type=_word(link.type, language), href=link.href, title=link.title)
        for link in level.links
    )
    name = level.description or level.anchor.rpartition("/")[2]
    return _LEVEL.format(name=name, anchor=level.anchor, links=Markup("").join(links))


def _word(link_type: str, language: Language) -> str:
    named = LINK_TYPES.get(link_type)
    if named is None:
        return _TITLES[language][1]
    return named[0] if language is Language.ZH else named[1]
