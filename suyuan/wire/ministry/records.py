"""Which records of the ministry's city platform are read, and which tags each may have.

Source: the platform's XML, records 11 to 15. Of record 11 and of the wholesale market's entries
only fields could be read, in a system in use; the names of these two records follow the others'.
"""

from __future__ import annotations

from collections.abc import Mapping

ENTRY = "wholesale_market_in_info"
TRADE = "wholesale_market_tran_info_detail"
MARKET_HEAD = "retail_market_in_info_base"
MARKET_ENTRY = "retail_market_in_info_detail"
SCALE = "retail_market_tran_info_summ"
SUPERMARKET = "super_market_in_info_base"

TICKET, BATCH = "tran_id", "batch_id"
# The certificates that stand for a ticket where there is none, each by the platform's word for it.
CERTIFICATES: Mapping[str, str] = {
    "quarantine_animal_products_id": "quarantine_certificate",
    "inspection_meat_id": "meat_inspection_certificate",
    "prov_id": "origin_certificate",
    "quarantine_vege_id": "test_report",
}
LINKS = (TICKET, *CERTIFICATES, BATCH)

_GOODS = ("goods_code", "goods_name", "goods_type", "weight", "price", "model_type", "count")
_ORIGIN = ("area_origin_id", "area_origin_name", "base_name", "ws_supplier_id", "ws_supplier_name")
_WHOLESALER = ("wholesaler_id", "wholesaler_name")
_RETAILER = ("retailer_id", "retailer_name")
_MARKET = ("retail_market_id", "retail_market_name")

RECORDS: Mapping[str, frozenset[str]] = {
    ENTRY: frozenset(
        {"market_id", "market_name", "in_date", *_WHOLESALER, "biz_type", "voucher_type"}
        | {"transporter_id", *LINKS, *_GOODS, *_ORIGIN}
    ),
    TRADE: frozenset(
        {"market_id", "market_name", "tran_date", *_WHOLESALER, *_RETAILER, "trade_type"}
        | {"order_status", "buyer_type", "total_price", "total_weight", "trace_id", "voucher_type"}
        | {"dest", *LINKS, *_GOODS}
    ),
    MARKET_HEAD: frozenset({*_MARKET, "in_date", *_RETAILER, *LINKS}),
    MARKET_ENTRY: frozenset({*LINKS, *_GOODS, *_ORIGIN}),
    SCALE: frozenset(
        {*_MARKET, "in_date", "sale_date", *_RETAILER, "position_id", "sale_tran_id", *LINKS}
        | {*_GOODS}
    ),
    SUPERMARKET: frozenset(
        {"supermarket_id", "supermarket_name", "in_date", "supplier_id", "supplier_name", *LINKS}
        | {*_GOODS}
    ),
}
TAGS = tuple(sorted(frozenset().union(*RECORDS.values(), {"market_id", "market_name"})))
"""Every tag, which is every column of the sheet that such a file is read as."""
