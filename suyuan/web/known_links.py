"""The links that the platform has of a thing: its page, its chain, certificates, a recall, the
register's; one level for the thing itself and one for each coarser one, up to the product.
"""

from __future__ import annotations

from collections.abc import Iterator

from suyuan.domain.chain import Chain, product_of
from suyuan.domain.codes import Level
from suyuan.domain.links import DEFAULT, LINK_TYPES, Link, LinkLevel
from suyuan.domain.naming import Known
from suyuan.domain.register import Product, product_key
from suyuan.web.accept import HTML, JSON
from suyuan.web.language import Language
from suyuan.web.pages.facts import certificates, recalls, shown_events
from suyuan.web.resolving import Place, Target

# The page speaks both, and chooses by ``Accept-Language``.
_PAGE_LANGUAGES = ("zh", "en")


def known_links(
    target: Target,
    chain: Chain,
    known: Known,
    *,
    record: str,
    language: Language,
    is_recalled: bool,
) -> tuple[LinkLevel, ...]:
    """The levels that there is something to say of, the finest first; empty if there is none.

    ``chain`` is the consumer's view upwards, ``record`` the address of it as JSON. Of a lot or
    serial that nobody reported but whose product is registered, the default is its own page all the
    same: that page says that it was never issued, and the product's would vouch for it.
    """
    product = known.products.get(product_key(target.code))
    is_known = _is_known(chain)
    if not is_known and product is None:
        return ()
    first, *coarser = target.places
    own = tuple(_own_links(first, chain, record, language)) if is_known else ()
    if is_recalled or recalls(chain):
        own = (*own, _page(first, "recallStatus", language))
    links = [own, *((_page(place, "pip", language),) for place in coarser)]
    names = [product_of(chain).name, *(None for _ in coarser)]
    if product is not None and target.places[-1].code.key == product.code.key:
        links[-1] = _with_registered(links[-1], product, language)
        names[-1] = product.names.of(language.value)
    return tuple(
        LinkLevel(place.anchor, (_default(place, language), *found), name)
        for place, found, name in zip(target.places, links, names, strict=True)
    )


def _is_known(chain: Chain) -> bool:
    """Whether anything is known, or could be: silence of a subsystem is never "no such code"."""
    is_class = any(finding.type == "class_level" for finding in chain.findings)
    return bool(shown_events(chain)) or is_class or not chain.complete


def _own_links(place: Place, chain: Chain, record: str, language: Language) -> Iterator[Link]:
    yield _page(place, "pip", language)
    if chain.code.level is not Level.CLASS:
        yield Link("traceability", record, _title("traceability", language), JSON)
    for paper in certificates(chain, language.value)[0]:
        if paper.url is not None:
            words = " ".join(word for word in (paper.title, paper.number) if word)
            yield Link("certificationInfo", paper.url, words)


def _with_registered(
    links: tuple[Link, ...], product: Product, language: Language
) -> tuple[Link, ...]:
    """With those of the register; the platform's page is the product's only where it has none."""
    registered = tuple(
        Link(
            link.type,
            link.url,
            link.title.of(language.value) or _title(link.type, language),
            link.media_type,
            link.languages,
        )
        for link in product.links
    )
    has_page = any(link.type == "pip" for link in registered)
    return (*(k for k in links if not (has_page and k.type == "pip")), *registered)


def _page(place: Place, link_type: str, language: Language) -> Link:
    return Link(link_type, place.page, _title(link_type, language), HTML, _PAGE_LANGUAGES)


def _default(place: Place, language: Language) -> Link:
    return Link(DEFAULT, place.page, _title("pip", language))


def _title(link_type: str, language: Language) -> str:
    zh, en = LINK_TYPES[link_type]
    return zh if language is Language.ZH else en
