"""Rows as the systems of markets write them."""

from __future__ import annotations

from collections.abc import Mapping

MARKET, STALL, WHOLESALER = "350203001", "3502030010001", "3502060010001"
TICKET, SLIP, BATCH = "35020600100010000001", "35020300100010000009", "3502060010000001"

HEAD = {"retail_market_id": MARKET, "in_date": "20260301051000", "retailer_id": STALL}
DETAIL = {"goods_name": "白条猪", "weight": "80.5", "price": "18", "ws_supplier_id": WHOLESALER}
SCALE = {
    "retail_market_id": MARKET,
    "sale_date": "2026-03-01 09:12:00",
    "retailer_id": STALL,
    "sale_tran_id": SLIP,
    "weight": "0.82",
}
TRADE = {
    "tran_date": "20260301043000",
    "wholesaler_id": WHOLESALER,
    "retailer_id": STALL,
    "tran_id": TICKET,
    "batch_id": BATCH,
    "weight": "80.5",
}


def row(record: str, *fields: Mapping[str, str], **more: str) -> str:
    said = {k: v for each in (*fields, more) for k, v in each.items()}
    inside = "".join(f"<{tag}>{value}</{tag}>" for tag, value in said.items())
    return f"<{record}>{inside}</{record}>"


def document(*rows: str) -> str:
    return '<?xml version="1.0" encoding="GBK"?><rows>' + "".join(rows) + "</rows>"


def entry(link: str, value: str, **more: str) -> str:
    """A stall's entry, as its head and its one detail."""
    named = {link: value}
    head = row("retail_market_in_info_base", HEAD, named)
    return head + row("retail_market_in_info_detail", named, DETAIL, more)


def scale(link: str, value: str, **more: str) -> str:
    return row("retail_market_tran_info_summ", SCALE, {link: value}, more)


def trade(**more: str) -> str:
    return row("wholesale_market_tran_info_detail", TRADE, more)
