"""The rules that a register decides, whatever an event says of itself.

They are not compiled to breaches, as others are: what a register knows changes after the event, by
a filing that is approved late, a licence that is revoked, a purchaser who is registered. So an
event is asked about when it comes in, and again whenever it is shown, by what holds for its day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from suyuan.domain.breaches import Breach
from suyuan.domain.events import Event
from suyuan.domain.profiles.profile import ActivityRules, Profile, RegisterRule
from suyuan.domain.profiles.rules import Maker
from suyuan.domain.profiles.wording import Own, told


@dataclass(frozen=True, slots=True)
class Asked:
    """What a register is asked about one event; ``breach`` is what it lacks if the answer is no.

    ``filed``: whether the department has its reporter on file under one of these categories on the
    event's day. Where it is empty: whether its purchaser is registered.
    """

    breach: Breach
    filed: tuple[str, ...] = ()


Question = Callable[[Event], Asked | None]


def register_question(profile: Profile, activity: ActivityRules, rule: RegisterRule) -> Question:
    """What a rule asks about an event; ``None`` where its condition does not hold."""
    template = "purchaser" if rule.purchaser else "filed"
    name = f"register.{rule.filed[0] if rule.filed else template}"
    maker = Maker(profile, rule.terms, name)

    def lacking(event: Event) -> Breach:
        value = event.party.short
        words = told(
            template,
            {"act": Own(activity.name.zh), "name": Own(rule.name.zh), "value": value},
            {"act": Own(activity.name.en), "name": Own(rule.name.en), "value": value},
        )
        return maker.breach("/id" if rule.purchaser else "/party", words)

    held = maker.where(lacking)

    def question(event: Event) -> Asked | None:
        breach = held(event)
        return None if breach is None else Asked(breach, rule.filed)

    return question
