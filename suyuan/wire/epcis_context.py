"""JSON-LD contexts as far as EPCIS needs them: which namespace a prefix stands for.

A context is never fetched. What the standard's own context says is pinned here
(epcis-context.jsonld 2.0.0); of any other context only the prefixes that stand in the document are
known. A standard member keeps its meaning whatever a context says of it.
"""

from __future__ import annotations

from typing import Any

STANDARD_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
SUYUAN_NAMESPACE = "urn:suyuan:epcis:"
SUYUAN_PREFIX = "suyuan"

# The XML namespace of the CBV's master data attributes; the JSON-LD context writes it with a colon
# at its end. The event hash of both bindings must agree, and the reference implementation takes
# this one where a document does not declare the prefix itself.
CBVMDA_NAMESPACE = "urn:epcglobal:cbv:mda"

_STANDARD = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": CBVMDA_NAMESPACE,
    "gs1": "https://gs1.org/voc/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}

# Schemes that an event's ids are written in. As prefixes they would turn every id into another.
SCHEMES = frozenset({"http", "https", "urn", "ni", "geo", "data", "tag"})


def entries(context: Any) -> list[Any]:
    """The entries of a context, which may be none, a text, an object or an array of both."""
    if context is None:
        return []
    return context if isinstance(context, list) else [context]


def namespaces(context: Any) -> dict[str, str]:
    """Prefix to namespace, of a context and of the standard context, the later entry winning."""
    known = _STANDARD
    for entry in entries(context):
        if not isinstance(entry, dict):
            continue
        for prefix, term in entry.items():
            namespace = term if isinstance(term, str) else _id_of(term)
            if namespace is None or prefix in SCHEMES or ":" in prefix or prefix[:1] == "@":
                continue
            if known is _STANDARD:
                known = dict(_STANDARD)
            known[prefix] = namespace
    return known


def _id_of(term: Any) -> str | None:
    """The namespace of an expanded term definition (JSON-LD 1.1, 9.15.1)."""
    namespace = term.get("@id") if isinstance(term, dict) else None
    return namespace if isinstance(namespace, str) else None


def names_unknown_contexts(context: Any) -> bool:
    """Whether a context refers to one that is not pinned here and may declare more prefixes."""
    return any(isinstance(e, str) and not is_standard(e) for e in entries(context))


def is_standard(url: str) -> bool:
    """Whether an address is one of the standard's own context, of any version."""
    return url.endswith("/epcis-context.jsonld")


def merged(document: Any, event: Any) -> Any:
    """The context of an event that stands alone: its document's, then its own."""
    if event is None:
        return document
    own = entries(event)
    return [entry for entry in entries(document) if entry not in own] + own
