"""The pages of complaints: the form with the code filled in, and what became of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from suyuan.domain.complaints import Answer, Case, State, Topic, spaced
from suyuan.domain.errors import Fault
from suyuan.domain.sentences import sentence
from suyuan.web.pages.environment import FORM_CSS, render
from suyuan.web.pages.moments import day
from suyuan.web.pages.names import Names, PageLinks, clean, subsystem_name
from suyuan.web.pages.symbols import drawn
from suyuan.web.pages.texts import texts
from suyuan.web.pages.words import Label, Language

TOPICS: dict[Topic, Label] = {
    Topic.QUALITY: Label("质量问题", "Quality"),
    Topic.HEALTH: Label("食用或使用后不适", "Unwell after eating or using it"),
    Topic.LABEL: Label("标签或说明不符", "Label or description is wrong"),
    Topic.RECORD: Label("追溯信息不符", "The trace record is wrong"),
    Topic.OTHER: Label("其他", "Something else"),
}
STATES: dict[State, tuple[str, Label]] = {
    State.RECEIVED: ("ok", Label("已收到", "Received")),
    State.IN_PROGRESS: ("other", Label("处理中", "In progress")),
    State.CLOSED: ("ok", Label("已办结", "Closed")),
}


@dataclass(frozen=True, slots=True)
class _ToldAnswer:
    state: str
    on: str
    author: str
    message: str


@dataclass(frozen=True, slots=True)
class _Told:
    """A case in words; a contact is in none of them."""

    number: str
    made_on: str
    topic: str
    message: str
    answers: tuple[_ToldAnswer, ...]


def render_form(
    form: Mapping[str, str],
    *,
    action: str,
    language: Language,
    links: PageLinks,
    elder: bool,
    faults: Sequence[Fault] = (),
) -> str:
    """The form, with what was filled in already and what is wrong with it."""
    sentences = texts(language)
    filled = {
        name: form.get(name, "") for name in ("number", "code", "topic", "message", "contact")
    }
    return render(
        "complaint.html",
        language,
        **_frame(links, elder, "warning" if faults else "other"),
        status=sentences["form_status"],
        name=sentences["form_title"],
        code=clean(filled["code"], 80),
        told=None,
        form=filled,
        action=action,
        topics=[(topic.value, word.of(language)) for topic, word in TOPICS.items()],
        faults=[_said(fault, language) for fault in faults],
    )


def render_follow_up(
    number: str, *, language: Language, links: PageLinks, elder: bool, fault: str | None = None
) -> str:
    """Where a number is typed, and what is wrong with the one that was."""
    return render(
        "follow_up.html",
        language,
        **_frame(links, elder, "warning" if fault else "eye"),
        name=texts(language)["follow_up"],
        number=clean(number, 40),
        fault=fault,
    )


def render_case(
    case: Case, *, names: Names, language: Language, links: PageLinks, elder: bool
) -> str:
    """What became of a complaint, for whoever has its number."""
    mark, state = STATES[case.state]
    complaint = case.complaint
    told = _Told(
        spaced(complaint.number),
        day(case.made_at, language),
        TOPICS[complaint.topic].of(language),
        complaint.message,
        tuple(_answer(a, names, language) for a in case.answers),
    )
    return render(
        "complaint.html",
        language,
        **_frame(links, elder, mark),
        status=state.of(language),
        name=texts(language)["case_title"],
        code=clean(complaint.code, 80),
        told=told,
    )


def _frame(links: PageLinks, elder: bool, mark: str) -> dict[str, object]:
    symbols = drawn([mark, "phone"])
    return {
        "links": links, "elder": elder, "banner": None, "tone": "plain", "mark": mark,
        "symbols": symbols, "form_css": FORM_CSS,
    }  # fmt: skip


def _answer(answer: Answer, names: Names, language: Language) -> _ToldAnswer:
    _, _, subsystem = answer.author.partition(":")
    author = subsystem_name(subsystem, names, language) if subsystem else texts(language)["city"]
    state = STATES[answer.state][1].of(language)
    return _ToldAnswer(state, day(answer.answered_at, language), author, answer.message)


def _said(fault: Fault, language: Language) -> str:
    """The fault's sentence, with the field called as it is on the page."""
    name = fault.pointer.removeprefix("/")
    label = texts(language).get(f"form_{name}", name)
    allowed = [word.of(language) for word in TOPICS.values()]
    return sentence(fault.code, {**fault.params, "name": label, "allowed": allowed}, language)
