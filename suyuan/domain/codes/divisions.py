"""GB/T 2260 administrative divisions: the first four digits, which name a prefecture.

The table holds the prefectures of today and those abolished since about 2000, since old codes live
on in old events. Counties (digits five and six) change every year and are not checked.
"""

from __future__ import annotations

_PREFECTURES = {
    "11": "01-02",  # 北京
    "12": "01-02",  # 天津
    "13": "01-11 31 90",  # 河北
    "14": "01-11 22-24 26-27",  # 山西
    "15": "01-09 22 25-29",  # 内蒙古
    "21": "01-14",  # 辽宁
    "22": "01-08 24",  # 吉林
    "23": "01-12 27",  # 黑龙江
    "31": "01-02",  # 上海
    "32": "01-13",  # 江苏
    "33": "01-11 25",  # 浙江
    "34": "01-08 10-18 22-26 29",  # 安徽
    "35": "01-09",  # 福建
    "36": "01-11",  # 江西
    "37": "01-17",  # 山东
    "41": "01-17 90",  # 河南
    "42": "01-03 05-13 28 90",  # 湖北
    "43": "01-13 31",  # 湖南
    "44": "01-09 12-20 51-53",  # 广东
    "45": "01-14 21-24 26-27",  # 广西
    "46": "01-04 90",  # 海南
    "50": "01-03",  # 重庆
    "51": "01 03-11 13-20 32-34",  # 四川
    "52": "01-06 22-24 26-27",  # 贵州
    "53": "01 03-09 23 25-29 31 33-34",  # 云南
    "54": "01-06 21-26",  # 西藏
    "61": "01-10",  # 陕西
    "62": "01-12 24 26 29-30",  # 甘肃
    "63": "01-02 21-23 25-28",  # 青海
    "64": "01-05",  # 宁夏
    "65": "01-02 04-05 21-23 27-32 40 42-43 90",  # 新疆
    "71": "",  # 台湾
    "81": "",  # 香港
    "82": "",  # 澳门
}

PROVINCES = frozenset(_PREFECTURES)
"""The two-digit codes of provinces, autonomous regions and municipalities."""


def _numbers(ranges: str) -> list[str]:
    bounds = [part.partition("-") for part in ranges.split()]
    return [f"{n:02}" for low, _, high in bounds for n in range(int(low), int(high or low) + 1)]


_PREFIXES = frozenset(
    province + number
    for province, ranges in _PREFECTURES.items()
    for number in ("00", *_numbers(ranges))
)


def begins_with_division(text: str) -> bool:
    """Whether the first four characters name a prefecture, or a whole province (``3500``)."""
    return text[:4] in _PREFIXES
