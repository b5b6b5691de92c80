"""Linksets in JSON against a schema of RFC 9264 and of GS1's resolver standard."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from suyuan.domain.links import LINK_TYPES, Link, LinkLevel
from suyuan.wire.linkset import write_linkset
from tests.wire.linkset_schema import SCHEMA

VALID = Draft202012Validator(SCHEMA)
LOT = LinkLevel(
    "https://suyuan.example/01/06901234567892/10/L1",
    (
        Link(
            "defaultLink", "https://suyuan.example/t/01/06901234567892/10/L1", "产品", "text/html"
        ),
        Link("pip", "https://suyuan.example/p", "产品", "text/html", ("zh", "en", "zh-CN")),
        Link("certificationInfo", "https://papers.example/1.pdf", "检疫证"),
        Link("certificationInfo", "https://papers.example/2.pdf", "检测报告", "application/pdf"),
    ),
    "上海青",
)
ITEM = LinkLevel("https://suyuan.example/01/06901234567892", ())


def test_a_linkset_is_valid() -> None:
    body = write_linkset([LOT, ITEM])
    VALID.validate(body)
    assert [level["anchor"] for level in body["linkset"]] == [LOT.anchor, ITEM.anchor]
    assert body["linkset"][0]["itemDescription"] == "上海青"
    assert len(body["linkset"][0]["https://ref.gs1.org/voc/certificationInfo"]) == 2


def test_a_default_link_has_address_and_title_alone() -> None:
    (default,) = write_linkset([LOT])["linkset"][0]["https://ref.gs1.org/voc/defaultLink"]
    assert default.keys() == {"href", "title"}


def test_json_ld_names_its_context_and_is_the_same_otherwise() -> None:
    with_context = write_linkset([LOT], with_context=True)
    VALID.validate(with_context)
    assert with_context.pop("@context").endswith("/linkset-context")
    assert with_context == write_linkset([LOT])


@pytest.mark.parametrize("link_type", sorted(LINK_TYPES))
def test_every_type_is_a_uri_of_the_vocabulary(link_type: str) -> None:
    level = LinkLevel(ITEM.anchor, (Link(link_type, "https://a.example/x", "X"),))
    body = write_linkset([level])
    VALID.validate(body)
    assert f"https://ref.gs1.org/voc/{link_type}" in body["linkset"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"linkset": []},
        {"linkset": {}},
        {"linkset": [{}]},
        {"linkset": [{"anchor": "/01/06901234567892"}]},
        {"linkset": [{"anchor": "https://a.example/1", "description": "X"}]},
        {"linkset": [{"anchor": "https://a.example/1", "gs1:pip": []}]},
        *(
            {"linkset": [{"anchor": "https://a.example/1", "https://ref.gs1.org/voc/pip": targets}]}
            for targets in (
                [],
                [{"href": "https://a.example/2"}],
                [{"href": "https://a.example/2", "title": "X", "hreflang": "zh"}],
                [{"href": "https://a.example/2", "title": "X", "hreflang": ["zh-Hans"]}],
                [{"href": "https://a.example/批", "title": "X"}],
            )
        ),
        {
            "linkset": [
                {
                    "anchor": "https://a.example/1",
                    "https://ref.gs1.org/voc/defaultLink": [
                        {"href": "https://a.example/2", "title": "X", "type": "text/html"}
                    ],
                }
            ]
        },
    ],
)
def test_the_schema_refuses_what_is_no_linkset(wrong: Any) -> None:
    assert not VALID.is_valid(wrong)
