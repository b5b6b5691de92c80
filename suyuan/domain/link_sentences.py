"""Sentences for GS1 Digital Link addresses and the links behind them: ``{code: (zh, en)}``.

The same shape as ``suyuan.domain.sentences``, which takes these in.
"""

from __future__ import annotations

LINK_SENTENCES: dict[str, tuple[str, str]] = {
    # --- The path (suyuan/domain/codes/link_paths.py) -------------------------------------------
    "link_key_unknown": (
        "“{ai}”不是 GS1 主标识的应用标识符，网址应以其中之一开头：{known}。",
        '"{ai}" is no primary key of GS1; an address begins with one of {known}.',
    ),
    "link_percent": (
        "“{value}”的百分号编码有误：应为 % 加两位十六进制数，内容为 UTF-8。",
        'The percent-encoding of "{value}" is wrong: % and two hexadecimal digits, of UTF-8.',
    ),
    "link_qualifier_needed": (
        "主标识 {key} 之后还应有 {ai} 及其值。",
        "The key {key} says nothing without {ai} and its value.",
    ),
    "link_qualifier_order": (
        "主标识 {key} 的限定符次序有误，应为：{orders}。",
        "The qualifiers of the key {key} stand in the wrong order; it is {orders}.",
    ),
    "link_qualifier_repeated": (
        "应用标识符 {ai} 出现了不止一次。",
        "The application identifier {ai} is there more than once.",
    ),
    "link_qualifier_unknown": (
        "“{ai}”不是主标识 {key} 的限定符，可用：{known}；其他数据请放在 ? 之后。",
        'The key {key} has no qualifier "{ai}", only {known}; other data stand behind the ?.',
    ),
    "link_value_missing": (
        "网址“{text}”不完整：每个应用标识符之后都应有它的值。",
        'The address "{text}" is not whole: every application identifier needs its value.',
    ),
    # --- What is behind it (suyuan/web/resolver.py) ---------------------------------------------
    "link_target_unknown": (
        "“{text}”没有任何记录，因此没有链接。",
        'Nothing is known of "{text}", so there are no links.',
    ),
    "link_type_repeated": (
        "参数 linkType 只能写一次。",
        "The parameter linkType can be given once.",
    ),
    "link_type_unknown": (
        "“{text}”没有 {link_type} 类型的链接；现有的类型：{available}。",
        'There is no link of the type {link_type} for "{text}"; there are {available}.',
    ),
    "links_several": (
        "有 {count} 个链接同样合适，请用 Accept 或 Accept-Language 选择。",
        "{count} links fit alike; choose by Accept or Accept-Language.",
    ),
    # --- Links in the register (suyuan/wire/register.py) ----------------------------------------
    "link_language": (
        "语言“{value}”应写作 zh、en 或 zh-CN 这样的形式（不用 zh-Hans）。",
        'The language "{value}" is written like zh, en or zh-CN (not zh-Hans).',
    ),
    "link_media_type": (
        "“{value}”不是媒体类型，应写作 text/html 这样的形式。",
        '"{value}" is no media type; it is written like text/html.',
    ),
    "link_repeated": (
        "与 {other} 的类型、语言和媒体类型都相同；请合并或加以区分。",
        "It has the type, languages and media type of {other}; join them or tell them apart.",
    ),
    "link_url": (
        "“{value}”不是可公开访问的 https 网址（须有域名，不含用户名、空格）。",
        '"{value}" is no public https address (a domain name, no user name, no blanks).',
    ),
}
