"""The ministry's XML: every row becomes events or is listed, whatever is wrong with the others."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from suyuan.domain.errors import ReportRefused
from suyuan.wire.ministry import cutting
from suyuan.wire.ministry.opening import open_ministry
from suyuan.wire.ministry.reading import MinistryReader
from suyuan.wire.sheets.reading import RowFault
from tests.wire.ministry.rows import (
    BATCH,
    HEAD,
    SLIP,
    STALL,
    TICKET,
    WHOLESALER,
    document,
    entry,
    row,
    scale,
    trade,
)


def read(text: str | bytes) -> list[list[dict[str, Any]] | list[RowFault]]:
    """What each row becomes: its events in the city form, or its faults."""
    body = text.encode() if isinstance(text, str) else text
    reader = MinistryReader(None)
    found: list[list[dict[str, Any]] | list[RowFault]] = []
    for line in open_ministry(io.BytesIO(body)).lines:
        read = reader.read(line, datetime.now(UTC))
        found.append(
            read if isinstance(read, list) else [msgspec.json.decode(r.document) for r in read]
        )
    return found


def events(text: str | bytes) -> list[dict[str, Any]]:
    return [e for each in read(text) for e in each if isinstance(e, dict)]


def codes(text: str | bytes) -> list[list[str]]:
    return [[f.code for f in each if isinstance(f, RowFault)] for each in read(text)]


def test_a_head_and_its_detail_are_one_receipt_linked_by_the_ticket() -> None:
    (received,) = events(document(entry("tran_id", TICKET)))
    assert (received["kind"], received["activity"]) == ("retail", "receive")
    assert received["items"] == [{"code": TICKET, "quantity": "80.5", "unit": "KGM"}]
    assert received["party"] == f"urn:suyuan:cn:{STALL}"
    assert received["from"] == {"party": f"urn:suyuan:cn:{WHOLESALER}"}
    assert received["extra"]["linked_by"] == "ticket"
    assert received["documents"] == [{"type": "transaction_ticket", "number": TICKET}]


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("quarantine_animal_products_id", "quarantine_certificate"),
        ("inspection_meat_id", "meat_inspection_certificate"),
        ("prov_id", "origin_certificate"),
    ],
)
def test_without_a_ticket_a_certificate_links(tag: str, kind: str) -> None:
    (received,) = events(document(entry(tag, "Q350206-77")))
    assert received["items"][0]["code"] == f"urn:suyuan:certificate:{kind}:Q350206-77"
    assert received["extra"]["linked_by"] == "certificate"
    assert received["documents"] == [{"type": kind, "number": "Q350206-77"}]


def test_without_either_the_batch_links_and_no_document_supports_it() -> None:
    (received,) = events(document(entry("batch_id", BATCH)))
    assert received["items"][0]["code"] == BATCH
    assert received["extra"]["linked_by"] == "batch"
    assert "documents" not in received


def test_a_scales_row_is_a_part_cut_off_and_sold() -> None:
    split, sale = events(document(scale("tran_id", TICKET)))
    assert (split["activity"], sale["activity"]) == ("split", "sale")
    assert split["inputs"][0]["code"] == TICKET
    assert split["outputs"][0]["code"] == sale["items"][0]["code"] == SLIP


def test_a_trade_turns_a_batch_into_a_ticket() -> None:
    (sale,) = events(document(trade(trace_id="35020600100010000002")))
    assert (sale["inputs"][0]["code"], sale["outputs"][0]["code"]) == (BATCH, TICKET)
    assert sale["to"] == {"party": f"urn:suyuan:cn:{STALL}"}


def test_what_came_with_a_certificate_becomes_the_batch() -> None:
    said = {"in_date": "20260301", "wholesaler_id": WHOLESALER, "batch_id": BATCH, "weight": "900"}
    named = {"quarantine_animal_products_id": "Q1"}
    entered, split = events(document(row("wholesale_market_in_info", said, named)))
    certificate = "urn:suyuan:certificate:quarantine_certificate:Q1"
    assert entered["items"][0]["code"] == split["inputs"][0]["code"] == certificate
    assert split["outputs"][0]["code"] == BATCH


def test_the_broken_tag_of_the_ministrys_sample_is_read_as_it_is_meant() -> None:
    head = row("retail_market_in_info_base", HEAD, tran_id=TICKET)
    sample = head.replace("</retail_market_in_info_base>", "") + "<prov_id></prov.id>"
    detail = row("retail_market_in_info_detail", tran_id=TICKET, weight="5")
    (received,) = events(document(sample + "</retail_market_in_info_base>", detail))
    assert received["items"][0]["quantity"] == "5"


def test_a_broken_row_breaks_no_other() -> None:
    good = [scale("tran_id", TICKET, sale_tran_id=f"{SLIP[:-1]}{n}") for n in range(4)]
    broken = [
        good[0].replace("</weight>", "</wieght>"),
        good[0].replace("</retail_market_tran_info_summ>", ""),
        good[0].replace("0.82", "0.82 & more"),
        good[0].replace("0.82", "&unknown;"),
        good[0].replace("0.82", "<b>0.82</b>"),
        good[0].replace("weight", "heft"),
        good[0].replace("0.82", "1" * 501),
    ]
    rows = [good[1], *broken, *good[2:]]
    assert codes(document(*rows)) == [
        [],
        ["xml_row_malformed"],
        ["xml_row_open"],
        ["xml_row_malformed"],
        ["xml_row_malformed"],
        ["xml_row_nested"],
        ["ministry_tag_unknown"],
        ["ministry_text_too_long"],
        [],
        [],
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (row("retail_market_in_info_detail", tran_id=TICKET, weight="5"), "ministry_head_missing"),
        (row("retail_market_in_info_base", HEAD, tran_id=TICKET), "ministry_details_missing"),
        (row("retail_market_in_info_base", HEAD), "ministry_link_missing"),
        (trade(order_status="2"), "ministry_cancelled"),
        (trade(retailer_id=WHOLESALER), "ministry_same_party"),
        (trade(weight=""), "ministry_tag_missing"),
        (row("super_market_in_info_detail", tran_id=TICKET), "ministry_record_unknown"),
        (scale("tran_id", TICKET, weight="much"), "quantity_malformed"),
        (scale("tran_id", TICKET, sale_date="tomorrow"), "time_malformed"),
    ],
)
def test_a_row_that_cannot_be_is_listed_with_its_reason(text: str, code: str) -> None:
    assert codes(document(text)) == [[code]]


def test_the_seconds_of_a_day_alone_are_in_the_order_in_which_goods_move() -> None:
    day = {"tran_date": "20260301"}
    told = events(
        document(
            scale("tran_id", TICKET, sale_date="2026-03-01"),
            entry("tran_id", TICKET).replace("20260301051000", "20260301"),
            trade(**day),
        )
    )
    in_time = sorted(told, key=lambda e: e["time"])
    assert [e["activity"] for e in in_time] == ["sale", "receive", "split", "sale"]


def test_rows_in_comments_are_none_and_chunks_may_end_anywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = document(f"<!-- {scale('tran_id', TICKET)} -->", entry("tran_id", TICKET), trade())
    whole = read(text)
    assert len(whole) == 2
    for size in (1, 7, 64):
        monkeypatch.setattr(cutting, "_CHUNK", size)
        assert read(text) == whole


def test_gb18030_and_utf_8_say_the_same() -> None:
    text = document(entry("tran_id", TICKET))
    assert read(text) == read(text.encode("gb18030"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + trade(), "xml_doctype"),
        (trade() + "<!--" + trade(), "xml_comment_endless"),
        ("<rows></rows>", "ministry_no_rows"),
        ("not XML", "ministry_no_rows"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(text: str, code: str) -> None:
    with pytest.raises(ReportRefused) as refused:
        read(text)
    assert [fault.code for fault in refused.value.faults] == [code]


def test_a_row_without_an_end_is_not_held_in_memory() -> None:
    text = "<retail_market_tran_info_summ><weight>1</weight>" + "<x>y</x>" * 200_000
    (faults,) = codes(text)
    assert faults == ["xml_row_too_long"]
