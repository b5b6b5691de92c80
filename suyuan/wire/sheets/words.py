"""The city form's words as people write them into a spreadsheet, in Chinese and in English.

A cell may hold the form's own word (``harvest``) or any of the words here. The Chinese word of an
activity may repeat across kinds (销售 is wholesale's and retail's): the row's kind settles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from suyuan.domain.activities import KINDS, SECTORS
from suyuan.domain.events import FAILED, PASSED

# Each word of the form, and how it may be written; the first is what the template shows.
KIND_WORDS: dict[str, tuple[str, ...]] = {
    "production": ("生产", "种植养殖"),
    "wholesale": ("批发",),
    "retail": ("零售",),
    "import": ("进口",),
    "logistics": ("物流", "仓储物流"),
    "inspection": ("检验", "监管", "监督检验"),
}

_PACKING = {"pack": ("装箱", "包装"), "unpack": ("拆箱", "拆包")}

ACTIVITY_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "production": {
        "harvest": ("采收", "收获", "捕捞"),
        "slaughter": ("屠宰",),
        "process": ("加工", "生产加工", "生产"),
        "commission": ("赋码", "生产赋码"),
        "release": ("放行", "检验放行", "出厂"),
        **_PACKING,
    },
    "wholesale": {
        "entry": ("进场", "进货", "入场"),
        "sale": ("销售", "批发"),
        "split": ("分割", "拆分"),
        "merge": ("合批", "合并"),
        **_PACKING,
    },
    "retail": {
        "receive": ("收货", "进货"),
        "sale": ("销售", "售出", "零售"),
        "return": ("退货",),
        "dispense": ("发药", "调配"),
        **_PACKING,
    },
    "import": {
        "declare": ("申报", "报关"),
        "inspect": ("查验", "检验检疫"),
        "clear": ("通关",),
        "release": ("放行",),
        **_PACKING,
    },
    "logistics": {
        "ship": ("发运", "发货"),
        "receive": ("收货", "到货"),
        "store": ("储存", "入库"),
        "transport": ("运输",),
        **_PACKING,
    },
    "inspection": {
        "test": ("检测",),
        "check": ("检查", "监督检查"),
        "recall": ("召回",),
        "destroy": ("销毁",),
        **_PACKING,
    },
}

SECTOR_WORDS: dict[str, tuple[str, ...]] = {
    "food": ("食品",),
    "drugs": ("药品",),
    "liquor": ("酒类",),
    "produce": ("农产品",),
    "inputs": ("农资", "农业投入品"),
    "imports": ("进口食品",),
    "meat": ("肉菜", "肉菜禽"),
}

DOCUMENT_WORDS: dict[str, tuple[str, ...]] = {
    "certification": ("认证证书",),
    "commitment_certificate": ("承诺达标合格证",),
    "customs_declaration": ("报关单",),
    "entry_inspection_certificate": ("入境货物检验检疫证明",),
    "health_certificate": ("卫生证书",),
    "inspection_certificate": ("检验合格证",),
    "meat_inspection_certificate": ("肉品品质检验合格证",),
    "organic_certificate": ("有机产品认证证书",),
    "origin_certificate": ("产地证明",),
    "quarantine_certificate": ("检疫合格证明", "检疫证", "动物检疫合格证明"),
    "release_certificate": ("出厂检验合格证",),
    "test_report": ("检测报告",),
}

RESULT_WORDS: dict[str, tuple[str, ...]] = {
    PASSED: ("合格", "符合"),
    FAILED: ("不合格", "不符合"),
}

# UN/CEFACT Recommendation 20, the common codes of the units on a market's slips. 斤 (half a
# kilogram) has none and is refused: a factor that nobody wrote would be guessed.
UNIT_WORDS: dict[str, tuple[str, ...]] = {
    "KGM": ("千克", "公斤", "kg"),
    "GRM": ("克", "g"),
    "TNE": ("吨", "t"),
    "LTR": ("升", "l"),
    "MLT": ("毫升", "ml"),
    "HEA": ("头",),
    "H87": ("件", "个", "只"),
}


def _index(words: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {written: word for word, ways in words.items() for written in (word, *ways)}


KINDS_BY_WORD = _index(KIND_WORDS)
SECTORS_BY_WORD = _index(SECTOR_WORDS)
DOCUMENTS_BY_WORD = _index(DOCUMENT_WORDS)
RESULTS_BY_WORD = _index(RESULT_WORDS)
UNITS_BY_WORD = _index(UNIT_WORDS) | {unit.lower(): unit for unit in UNIT_WORDS}
_ACTIVITIES_BY_WORD = {kind: _index(words) for kind, words in ACTIVITY_WORDS.items()}


def activity_of(kind: str, written: str) -> str:
    """The activity that a word means under a kind; the word itself where it means none."""
    return _ACTIVITIES_BY_WORD.get(kind, {}).get(written, written)


def activities_in_chinese(kind: str) -> tuple[str, ...]:
    """What may be written for an activity of a kind, one word each."""
    return tuple(ACTIVITY_WORDS[kind][word][0] for word in KINDS[kind])


def kinds_in_chinese() -> tuple[str, ...]:
    return tuple(KIND_WORDS[kind][0] for kind in KINDS)


def sectors_in_chinese() -> tuple[str, ...]:
    return tuple(SECTOR_WORDS[sector][0] for sector in SECTORS)
