"""Private and national URNs of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.codes import Use, recognise
from suyuan.domain.errors import CodeError

printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(printable, printable)
def test_a_private_code_is_the_same_however_its_urn_is_encoded(owner: str, code: str) -> None:
    if owner in ("cn", "event", "transformation", "epcis") or ":" in owner or "%" in owner + code:
        return
    key = recognise(f"urn:suyuan:{owner}:{code}").key
    everything = "".join(f"%{byte:02x}" for byte in code.encode())
    assert recognise(f"URN:suyuan:{owner}:{everything}").key == key


def test_what_fits_nothing_is_its_owners_private_code() -> None:
    code = recognise("批次 1/A", owner="91350100M000100Y43")
    assert code.key == "urn:suyuan:91350100M000100Y43:%E6%89%B9%E6%AC%A1%201%2FA"
    assert (code.scheme, code.text) == ("private", "批次 1/A")
    assert recognise(code.key, owner="someone else") == code


def test_without_an_owner_it_is_nobodys() -> None:
    assert recognise("hello").key == "urn:suyuan:private:hello"


def test_an_owner_that_is_a_key_itself_is_encoded() -> None:
    owner = "https://id.gs1.org/417/4012345000054"
    key = recognise("L1", owner=owner).key
    assert key == "urn:suyuan:https%3A%2F%2Fid.gs1.org%2F417%2F4012345000054:L1"
    assert recognise(key).key == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("urn:suyuan:cn:91350100m000100y43", "urn:suyuan:cn:91350100M000100Y43"),
        ("urn:suyuan:cn:%33%37068100000000000998", "urn:suyuan:cn:37068100000000000998"),
        ("urn:suyuan:cn:86904879000126", "https://id.gs1.org/01/86904879000126"),
        ("urn:suyuan:cn:350203001", "urn:suyuan:cn:350203001"),
        ("urn:suyuan:cn:闽饲证 1", "urn:suyuan:cn:%E9%97%BD%E9%A5%B2%E8%AF%81%201"),
        ("urn:suyuan:cn:6901234567893", "urn:suyuan:cn:6901234567893"),
    ],
)
def test_a_national_urn_is_read_like_its_text(text: str, key: str) -> None:
    assert recognise(text, owner="X").key == key


def test_a_national_urn_of_a_wrong_uscc_is_refused() -> None:
    with pytest.raises(CodeError):
        recognise("urn:suyuan:cn:91310115MA1H8R7C6D", use=Use.PARTY)


def test_event_urns_are_no_codes_of_an_owner_called_event() -> None:
    urn = "urn:suyuan:event:91350100M000100Y43:a%2Fb"
    assert (recognise(urn).key, recognise(urn).scheme) == (urn, "uri")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("urn:suyuan:91350100M000100Y43", "code_malformed"),
        ("urn:suyuan::L1", "code_malformed"),
        ("urn:suyuan:X:", "code_malformed"),
        ("urn:suyuan:X:%FF", "code_malformed"),
        ("urn:suyuan:X:%00", "code_characters"),
        ("urn:suyuan:X:%20", "code_empty"),
        ("urn:suyuan:X:" + "A" * 513, "code_too_long"),
        ("urn:suyuan:X:" + "批" * 300, "code_too_long"),
    ],
)
def test_urns_that_are_no_code_are_refused(text: str, code: str) -> None:
    with pytest.raises(CodeError) as caught:
        recognise(text)
    assert caught.value.code == code


def test_a_key_is_never_longer_than_an_index_entry_may_be() -> None:
    assert len(recognise("批" * 200, owner="X").key) < 2048
    with pytest.raises(CodeError) as caught:
        recognise("批" * 500, owner="X")
    assert caught.value.code == "code_too_long"
