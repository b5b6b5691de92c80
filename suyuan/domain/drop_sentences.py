"""Sentences for files that are dropped into a watched folder (services/drop).

The same shape as ``suyuan.domain.sentences``, which takes these in.
"""

from __future__ import annotations

DROP_SENTENCES: dict[str, tuple[str, str]] = {
    # --- What the report beside a file says -------------------------------------------------------
    "drop_taken_in": (
        "文件已全部入库。",
        "All of the file was taken in.",
    ),
    "drop_taken_in_part": (
        "文件没有全部入库。",
        "Not all of the file was taken in.",
    ),
    "drop_not_read": (
        "文件没有入库；请按下列原因修改后重新放入文件夹。",
        "Nothing of the file was taken in; correct what is said below and drop it again.",
    ),
    "drop_counts": (
        "共 {read} 条：新增 {accepted}，已有 {repeated}，有误 {rejected}。",
        "{read} reports: {accepted} new, {repeated} known, {rejected} refused.",
    ),
    "drop_lists": (
        "有误的内容及原因：{names}；改正后可重新放入文件夹，已入库的不会重复。",
        "What was refused, and why: {names}; corrected, it can be dropped again.",
    ),
    "drop_cancelled": (
        "处理该文件的任务已被取消；此前已保存的内容，重新放入时不会重复。",
        "The job was cancelled; what was stored before stays, and is not stored twice.",
    ),
    # --- What is waited for -----------------------------------------------------------------------
    "drop_no_answer": (
        "{url} 没有应答（{reason}）；将继续重试，文件不会丢失。",
        "{url} does not answer ({reason}); it is tried again, and no file is lost.",
    ),
    "drop_not_stored": (
        "无法写入或移动 {name}（{reason}）；稍后重试。",
        "{name} cannot be written, read or moved ({reason}); it is tried again later.",
    ),
    "drop_put_off": (
        "服务暂不接收（HTTP {status}）：{reason}；将继续重试。",
        "The service does not take it now (HTTP {status}): {reason}; it is tried again.",
    ),
    "drop_stranger": (
        "{url} 的应答不是溯源服务的；请检查地址，将继续重试。",
        "What answers at {url} is no service of ours; check the address, it is tried again.",
    ),
    # --- A file of JSON as a whole (suyuan/wire/report_files.py) ----------------------------------
    "file_not_json": (
        "文件不是完好的 JSON（第 {byte} 字节之前有误），可能没有传完整；请重新导出。",
        "The file is no sound JSON (see before byte {byte}), or is cut short; export it again.",
    ),
    "file_not_utf8": (
        "JSON 文件须为 UTF-8 编码（第 {byte} 字节处出错），请另存为 UTF-8。",
        "A file of JSON must be UTF-8 (see byte {byte}); save it as UTF-8.",
    ),
    "file_report_too_long": (
        "第 {byte} 字节之后有一条内容过长（上限 {limit} 字节）；请分成几条。",
        "A report behind byte {byte} is too long; the limit is {limit} bytes.",
    ),
    "file_too_deep": (
        "JSON 嵌套过深（上限 {limit} 层）。",
        "The JSON is nested too deeply; the limit is {limit} levels.",
    ),
}
