"""What the operator sees: sentences in the terminal's language, progress, a QR code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from suyuan.domain.errors import SuyuanError
from suyuan.domain.operator_sentences import OPERATOR_SENTENCES
from suyuan.domain.sentences import sentence

# What goes on, as it goes on: (Chinese, English).
_PROGRESS = {
    "checking": ("正在检查 {home}……", "Checking {home} …"),
    "left_over": (
        "发现上次运行遗留的 {name}，正在停止……",
        "{name} was left over from an earlier run; stopping it …",
    ),
    "postgres_created": ("正在创建数据库目录……", "Creating PostgreSQL's data folder …"),
    "postgres_left_over": (
        "发现上次运行遗留的 PostgreSQL，正在停止……",
        "A PostgreSQL was left over from an earlier run; stopping it …",
    ),
    "postgres_starting": ("正在启动 PostgreSQL……", "Starting PostgreSQL …"),
    "postgres_recovering": (
        "PostgreSQL 正在恢复，已 {seconds} 秒……",
        "PostgreSQL is recovering, {seconds} s so far …",
    ),
    "postgres_restarting": (
        "PostgreSQL 意外退出，正在重新启动……",
        "PostgreSQL ended unexpectedly; starting it again …",
    ),
    "migrating": ("正在准备数据表……", "Bringing the tables up to date …"),
    "services_starting": ("正在启动各服务……", "Starting the services …"),
    "service_ended": (
        "{name} 意外退出（{status}）；可用 suyuan start {name} 重新启动。",
        "{name} ended unexpectedly ({status}); suyuan start {name} brings it back.",
    ),
    "demonstrating": ("正在写入演示数据……", "Loading the demonstration …"),
    "demonstrating_at": (
        "正在写入演示数据：{done} / {total} 个事件……",
        "Loading the demonstration: {done} of {total} events …",
    ),
    "first_questions": ("正在请各部门首次应答……", "Asking every department once …"),
    "stopping": ("正在停止 {name}……", "Stopping {name} …"),
    "stopped": ("已全部停止。", "Everything has stopped."),
    "pages": ("消费者页面：", "Consumer pages:"),
    "keys": ("演示密钥：{path}", "Demonstration keys: {path}"),
    "try": ("试一试：{command}", "Try: {command}"),
    "file_sending": ("正在发送 {name}", "Sending {name}"),
    "file_checking": ("正在检查 {name}", "Checking {name}"),
    "file_taken_in": (
        (
            "{name}：共 {rows_read} 行，新增 {accepted}，已有 {repeated}，有误 {rejected}，"
            "每秒 {rows_per_s} 行"
        ),
        (
            "{name}: {rows_read} rows, {accepted} new, {repeated} known, {rejected} refused,"
            " {rows_per_s} a second"
        ),
    ),
    "file_tried_out": (
        (
            "{name}（仅检查，未保存）：共 {rows_read} 行，可新增 {accepted}，已有 {repeated}，"
            "有误 {rejected}"
        ),
        (
            "{name} (checked, nothing stored): {rows_read} rows, {accepted} new, {repeated} known,"
            " {rejected} refused"
        ),
    ),
    "file_cancelled": (
        "{name}：已取消；此前已保存 {accepted} 行，重新提交不会重复",
        "{name}: cancelled; the {accepted} rows stored before stay, and are not stored twice",
    ),
    "edges_agree": (
        "{subsystem}：{events} 个事件与 {edges} 条边一致。",
        "{subsystem}: {events} events and {edges} edges agree.",
    ),
    "edges_differ": (
        "{subsystem}：{events} 个事件，{edges} 条边，{differences} 处不一致；请用 edges rebuild。",
        "{subsystem}: {events} events, {edges} edges, {differences} differ; try edges rebuild.",
    ),
    "filings_rebuilt": (
        "{subsystem}：登记簿已含 {decisions} 项备案决定。",
        "{subsystem}: the register says what {decisions} decisions on filings came to.",
    ),
    "edges_rebuilt": (
        "{subsystem}：已重建 {edges} 条边。",
        "{subsystem}: {edges} edges made anew.",
    ),
    "coverage_agrees": (
        "{subsystem}：{cells} 个企业日的统计与事件一致。",
        "{subsystem}: the figures of {cells} enterprises' days agree with their events.",
    ),
    "coverage_differs": (
        "{subsystem}：{cells} 个企业日，{differences} 个不一致，合计有误 {days} 处；请重新统计。",
        "{subsystem}: {cells} days, {differences} differ, {days} wrong sums; rebuild them.",
    ),
    "coverage_cell": ("  不一致：{party}，{day}", "  differs: {party} on {day}"),
    "backed_up": (
        "已备份到 {path}：{services}。",
        "Backed up into {path}: {services}.",
    ),
    "restored": (
        "已从 {path} 恢复：{services}；启动之后请运行 suyuan edges prove 核对。",
        "Restored from {path}: {services}. Once it runs: suyuan edges prove.",
    ),
    "holders_rebuilt": (
        "{subsystem}：已重新读取 {changes} 条变更。",
        "{subsystem}: {changes} changes read anew.",
    ),
    "edge_missing": (
        "  缺少：{code}，事件 {event}（{time}），{role}，另一端 {other}",
        "  missing: {code} in event {event} ({time}), {role}, far end {other}",
    ),
    "edge_surplus": (
        "  多余：{code}，事件 {event}（{time}），{role}，另一端 {other}",
        "  of no event: {code} in event {event} ({time}), {role}, far end {other}",
    ),
    "drop_watching": (
        "正在处理放入 {path} 的文件，发送到 {url}",
        "Watching {path} for files, which go to {url}",
    ),
    "drop_put_away": (
        "{name}：共 {read} 条，新增 {accepted}，已有 {repeated}，有误 {rejected} → {where}",
        "{name}: {read} reports, {accepted} new, {repeated} known, {rejected} refused → {where}",
    ),
    "drop_changed": (
        "{name} 还在写入，稍后再处理",
        "{name} is still being written, and waited for",
    ),
    "drop_folder_gone": (
        "文件夹不可用（{reason}），恢复后继续",
        "The folder is not there ({reason}); work goes on when it is back",
    ),
    "drop_goes_on": ("服务已恢复，继续处理", "The service is back, and work goes on"),
    "drop_said": ("{chinese}", "{english}"),
    "drop_state": (
        (
            "{path}：{watch}，等待 {waiting}，已入库 {done}，有误 {failed}，正在处理 {file}"
            "（{read}/{of}），截至 {as_of}"
        ),
        (
            "{path}: {watch}, {waiting} waiting, {done} done, {failed} failed, at work on {file}"
            " ({read}/{of}), as of {as_of}"
        ),
    ),
    "file_failed": ("{name}：{detail}", "{name}: {detail}"),
    "file_advised": (
        "{advised} 行不符合行业规则（已照收）；首例为第 {row} 行：{detail}",
        "Not by their sector's profile, and taken: {advised} rows; first, row {row}: {detail}",
    ),
    "file_rejected": ("有误的行及原因：{path}", "The refused rows, and why: {path}"),
}


def language(environment: Mapping[str, str]) -> str:
    """``zh`` or ``en``, as the terminal's locale says (POSIX: LC_ALL, LC_MESSAGES, LANG)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].startswith("zh") else "en"
    return "en"


