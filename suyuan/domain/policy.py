"""Who may see what: pure functions over a finished chain. The default is refuse.

    consumer    product, steps upstream, public documents, recall state; of a party only its code;
                and of these what the profile of the event's sector shows
    enterprise  its own events whole; of the others what a consumer sees, one step down at most
    inspector,  their own subsystem whole; of the others code, time, action and party
    department
    city        everything

Each view is an allow-list: ``_PUBLIC`` and ``_OUTLINE`` name what is kept, so a member that is
added to ``Event`` one day is hidden until somebody decides otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, replace
from typing import Any

from suyuan.domain.balances import Ledger, MassBalance
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.chain import PROFILE_BREACH, Chain, ChainEvent, Finding, Via
from suyuan.domain.codes import Code, Level
from suyuan.domain.errors import NotAllowed
from suyuan.domain.events import Endpoint, Event, Item, Product, StoredEvent
from suyuan.domain.profiles.showing import NARROWING
from suyuan.domain.trail import Direction

# What makes an event an event in any view: which, of which things, when, what, by whom.
_OUTLINE = frozenset(
    [
        "id",
        "party",
        "type",
        "time",
        "action",
        "kind",
        "activity",
        "step",
        "disposition",
        "items",
        "inputs",
        "outputs",
        "parent",
        "children",
        "transformation",
        "correction",
        "sector",
    ]
)
_PUBLIC_ROLES = (CallerRole.CONSUMER, CallerRole.ENTERPRISE)
_PUBLIC = _OUTLINE | {"place", "product", "documents", "source", "temperature"}

# Documents that the law makes public or that exist to be shown; never orders, invoices, tickets.
PUBLIC_DOCUMENTS = frozenset(
    [
        "quarantine_certificate",
        "meat_inspection_certificate",
        "inspection_certificate",
        "test_report",
        "origin_certificate",
        "commitment_certificate",
        "health_certificate",
        "organic_certificate",
        "customs_declaration",
        "entry_inspection_certificate",
        "certification",
        "release_certificate",
    ]
)

# Parties that are certainly no natural person, whether or not a register here knows them.
_ORGANISATIONS = frozenset({"uscc", "gln", "pgln"})

# Stands where a party was that this viewer may not see: it may be a natural person.
WITHHELD = Code("", "withheld", Level.OTHER)

# How many steps down an enterprise may look: to whom it gave things itself.
_STEPS_DOWN = 1


def direction_for(caller: Caller, asked: Direction | None) -> Direction:
    """The direction to trace for this caller.

    Raises NotAllowed when a consumer asks where a product went.
    """
    if caller.role is not CallerRole.CONSUMER:
        return asked or Direction.BOTH
    if asked in (Direction.DOWN, Direction.BOTH):
        raise NotAllowed("downstream_not_public", direction=asked)
    return asked or Direction.UP


def require_home(caller: Caller, subsystem: str) -> None:
    """Raise NotAllowed where a department or inspector asks another subsystem for all it holds."""
    if caller.role is not CallerRole.CITY and caller.home != subsystem:
        raise NotAllowed("subsystem_not_yours", home=caller.home, subsystem=subsystem)


def view(chain: Chain, caller: Caller, organisations: AbstractSet[str] = frozenset()) -> Chain:
    """The chain as this caller may see it; what was emptied is named in ``redacted``.

    ``organisations`` are the keys of parties that a register says are no persons.
    """
    if caller.role is CallerRole.CITY:
        return chain
    on_trail = {t.code.key for t in chain.things}
    kept = [e for e in chain.events if not _is_beyond(e, caller)]
    events = tuple(_event_view(e, caller, on_trail, organisations) for e in kept)
    if caller.role in _PUBLIC_ROLES:
        chain = _nameless(chain, kept, events)
    chain = _quantity_view(chain, caller)
    if len(kept) < len(chain.events):
        chain = _without_beyond(chain, kept)
    whole = {e.stored.event.id for e in kept if _sees_whole(e.stored, caller)}
    findings = tuple(
        _finding_view(f, caller)
        for f in chain.findings
        if f.type != PROFILE_BREACH or f.event in whole
    )
    return replace(chain, events=events, findings=findings)


def _quantity_view(chain: Chain, caller: Caller) -> Chain:
    """Quantities are summed over events: who does not see all of them whole sees his own at most.

    An enterprise sees what it has itself, and its own transformations.
    """
    if all(_sees_whole(e.stored, caller) for e in chain.events):
        return chain
    ledger, masses = Ledger(), tuple[MassBalance, ...]()
    if caller.role is CallerRole.ENTERPRISE and caller.party is not None:
        own = caller.party.key
        ledger = Ledger([b for b in chain.ledger.balances if b.party == own])
        events = {e.stored.event.id for e in chain.events if e.stored.event.party.key == own}
        masses = tuple(m for m in chain.masses if m.event in events)
    return replace(chain, ledger=ledger, masses=masses, affected=())


def _without_beyond(chain: Chain, kept: list[ChainEvent]) -> Chain:
    """Without what only the withheld events tell of, and with how many those are.

    That something is missing there is said of no event: whoever reads how whole the chain is
    needs to know of it.
    """
    told = {i.code for e in kept for i in e.stored.event.things()} | {chain.code}
    ids = {e.stored.event.id for e in kept}
    known = [f for f in chain.findings if f.event is None or f.event in ids]
    gaps = [
        replace(f, event=None) for f in chain.findings if f.type == "gap" and f.event not in ids
    ]
    withheld = Finding("withheld", params={"count": len(chain.events) - len(kept)})
    return replace(
        chain,
        findings=(*known, *gaps, withheld),
        things=tuple(t for t in chain.things if t.code in told),
        links=tuple(k for k in chain.links if k.event in ids),
    )


def lone_view(
    stored: StoredEvent, caller: Caller, organisations: AbstractSet[str] = frozenset()
) -> StoredEvent:
    """One event that was asked for by its id, outside any chain.

    There is no trail to say which of its things the caller came from, so of several things in one
    place of it the public sees none; and a party that may be a person is hidden with its places.
    """
    seen = stored_view(stored, caller, organisations)
    if caller.role not in _PUBLIC_ROLES or _sees_whole(stored, caller):
        return seen
    lists = ("items", "inputs", "outputs", "children")
    several = [name for name in lists if len(getattr(seen.event, name)) > 1]
    emptied: dict[str, Any] = dict.fromkeys(several, ())
    event, hidden = _without_person(replace(seen.event, **emptied), organisations)
    return _narrowed(replace(seen, event=event, redacted=(*seen.redacted, *several, *hidden)))


def _without_person(event: Event, organisations: AbstractSet[str]) -> tuple[Event, tuple[str, ...]]:
    """An event whose party may be a person, without the party and its places."""
    if _organisation(event.party, organisations) is not None:
        return event, ()
    hidden = replace(event, party=WITHHELD, place=None, source=Endpoint())
    return hidden, ("party", "place", "from")


def stored_view(
    stored: StoredEvent, caller: Caller, organisations: AbstractSet[str] = frozenset()
) -> StoredEvent:
    """One event as this caller may see it, with the names of the members that were emptied.

    Looking twice changes nothing, so a subsystem and the gateway may both look.
    """
    event = stored.event
    if _sees_whole(stored, caller):
        return stored
    if caller.role in (CallerRole.INSPECTOR, CallerRole.DEPARTMENT):
        return _redact(stored, _keep(event, _OUTLINE, _without_quantity), caller)
    seen = replace(
        _keep(event, _PUBLIC, _as_it_is),
        source=Endpoint(_organisation(event.source.party, organisations), event.source.place),
        documents=tuple(d for d in event.documents if d.type in PUBLIC_DOCUMENTS),
    )
    return _redact(stored, seen, caller)


def _redact(stored: StoredEvent, seen: Event, caller: Caller) -> StoredEvent:
    names = dict.fromkeys((*stored.redacted, *_emptied(stored.event, seen)))
    reporter = "" if caller.role is CallerRole.CONSUMER else stored.reporter
    # What a profile says of an event quotes what is hidden.
    return replace(
        stored, event=seen, reporter=reporter, redacted=tuple(names), profile=None, breaches=()
    )


def _sees_whole(stored: StoredEvent, caller: Caller) -> bool:
    match caller.role:
        case CallerRole.CITY:
            return True
        case CallerRole.INSPECTOR | CallerRole.DEPARTMENT:
            return caller.home is not None and caller.home in stored.subsystems
        case CallerRole.ENTERPRISE:
            return caller.party is not None and stored.event.party == caller.party
        case _:
            return False


def _is_beyond(one: ChainEvent, caller: Caller) -> bool:
    """Whether an event lies further down than an enterprise may look."""
    return (
        caller.role is CallerRole.ENTERPRISE
        and one.via is Via.DOWN
        and one.hop > _STEPS_DOWN
        and not _sees_whole(one.stored, caller)
    )


def _event_view(
    one: ChainEvent, caller: Caller, on_trail: set[str], organisations: AbstractSet[str]
) -> ChainEvent:
    stored = stored_view(one.stored, caller, organisations)
    if caller.role in _PUBLIC_ROLES and not _sees_whole(one.stored, caller):
        event, hidden = _without_person(_only(stored.event, on_trail), organisations)
        stored = _narrowed(replace(stored, event=event, redacted=(*stored.redacted, *hidden)))
    return replace(one, stored=stored)


def listed_view(stored: StoredEvent, caller: Caller) -> StoredEvent:
    """One event of a list, where an enterprise finds what others say of its things."""
    seen = stored_view(stored, caller)
    if caller.role not in _PUBLIC_ROLES or _sees_whole(stored, caller):
        return seen
    return _narrowed(seen)


# How each field that a profile may leave out is taken away (``domain.profiles.showing``).
_EMPTY: dict[str, dict[str, Any]] = {
    "party": {"party": WITHHELD},
    "place": {"place": None},
    "from.party": {"source": Endpoint()},
    "documents": {"documents": ()},
}


def _narrowed(stored: StoredEvent) -> StoredEvent:
    """Without the fields that the profile of the event's sector does not show the public.

    A name that is no such field's takes nothing away: another subsystem may have sent it.
    """
    event, names = stored.event, list(stored.redacted)
    for field in filter(NARROWING.__contains__, stored.unshown):
        narrowed = _without(event, field)
        if narrowed != event:
            names.append("from" if field == "from.party" else field)
            event = narrowed
    return replace(stored, event=event, redacted=tuple(dict.fromkeys(names)))


def _without(event: Event, field: str) -> Event:
    fact = field.removeprefix("product.")
    if fact == field:
        return replace(event, **_EMPTY[field])
    if event.product is None:
        return event
    product = replace(event.product, **{fact: None})
    return replace(event, product=None if product == Product() else product)


def _nameless(chain: Chain, kept: list[ChainEvent], seen: tuple[ChainEvent, ...]) -> Chain:
    """Without names of things that only product names which are not shown tell."""
    hiding = [e for e in kept if "product.name" in e.stored.unshown]
    if not hiding:
        return chain
    hidden = _product_names(hiding) - _product_names(seen)
    things = tuple(
        replace(t, name=None) if (t.code.key, t.name) in hidden else t for t in chain.things
    )
    return replace(chain, things=things)


def unshown_of(chain: Chain, caller: Caller) -> Mapping[str, frozenset[str]]:
    """The fields that are not shown to this caller, by the key of the thing that they are of.

    What a register says of the product is told of it no more than the report's own word.
    """
    found: dict[str, frozenset[str]] = {}
    if caller.role in _PUBLIC_ROLES:
        for stored in (e.stored for e in chain.events if e.stored.unshown):
            if not _sees_whole(stored, caller):
                for item in stored.event.outputs or stored.event.items:
                    key = item.code.key
                    found[key] = found.get(key, frozenset()).union(stored.unshown)
    return found


def _product_names(events: Iterable[ChainEvent]) -> set[tuple[str, str | None]]:
    return {
        (item.code.key, event.product.name)
        for event in (one.stored.event for one in events)
        if event.product is not None and event.product.name
        for item in event.outputs or event.items
    }


def _only(event: Event, codes: set[str]) -> Event:
    """Without the things that are not on the trail: what else was in the box is not his to see."""

    def kept(items: Iterable[Item]) -> tuple[Item, ...]:
        return tuple(i for i in items if i.code.key in codes)

    parent = event.parent if event.parent and event.parent.key in codes else None
    return replace(
        event,
        items=kept(event.items),
        inputs=kept(event.inputs),
        outputs=kept(event.outputs),
        children=kept(event.children),
        parent=parent,
    )


def _keep(event: Event, names: frozenset[str], item: Callable[[Item], Item]) -> Event:
    """An event of the named members alone; the others take their empty value."""
    kept: dict[str, Any] = {
        f.name: getattr(event, f.name) for f in fields(event) if f.name in names
    }
    for name in ("items", "inputs", "outputs", "children"):
        kept[name] = tuple(item(i) for i in kept[name])
    return Event(**kept)


def _as_it_is(item: Item) -> Item:
    return item


def _without_quantity(item: Item) -> Item:
    return Item(item.code, classed=item.is_lot)


def _organisation(party: Code | None, registered: AbstractSet[str]) -> Code | None:
    if party is None or (party.scheme not in _ORGANISATIONS and party.key not in registered):
        return None
    return party


_JSON_NAMES = {"source": "from", "destination": "to"}


def _emptied(event: Event, seen: Event) -> tuple[str, ...]:
    names = [
        _JSON_NAMES.get(f.name, f.name)
        for f in fields(event)
        if f.name != "id" and getattr(event, f.name) != getattr(seen, f.name)
    ]
    return tuple(names)


def _finding_view(finding: Finding, caller: Caller) -> Finding:
    """A finding's parameters may name parties and containers that only officials may see."""
    if finding.type == PROFILE_BREACH:
        return finding
    if caller.role in (CallerRole.CONSUMER, CallerRole.ENTERPRISE):
        public = {k: v for k, v in finding.params.items() if k in ("missing", "count")}
        return replace(finding, params=public)
    return finding
