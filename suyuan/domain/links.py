"""Links of a thing, and which of them a question is answered with.

GS1-Conformant Resolver 1.2: a thing has links at its own level and at every coarser one (serial,
lot, GTIN); exactly one of a level's is its default. A type is looked for from the finest level up,
and the first level that has it answers (2.5.9, 2.6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

# The GS1 Web Vocabulary's link types, and what each is called. ``defaultLink`` is not one that
# anybody registers: it is what the platform makes of the others.
LINK_TYPES: dict[str, tuple[str, str]] = {
    "activityIdeas": ("活动创意", "Activity ideas"),
    "allergenInfo": ("过敏原信息", "Allergen information"),
    "appDownload": ("应用下载", "App download"),
    "brandHomepageClinical": ("品牌主页（医务人员）", "Brand homepage for clinicians"),
    "brandHomepagePatient": ("品牌主页（患者）", "Brand homepage for patients"),
    "careersInfo": ("招聘信息", "Careers"),
    "certificationInfo": ("证书", "Certificate"),
    "consumerHandlingStorageInfo": ("使用与储存", "Handling and storage"),
    "dpp": ("数字产品护照", "Digital product passport"),
    "epcis": ("EPCIS 数据", "EPCIS repository"),
    "epil": ("电子说明书", "Electronic leaflet"),
    "eventsInfo": ("活动信息", "Events"),
    "faqs": ("常见问题", "Frequently asked questions"),
    "hasRetailers": ("销售渠道", "Retailers"),
    "homepage": ("主页", "Homepage"),
    "ingredientsInfo": ("配料信息", "Ingredients"),
    "instructions": ("使用说明", "Instructions"),
    "leaveReview": ("发表评价", "Leave a review"),
    "locationInfo": ("地点信息", "Location"),
    "logisticsInfo": ("物流信息", "Logistics"),
    "loyaltyProgram": ("会员计划", "Loyalty programme"),
    "masterData": ("主数据", "Master data"),
    "menuInfo": ("菜单", "Menu"),
    "nutritionalInfo": ("营养信息", "Nutrition"),
    "openingHoursInfo": ("营业时间", "Opening hours"),
    "paymentLink": ("付款", "Payment"),
    "pip": ("产品信息", "Product information"),
    "promotion": ("促销", "Promotion"),
    "purchaseSuppliesOrAccessories": ("购买配件", "Supplies and accessories"),
    "quickStartGuide": ("快速入门", "Quick start guide"),
    "recallStatus": ("召回状态", "Recall status"),
    "recipeInfo": ("食谱", "Recipes"),
    "registerProduct": ("产品登记", "Register the product"),
    "registryEntry": ("注册记录", "Registry entry"),
    "relatedImage": ("相关图片", "Image"),
    "relatedVideo": ("相关视频", "Video"),
    "review": ("评价", "Reviews"),
    "safetyInfo": ("安全信息", "Safety information"),
    "scheduleTime": ("时刻表", "Schedule"),
    "serviceInfo": ("服务信息", "Service"),
    "smartLabel": ("SmartLabel", "SmartLabel"),
    "smpc": ("药品特性概要", "Summary of product characteristics"),
    "socialMedia": ("社交媒体", "Social media"),
    "statisticInfo": ("统计信息", "Statistics"),
    "subscribe": ("订阅", "Subscribe"),
    "support": ("客户支持", "Support"),
    "sustainabilityInfo": ("可持续性信息", "Sustainability"),
    "traceability": ("追溯信息", "Traceability"),
    "tutorial": ("教程", "Tutorial"),
    "userAgreement": ("用户协议", "User agreement"),
    "verificationService": ("验证服务", "Verification"),
    "whatsInTheBox": ("装箱清单", "What is in the box"),
}
DEFAULT = "defaultLink"

# What only the platform may say: an enterprise's word must never stand where these lead.
RESERVED_TYPES = frozenset({"traceability", "recallStatus", "epcis"})
REGISTRABLE_TYPES = tuple(sorted(LINK_TYPES.keys() - RESERVED_TYPES))

# One of these before a bare type; the standard writes the first (2.14), and printed links the rest.
GS1_VOCABULARY = "https://ref.gs1.org/voc/"
_NAMESPACES = (
    *("gs1:", GS1_VOCABULARY, "https://gs1.org/voc/", "https://www.gs1.org/voc/"),
    *("http://gs1.org/voc/", "http://www.gs1.org/voc/"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """One link: ``type`` is a bare word of ``LINK_TYPES``, or ``defaultLink``.

    ``languages`` are tags like ``zh`` or ``zh-CN``; a link without them makes no claim.
    """

    type: str
    href: str
    title: str
    media_type: str | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkLevel:
    """The links of one thing on the way up. ``anchor`` is its address here."""

    anchor: str
    links: tuple[Link, ...]
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Taste:
    """What a caller prefers: languages and media types, best first.

    ``media_types`` may hold ranges (``text/*``); what only ``*/*`` accepts is nobody's preference.
    """

    languages: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()


def bare_type(link_type: str) -> str:
    """A link type as a bare word, from a CURIE or a URI; of other vocabularies as it is.

    >>> bare_type("gs1:pip"), bare_type("https://gs1.org/voc/pip"), bare_type("dpp:pip")
    ('pip', 'pip', 'dpp:pip')
    """
    for namespace in _NAMESPACES:
        if link_type.startswith(namespace):
            return link_type.removeprefix(namespace)
    return link_type


def of_type(levels: Sequence[LinkLevel], link_type: str) -> tuple[LinkLevel, tuple[Link, ...]]:
    """The finest level that has links of a type, and these; of none the first level and nothing."""
    for level in levels:
        found = tuple(link for link in level.links if link.type == link_type)
        if found:
            return level, found
    return levels[0], ()


def best(links: Sequence[Link], taste: Taste) -> tuple[Link, ...]:
    """Of links of one type those that fit best: one, or several where nothing tells them apart.

    Language, then media type: each keeps what fits it, else what makes no claim, else all
    (GS1-Conformant Resolver 1.2, 2.6.3). Links to one address are one.
    """
    speaking = [
        partial(_speaks, spelling)
        for tag in taste.languages
        for spelling in dict.fromkeys((tag.lower(), _primary(tag)))
    ]
    kept = _narrow(tuple(links), [*speaking, lambda link: not link.languages])
    typed = [partial(_is_of, range_) for range_ in taste.media_types]
    kept = _narrow(kept, [*typed, lambda link: link.media_type is None])
    return tuple({link.href: link for link in kept}.values())


def _narrow(links: tuple[Link, ...], tests: Iterable[Callable[[Link], bool]]) -> tuple[Link, ...]:
    """The links that pass the first test that any passes; all, where none passes one."""
    found = (tuple(filter(test, links)) for test in tests)
    return next((some for some in found if some), links)


def _speaks(tag: str, link: Link) -> bool:
    return any(tag in (spoken.lower(), _primary(spoken)) for spoken in link.languages)


def _is_of(media_range: str, link: Link) -> bool:
    if link.media_type is None:
        return False
    return media_range in (link.media_type, f"{link.media_type.partition('/')[0]}/*")


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