class Terminal:
    """Standard output of one command: with a spinner on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self._language = language(os.environ)
        self._console = Console(highlight=False, soft_wrap=True)
        self._show: Callable[[str], None] = self.line

    def line(self, text: str = "") -> None:
        """Print a line; one that nobody reads any more is not an error."""
        try:
            self._console.print(text, markup=False)
            self._console.file.flush()
        except BrokenPipeError:
            # Python would fail once more on its own last flush.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def say(self, code: str, /, **params: object) -> None:
        """Print what goes on, by its code."""
        self.line(self.words(code, **params))

    def words(self, code: str, /, **params: object) -> str:
        """What ``say`` would print."""
        return _PROGRESS[code][0 if self._language == "zh" else 1].format(**params)

    def step(self, code: str, /, **params: object) -> None:
        """Say what is being worked at: the spinner's text, or a line where there is no spinner."""
        self._show(self.words(code, **params))

    @contextmanager
    def working(self) -> Iterator[None]:
        """Show the steps of this block."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status("…") as status:
            self._show = status.update
            try:
                yield
            finally:
                self._show = self.line

    @property
    def language(self) -> str:
        """``zh`` or ``en``."""
        return self._language

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar for what is done of something, on a terminal; nothing is shown elsewhere."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        shown = self._console.is_terminal
        with Progress(*columns, console=self._console, disable=not shown, transient=True) as bar:
            yield bar

    def refusal(self, error: SuyuanError) -> str:
        """An error as the operator should read it: in full, as its values are our own."""
        if error.code not in OPERATOR_SENTENCES:
            return sentence(error.code, error.params, self._language)
        said = OPERATOR_SENTENCES[error.code][0 if self._language == "zh" else 1]
        return said.format(**{name: _plain(value) for name, value in error.params.items()})

    def pages(self, pages: Sequence[tuple[str, str, str]]) -> None:
        """List addresses, each with what is there in Chinese and in English."""
        self.say("pages")
        for url, chinese, english in pages:
            self.line(f"  {url}  {chinese if self._language == 'zh' else english}")

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print rows under their heads; what is wider than the terminal goes on below."""
        shown = Table(*heads, box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
        for row in rows:
            shown.add_row(*(Text(cell, overflow="fold") for cell in row))
        self._console.print(shown)

    def qr(self, text: str) -> None:
        """Print a QR symbol that a phone reads off the screen."""
        import qrcode  # with its imaging library, which no other command needs

        symbol = qrcode.QRCode(border=2)
        symbol.add_data(text)
        symbol.make(fit=True)
        drawn = io.StringIO()
        symbol.print_ascii(out=drawn, invert=True)
        self.line(drawn.getvalue().rstrip("\n"))


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(entry) for entry in value)
    return str(value)
