import base64
import json
from time import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey

from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.errors import NotAuthenticated
from suyuan.web import claims

MILL = Code("urn:suyuan:cn:91350200612002789K")
PRIVATE_JWK, PUBLIC_JWK = claims.generate_key_pair()
PRIVATE = claims.import_key(PRIVATE_JWK, private=True)
PUBLIC = claims.import_key(PUBLIC_JWK, private=False)

CALLERS = [
    CONSUMER,
    Caller(CallerRole.ENTERPRISE, MILL, "food"),
    Caller(CallerRole.DEPARTMENT, home="meat"),
    Caller(CallerRole.CITY),
]


def signed(key: OKPKey = PRIVATE, **changes: Any) -> str:
    """Claims like the gateway's, with changes; ``None`` leaves one out."""
    now = int(time())
    content = {"iss": "gateway", "aud": "food", "iat": now, "exp": now + 60, "role": "city"}
    content = {name: value for name, value in (content | changes).items() if value is not None}
    return jwt.encode({"alg": "Ed25519"}, content, key, algorithms=["Ed25519"])


def refusal(token: str) -> str:
    with pytest.raises(NotAuthenticated) as refused:
        claims.verify(token, audience="food", key=PUBLIC)
    return refused.value.code


def unsigned(header: dict[str, Any], content: bytes) -> str:
    parts = [json.dumps(header).encode(), content]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@pytest.mark.parametrize("caller", CALLERS)
def test_whom_the_gateway_vouches_for_is_who_asks(caller: Caller) -> None:
    token = claims.sign(caller, audience="food", key=PRIVATE)
    assert claims.verify(token, audience="food", key=PUBLIC).caller == caller


def test_the_sectors_of_the_subsystem_go_along() -> None:
    token = claims.sign(CALLERS[1], audience="food", key=PRIVATE, sectors=("food", "drugs"))
    found = claims.verify(token, audience="food", key=PUBLIC).caller
    assert (found, found.sectors) == (CALLERS[1], ("food", "drugs"))


def test_the_public_half_can_make_no_claims() -> None:
    assert "d" not in PUBLIC_JWK
    with pytest.raises(JoseError):
        claims.sign(CONSUMER, audience="food", key=PUBLIC)


def test_claims_for_one_subsystem_do_not_hold_at_another() -> None:
    assert refusal(claims.sign(CONSUMER, audience="meat", key=PRIVATE)) == "claims_refused"


def test_claims_expire() -> None:
    assert refusal(claims.sign(CONSUMER, audience="food", key=PRIVATE, ttl=-11)) == "claims_expired"


def test_clocks_may_differ_a_little() -> None:
    token = claims.sign(CONSUMER, audience="food", key=PRIVATE, ttl=-5)
    assert claims.verify(token, audience="food", key=PUBLIC).caller == CONSUMER


def test_another_gateways_signature_does_not_hold() -> None:
    other = claims.import_key(claims.generate_key_pair()[0], private=True)
    assert refusal(signed(other)) == "claims_refused"


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "role"])
def test_claims_that_leave_something_out_do_not_hold(name: str) -> None:
    left_out: dict[str, Any] = {name: None}
    assert refusal(signed(**left_out)) == "claims_refused"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"aud": ["meat"]},
        {"exp": "never"},
        {"iat": 2**33},
        {"role": "mayor"},
        {"role": ["city"]},
        {"party": 7},
        {"party": ""},
        {"home": ["food"]},
        {"sectors": "food"},
        {"sectors": [7]},
    ],
)
def test_claims_with_a_strange_content_do_not_hold(changes: dict[str, Any]) -> None:
    assert refusal(signed(**changes)) == "claims_refused"


def test_changed_claims_do_not_hold() -> None:
    header, _, signature = signed(role="consumer").split(".")
    _, content, _ = signed(role="city").split(".")
    assert refusal(f"{header}.{content}.{signature}") == "claims_refused"


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "EdDSA", "Ed448", "ES256", "", 7])
def test_an_algorithm_that_is_not_ours_is_refused(algorithm: object) -> None:
    _, content, signature = signed().split(".")
    header, _ = unsigned({"alg": algorithm}, b"").split(".")
    assert refusal(f"{header}.{content}.{signature}") == "claims_refused"
    assert refusal(f"{header}.{content}.") == "claims_refused"


def test_the_public_key_is_not_taken_for_a_shared_secret() -> None:
    secret = OctKey.import_key(json.dumps(PUBLIC_JWK))
    now = int(time())
    content = {"iss": "gateway", "aud": "food", "iat": now, "exp": now + 60, "role": "city"}
    token = jwt.encode({"alg": "HS256"}, content, secret, algorithms=["HS256"])
    assert refusal(token) == "claims_refused"


def test_a_key_in_the_token_is_not_believed() -> None:
    other_private, other_public = claims.generate_key_pair()
    other = claims.import_key(other_private, private=True)
    header = {"alg": "Ed25519", "jwk": other_public}
    now = int(time())
    content = {"iss": "gateway", "aud": "food", "iat": now, "exp": now + 60, "role": "city"}
    assert refusal(jwt.encode(header, content, other, algorithms=["Ed25519"])) == "claims_refused"


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_no_text_is_claims_by_chance(token: str) -> None:
    assert refusal(token) == "claims_refused"


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists), st.binary(max_size=64))
def test_no_header_breaks_the_reader(algorithm: Any, content: bytes) -> None:
    assert refusal(unsigned({"alg": algorithm}, content) + ".AAAA") == "claims_refused"


@pytest.mark.parametrize(
    ("jwk", "private"),
    [
        (PUBLIC_JWK, True),
        (PRIVATE_JWK, False),
        ({}, False),
        (PUBLIC_JWK | {"x": "!"}, False),
        (PUBLIC_JWK | {"x": 7}, False),
        (PUBLIC_JWK | {"crv": "Ed448"}, False),
        ({"kty": "oct", "k": "c2VjcmV0"}, False),
    ],
)
def test_a_key_of_another_kind_is_not_taken(jwk: dict[str, Any], private: bool) -> None:
    with pytest.raises(ValueError, match="not a"):
        claims.import_key(jwk, private=private)
