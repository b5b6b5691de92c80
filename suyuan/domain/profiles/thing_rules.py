"""The rules that hold for every thing of a sector's events: of which scheme, in which unit."""

from __future__ import annotations

from suyuan.domain.breaches import Breach
from suyuan.domain.codes.schemes import NAMES as SCHEMES
from suyuan.domain.events import Event
from suyuan.domain.profiles.profile import Profile, Terms, Words
from suyuan.domain.profiles.rules import Maker, Rule, is_of
from suyuan.domain.profiles.wording import Own, told

_LISTS = ("items", "inputs", "outputs", "children")


def code_rule(profile: Profile) -> Rule:
    """That every thing has a code of one of the sector's schemes, by any reading of its text."""
    maker = Maker(profile, Terms(), "code")
    schemes = frozenset(profile.codes)

    def coded(event: Event) -> Breach | None:
        for name in _LISTS:
            for place, item in enumerate(getattr(event, name)):
                code = item.code
                if code.scheme not in schemes and not is_of(code.short, schemes):
                    words = _other_scheme(profile, code.text or code.short, code.scheme)
                    return maker.breach(f"/{name}/{place}/code", words)
        return None

    return coded


def _other_scheme(profile: Profile, text: str, scheme: str) -> Words:
    names = SCHEMES.get(scheme, (scheme, scheme))
    zh, en = (Own(", ".join(SCHEMES[s][n] for s in profile.codes)) for n in (0, 1))
    return told(
        "code",
        {"sector": Own(profile.name.zh), "value": text, "scheme": Own(names[0]), "allowed": zh},
        {"sector": Own(profile.name.en), "value": text, "scheme": Own(names[1]), "allowed": en},
    )


def unit_rule(profile: Profile) -> Rule:
    """That every quantity is in one of the sector's units; pieces are counted without one."""
    maker = Maker(profile, Terms(), "unit")
    units = frozenset((None, *profile.units))

    def measured(event: Event) -> Breach | None:
        for name in _LISTS:
            for place, item in enumerate(getattr(event, name)):
                if item.unit not in units:
                    more = {"value": item.unit, "allowed": Own(", ".join(profile.units))}
                    words = told(
                        "unit",
                        {"sector": Own(profile.name.zh), **more},
                        {"sector": Own(profile.name.en), **more},
                    )
                    return maker.breach(f"/{name}/{place}/unit", words)
        return None

    return measured
