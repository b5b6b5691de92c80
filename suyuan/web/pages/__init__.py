"""The page a shopper sees after scanning a code: pure functions from a chain to HTML.

No I/O, no routes: ``services/query`` and ``services/gateway`` both answer with what these give.
"""

from suyuan.web.pages.banner import Notice
from suyuan.web.pages.consumer import Beside, render_chain, render_problem
from suyuan.web.pages.environment import content_security_policy
from suyuan.web.pages.names import Names, PageLinks
from suyuan.web.pages.states import PageState, page_state
from suyuan.web.pages.words import Label, Language

__all__ = [
    "Beside",
    "Label",
    "Language",
    "Names",
    "Notice",
    "PageLinks",
    "PageState",
    "content_security_policy",
    "page_state",
    "render_chain",
    "render_problem",
]
