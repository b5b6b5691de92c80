"""What a page says of the product itself: its facts, who made it under which licence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from suyuan.domain.chain import Chain, product_of
from suyuan.domain.codes import Code
from suyuan.domain.register import Licence, product_key
from suyuan.web.pages.facts import host_of, producer_of
from suyuan.web.pages.moments import day
from suyuan.web.pages.names import Names, clean, party_name
from suyuan.web.pages.texts import texts
from suyuan.web.pages.words import Language

_VALUE_LIMIT = 80
# What the GS1 Web Vocabulary calls a picture of the thing.
_PICTURE = "relatedImage"
# A food maker has one or two; a group's register entry may list dozens.
_LICENCES = 2


def product_facts(chain: Chain, names: Names, language: Language) -> list[tuple[str, str]]:
    """``(label, value)`` of what is known of the product; what is not known is not there.

    What events state of this very thing goes before what a register says of the product.
    """
    sentences = texts(language)
    stated = product_of(chain)
    registered = names.products.get(product_key(chain.code))
    producer = made_by(chain, names)
    values = {
        "lot": stated.lot,
        "produced_on": stated.produced_on and day(stated.produced_on, language),
        "expires_on": stated.expires_on and day(stated.expires_on, language),
        "shelf_life": registered and registered.shelf_life,
        "origin": stated.origin,
        "spec": stated.spec,
        "standard_no": registered and registered.standard,
        "producer": producer and party_name(producer, names, language),
    }
    told = [(sentences[key], clean(value, _VALUE_LIMIT)) for key, value in values.items() if value]
    licences = names.licences.get(producer.key, ()) if producer else ()
    told += [(sentences["licence"], text) for text in _licences(licences, language)]
    return told


def made_by(chain: Chain, names: Names) -> Code | None:
    """Who made the thing, by the events, else by the register."""
    registered = names.products.get(product_key(chain.code))
    return producer_of(chain) or (registered.producer if registered else None)


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of the product that its enterprise registered, to be opened on tap."""

    url: str
    host: str


def photo(chain: Chain, names: Names) -> Photo | None:
    """The first picture among the registered links of the product, ``None`` where there is none."""
    registered = names.products.get(product_key(chain.code))
    for link in registered.links if registered is not None else ():
        host = host_of(link.url)
        if link.type == _PICTURE and host is not None:
            return Photo(link.url, host)
    return None


def _licences(licences: tuple[Licence, ...], language: Language) -> Iterator[str]:
    """Those that end last, with the day that the register gives; it is a fact and no verdict."""
    lasting = sorted(licences, key=lambda one: one.valid_to or date.max, reverse=True)
    for licence in lasting[:_LICENCES]:
        number = clean(licence.number)
        if licence.valid_to is None:
            yield number
        else:
            until = day(licence.valid_to, language)
            yield texts(language)["valid_to"].format(number, until)
