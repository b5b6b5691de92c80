"""What codes are called on a page, cleaned of whatever a stranger could have put into a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode

from suyuan.domain.certificates import Adopted
from suyuan.domain.codes import Code
from suyuan.domain.register import Licence, Product
from suyuan.web.pages.words import SUBSYSTEMS, Label, Language

GS1_KEY = "https://id.gs1.org/"
NATIONAL_KEY = "urn:suyuan:cn:"
_PRIVATE_KEY = re.compile(r"urn:suyuan:([^:]+):(.+)", re.DOTALL)

# Long enough for any true name; ten thousand letters would push the recall off the screen.
NAME_LIMIT = 60

# Schemes whose codes name an organisation. Any other id of a party may be a person's: a farmer's
# telephone or identity number in a seller's own list, or a farm OID made from one.
_ORGANISATIONS: Mapping[str, Label] = {
    "uscc": Label("统一社会信用代码", "Unified social credit code"),
    "gln": Label("GLN", "GLN"),
    "pgln": Label("GLN", "GLN"),
}
_NODE = Label("流通节点编号", "Market node number")
_UNNAMED = Label("名称未公开的经营者", "A trader without a public name")
_COORDINATES = Label("坐标", "Coordinates")


@dataclass(frozen=True, slots=True)
class Names:
    """What registers publicly know, by canonical key; names of subsystems by id.

    ``kinds`` are the kinds of party that a sector's profile has a word of its own for.
    """

    parties: Mapping[str, Label] = field(default_factory=dict)
    places: Mapping[str, Label] = field(default_factory=dict)
    subsystems: Mapping[str, Label] = field(default_factory=dict)
    licences: Mapping[str, tuple[Licence, ...]] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    certificates: Mapping[str, tuple[Adopted, ...]] = field(default_factory=dict)
    kinds: Mapping[str, Label] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Where the page's own links lead: relative or absolute addresses, never a third party's.

    ``chinese``, ``english``  this page in the other language
    ``standard``, ``elder``   this page in the other size of text
    ``record``, ``icon``      the chain as data, and the site's icon; ``None`` where there is none
    ``complain``              the form for complaints, with the code filled in
    ``follow_up``             where the number of a complaint can be typed
    """

    chinese: str
    english: str
    standard: str
    elder: str
    record: str | None = None
    icon: str | None = None
    complain: str | None = None
    follow_up: str | None = None

    @classmethod
    def of(
        cls,
        path: str = "",
        *,
        language: Language = "zh",
        elder: bool = False,
        record: str | None = None,
        complain: str | None = None,
        follow_up: str | None = None,
    ) -> PageLinks:
        """Links of the page at ``path``, percent-encoded: ``lang=en`` and ``size=large`` choose.

        Without a path they are relative to the page itself, whatever its address; one that ends
        in ``&`` has a query already.
        """

        def address(lang: str, large: bool) -> str:
            begin = path if path.endswith("&") else f"{path}?"
            return f"{begin}{urlencode({'lang': lang, **({'size': 'large'} if large else {})})}"

        return cls(
            address("zh", elder),
            address("en", elder),
            address(language, False),
            address(language, True),
            record=record,
            complain=complain,
            follow_up=follow_up,
        )


def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """Text on one line without control, bidirectional or other invisible characters, shortened."""
    start = text[: limit * 4]
    if not start.isprintable():
        start = "".join(c for c in start if c.isprintable() or c.isspace())
    line = " ".join(start.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def readable(code: Code) -> str:
    """A code as a person would read it off the label.

    GS1 keys are written as under a GS1 symbol (General Specifications, 4.14): ``(01)… (10)…``.
    """
    if code.key.startswith(GS1_KEY):
        parts = code.key.removeprefix(GS1_KEY).split("/")
        pairs = zip(parts[::2], parts[1::2], strict=False)
        return clean(" ".join(f"({ai}){unquote(value)}" for ai, value in pairs), 120)
    if code.key.startswith(NATIONAL_KEY):
        return clean(unquote(code.short))
    private = _PRIVATE_KEY.fullmatch(code.key)
    return clean(unquote(private[2]) if private else code.key)


def party_name(code: Code, names: Names, language: Language) -> str:
    """An organisation's registered name, else its code with the words for it; never a person's."""
    if (name := names.parties.get(code.key)) is not None:
        return clean(name.of(language))
    label = _ORGANISATIONS.get(code.scheme)
    if label is None:
        return _UNNAMED.of(language)
    number = code.key.rsplit("/", 1)[-1] if code.key.startswith(GS1_KEY) else code.short
    return f"{label.of(language)} {clean(number)}"


def place_name(code: Code, names: Names, language: Language) -> str:
    """A place's registered name, else its code as reported."""
    if (name := names.places.get(code.key)) is not None:
        return clean(name.of(language))
    if code.key.startswith("geo:"):
        return f"{_COORDINATES.of(language)} {clean(code.key.removeprefix('geo:'))}"
    if code.key.startswith(GS1_KEY):
        gln, *extension = code.key.removeprefix(GS1_KEY).split("/")[1::2]
        return clean(" ".join(("GLN", gln, *map(unquote, extension))))
    return (
        f"{_NODE.of(language)} {readable(code)}" if code.scheme == "meat_node" else readable(code)
    )


def subsystem_name(subsystem: str, names: Names, language: Language) -> str:
    """What a subsystem is called: the registry's name, else the platform's own, else its id."""
    label = names.subsystems.get(subsystem) or SUBSYSTEMS.get(subsystem)
    return clean(label.of(language) if label else subsystem)
