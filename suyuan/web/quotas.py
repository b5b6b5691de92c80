"""Quotas: how often one key, or one address without a key, may ask in a second.

A token bucket each (rate, and a burst that may be saved up), in the memory of one process: with
several workers or machines behind one address the limit is that many times higher, and a restart
forgets. That is enough against a runaway client, costs no call anywhere, and needs no store.
The gateway's calls carry claims and are never counted at a subsystem: the gateway counted already.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import Scope

from suyuan.domain.errors import TooMany

Network = IPv4Network | IPv6Network

# About 10 MB of buckets. Whoever is pushed out begins anew with a full one, which is what a bucket
# that nobody has touched for so long has become anyway.
_BUCKETS = 50_000
# A household or a server has a whole /64 of IPv6 addresses (RFC 6177): they are one asker.
_IPV6_PREFIX = 64
# A household's bad day; many phones of one carrier share an address.
_COMPLAINT_RATE, _COMPLAINT_BURST = 1 / 30, 20
# Proxies that stand behind each other; a longer list was written by the client.
_HOPS = 10


class TokenBuckets:
    """One bucket for each asker: ``burst`` requests at once, ``rate`` a second in the long run.

    A rate of 0 limits nothing.
    """

    def __init__(self, rate: float, burst: int, *, clock: Callable[[], float] = monotonic) -> None:
        self.rate = rate
        self._burst = float(burst)
        self._clock = clock
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, asker: Hashable) -> None:
        """Count one request. Raises TooMany, with the seconds to wait, where none is left."""
        if not self.rate:
            return
        now = self._clock()
        left, since = self._buckets.get(asker, (self._burst, now))
        left = min(self._burst, left + (now - since) * self.rate)
        refused = left < 1
        self._buckets[asker] = (left if refused else left - 1, now)
        self._buckets.move_to_end(asker)
        if len(self._buckets) > _BUCKETS:
            self._buckets.popitem(last=False)
        if refused:
            raise TooMany(retry_after=max(1, math.ceil((1 - left) / self.rate)), rate=self.rate)


class Quotas:
    """The buckets of a service: of keys by their hashes, and of addresses that show no key."""

    def __init__(
        self, keys: TokenBuckets, addresses: TokenBuckets, trusted: Sequence[Network] = ()
    ) -> None:
        self._keys = keys
        self._addresses = addresses
        self._trusted = tuple(trusted)
        self._complaints = TokenBuckets(_COMPLAINT_RATE, _COMPLAINT_BURST)

    def count_key(self, digest: bytes) -> None:
        """Count a request with a key. Raises TooMany."""
        self._keys.take(digest)

    def count_complaint(self, scope: Scope) -> None:
        """Count a complaint, which is written down and read by a person. Raises TooMany."""
        self._complaints.take(asker_of(client_address(scope, self._trusted)))

    def count_stranger(self, scope: Scope) -> None:
        """Count a request without a key, or with one that does not hold. Raises TooMany."""
        if self._addresses.rate:
            self._addresses.take(asker_of(client_address(scope, self._trusted)))


def networks(text: str) -> list[Network]:
    """Addresses and networks of a comma-separated list. Raises ValueError for what is neither."""
    return [ip_network(part.strip()) for part in text.split(",") if part.strip()]


def client_address(scope: Scope, trusted: Sequence[Network]) -> str:
    """The address that a request came from.

    ``X-Forwarded-For`` is read only where the peer is a trusted proxy, from the right, and up to
    the first address that is none: what stands left of that one anybody may have written.
    """
    peer = scope["client"][0] if scope.get("client") else ""
    if not trusted or not _is_trusted(peer, trusted):
        return str(peer)
    forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).rsplit(",", _HOPS)
    address = str(peer)
    for entry in reversed(forwarded):
        told = entry.strip()
        if not _is_address(told):
            break
        address = told
        if not _is_trusted(told, trusted):
            break
    return address


@lru_cache(4096)
def asker_of(address: str) -> str:
    """What an address is counted as: itself, or of IPv6 its network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((int(parsed), _IPV6_PREFIX), strict=False))
    return address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in trusted)
