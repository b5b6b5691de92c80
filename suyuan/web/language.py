"""Which language an answer is said in: Chinese first, English second."""

from __future__ import annotations

from enum import StrEnum

from starlette.datastructures import MutableHeaders


class Language(StrEnum):
    """The languages that sentences exist in; the value is the primary subtag (RFC 5646)."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """For ``Content-Language`` and ``<html lang>``."""
        return "zh-CN" if self is Language.ZH else "en"


_LANGUAGES = {language.value: language for language in Language}


def negotiate(header: str | None) -> Language:
    """The best language for an ``Accept-Language`` header (RFC 9110, 12.5.4); it never raises.

    The highest quality wins, then the first named. An entry with a malformed quality is ignored,
    and a header that accepts neither language gives Chinese.
    """
    named: dict[Language, float] = {}
    others = 0.0
    for entry in (header or "").split(","):
        tag, _, parameter = entry.partition(";")
        primary = tag.strip().split("-", 1)[0].lower()
        quality = _quality(parameter)
        if primary == "*":
            others = quality or 0.0
        elif primary in _LANGUAGES and quality is not None:
            language = _LANGUAGES[primary]
            named[language] = max(quality, named.get(language, 0.0))
    for language in Language:
        named.setdefault(language, others)
    best = max(named, key=named.__getitem__)
    return best if named[best] > 0 else Language.ZH


def vary_on_language(headers: MutableHeaders, language: Language) -> None:
    """Say in the headers which language this is, and that another caller may get another one."""
    headers["Content-Language"] = language.tag
    headers.add_vary_header("Accept-Language")


def _quality(parameter: str) -> float | None:
    """The quality of one entry: 1 where none is given, ``None`` where what is given is not one."""
    name, _, value = parameter.partition("=")
    if not name.strip():
        return 1.0
    try:
        quality = float(value) if name.strip().lower() == "q" else -1.0
    except ValueError:
        return None
    return quality if 0 <= quality <= 1 else None
