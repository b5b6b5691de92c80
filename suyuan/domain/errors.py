"""Every error of the domain, drawn as one tree::

    SuyuanError                     anything that went wrong and can be said in a sentence
    ├── Refused                     what was sent cannot be taken as it is
    │   ├── CodeError               a code is malformed, or its check digit is wrong
    │   ├── ReportRefused           one report or a batch of them has faults
    │   ├── QuestionRefused         a trace question makes no sense (window, direction, limit)
    │   └── TooLarge                a body, a batch or a code is over its limit
    ├── Conflict                    the same id was reported before with other content
    ├── NotKnown                    there is no such event, subsystem, page
    ├── Ambiguous                   the id names several things; which are listed
    ├── NotAuthenticated            the key is unknown or revoked, or the claims do not hold
    ├── NotAllowed                  this caller may not do this
    ├── NotSayable                  the form asked for cannot say this event
    ├── MediaTypeUnknown            the body's media type is not one that is read here
    ├── TooMany                     this caller asks more often than it may
    └── Unavailable                 something that is needed does not answer at the moment

The domain knows no HTTP: ``suyuan.web.problems`` holds the one table from these to status codes.
An error carries a machine ``code`` and ``params``; the sentences in Chinese and English for a code
are in ``suyuan.domain.sentences``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where it is, and what would be right.

    ``pointer`` is a JSON pointer (RFC 6901) into the report, ``index`` the report's place in its
    batch; ``params`` fill the sentence that ``suyuan.domain.sentences`` holds for ``code``.
    """

    code: str
    pointer: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    index: int = 0


class SuyuanError(Exception):
    """The root: a machine code, the values for its sentence, and the faults it sums up."""

    code = "error"

    def __init__(
        self, code: str | None = None, /, *, faults: Sequence[Fault] = (), **params: Any
    ) -> None:
        self.code = code or type(self).code
        self.params: dict[str, Any] = params
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self.code, params)


class Refused(SuyuanError):
    code = "refused"


class CodeError(Refused):
    """A code that names its scheme and does not fit it; ``params`` say what would be right."""

    code = "code_malformed"


class ReportRefused(Refused):
    code = "report_refused"


class QuestionRefused(Refused):
    code = "question_refused"


class TooLarge(Refused):
    code = "too_large"


class Conflict(SuyuanError):
    code = "conflict"


class NotKnown(SuyuanError):
    code = "not_known"


class Ambiguous(SuyuanError):
    code = "ambiguous"


class NotAuthenticated(SuyuanError):
    code = "not_authenticated"


class NotAllowed(SuyuanError):
    code = "not_allowed"


class NotSayable(SuyuanError):
    code = "not_sayable"


class MediaTypeUnknown(SuyuanError):
    code = "media_type_unknown"


class TooMany(SuyuanError):
    """The quota is spent; ``retry_after`` in ``params`` is the seconds until there is more."""

    code = "too_many_requests"


class Unavailable(SuyuanError):
    code = "unavailable"
