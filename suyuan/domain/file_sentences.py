"""Sentences for spreadsheets that are sent as files, and for the jobs that take them in.

The same shape as ``suyuan.domain.sentences``, which takes these in.
"""

from __future__ import annotations

FILE_SENTENCES: dict[str, tuple[str, str]] = {
    # --- A file as a whole (suyuan/wire/sheets) ---------------------------------------------------
    "cell_too_long": (
        "第 {row} 行附近有内容过长的单元格（上限 {limit} 个字符）。",
        "A cell near row {row} is too long; the limit is {limit} characters.",
    ),
    "csv_malformed": (
        "第 {row} 行的引号没有闭合，或该行过长；请检查引号，或另存为 XLSX。",
        "A quote in row {row} is not closed, or the row is too long; check the quotes.",
    ),
    "encoding_unknown": (
        "文件既不是 UTF-8 也不是 GB18030 编码（第 {byte} 字节处出错），请另存为其中一种。",
        "The file is neither UTF-8 nor GB18030 (see byte {byte}); save it as one of the two.",
    ),
    "file_empty": (
        "文件是空的；请下载模板，按其各列填写。",
        "The file is empty; download the template and fill in its columns.",
    ),
    "file_refused": (
        "文件无法读取，请按所列各处修改后重新提交。",
        "The file cannot be read; correct what is listed and send it again.",
    ),
    "file_too_faulty": (
        "有误的行过多，已停止；请修改已列出的各行后重新提交整个文件。",
        "Too many rows are wrong; correct those listed and send the whole file again.",
    ),
    "header_missing": (
        "第一行须是各列的名称，例如 {headers}；请使用模板。工作簿只读第一个可见的工作表。",
        (
            "The first row must name the columns, such as {headers}; use the template."
            " Of a workbook the first visible sheet is read."
        ),
    ),
    "header_twice": (
        "“{header}”一列出现了两次，请只留一列。",
        'The column "{header}" is there twice; keep one.',
    ),
    "header_unknown": (
        (
            "第 {place} 列“{header}”不是可用的列名[；最接近的是“{closest}”]"
            "[；可用：{allowed}][；自定的列请写成 {own}]。"
        ),
        (
            'Column {place}, "{header}", is unknown[; the closest is "{closest}"]'
            "[; there are {allowed}][; a column of your own is written {own}]."
        ),
    ),
    "too_many_columns": (
        "第 {row} 行超过 {limit} 列；请删除多余的列。",
        "Row {row} has more than {limit} columns; delete those that are not needed.",
    ),
    "workbook_malformed": (
        "文件不是完好的 XLSX 工作簿，或设有密码；请用表格软件打开后另存为 XLSX。",
        "The file is not a sound XLSX workbook, or has a password; save it as XLSX again.",
    ),
    "workbook_too_large": (
        "工作簿解压后过大（上限 {limit} 字节），请改用 CSV 或分成几个文件。",
        "The workbook is too large when unpacked (limit {limit} bytes); use CSV or several files.",
    ),
    # --- The ministry's XML (suyuan/wire/ministry) ------------------------------------------------
    "ministry_cancelled": (
        "该笔交易已取消（order_status=2），没有可追溯的流转。",
        "This trade was cancelled (order_status=2); nothing moved that could be traced.",
    ),
    "ministry_details_missing": (
        "文件中没有与此进场主记录（base）对应的明细（detail）。",
        "No detail row of the file belongs to this head (base).",
    ),
    "ministry_head_missing": (
        "此明细（detail）的凭证号、证明号、批次号在文件前文中都没有对应的主记录（base）。",
        "No head (base) earlier in the file has the ticket, certificate or batch of this detail.",
    ),
    "ministry_link_missing": (
        "交易凭证号、检疫或检验证明号、批次号至少填写一个，否则无法与上游衔接。",
        "Give a ticket (tran_id), a certificate or a batch_id; else nothing links it upstream.",
    ),
    "ministry_no_rows": (
        "文件中没有商务部平台格式的记录，例如 <retail_market_in_info_base>。",
        "The file has no rows of the ministry's form, such as <retail_market_in_info_base>.",
    ),
    "ministry_record_unknown": (
        "不认识记录“{tag}”[，最接近的是“{closest}”][，可用：{allowed}]。",
        'The record "{tag}" is not known[; the closest is "{closest}"][; there are {allowed}].',
    ),
    "ministry_same_party": (
        "买卖双方都是 {party}，须为不同的经营者。",
        "Seller and buyer are both {party}; they must differ.",
    ),
    "ministry_tag_missing": (
        "缺少标签 <{tag}>，或其内容为空。",
        "The tag <{tag}> is missing or empty.",
    ),
    "ministry_tag_twice": (
        "标签 <{tag}> 在同一条记录中出现了两次。",
        "The tag <{tag}> is there twice in one row.",
    ),
    "ministry_tag_unknown": (
        "该记录没有标签 <{tag}>[，最接近的是 <{closest}>][，可用：{allowed}]。",
        "This record has no tag <{tag}>[; the closest is <{closest}>][; there are {allowed}].",
    ),
    "ministry_text_too_long": (
        "标签 <{tag}> 的内容超过 {limit} 个字符。",
        "The content of <{tag}> is longer than {limit} characters.",
    ),
    "xml_comment_endless": (
        "文件中有没有结束的注释（<!--），请补上 -->。",
        "A comment (<!--) does not end; close it with -->.",
    ),
    "xml_doctype": (
        "文件不得含有 DOCTYPE 或 ENTITY 声明，请删除后重新提交。",
        "The file may not declare a DOCTYPE or an ENTITY; delete it and send the file again.",
    ),
    "xml_row_malformed": (
        "该条记录的 XML 在 <{tag}> 处有误（{reason}），标签须成对出现且名称一致。",
        "The XML of this row is broken at <{tag}> ({reason}); tags must close as they open.",
    ),
    "xml_row_nested": (
        "标签 <{tag}> 套在另一个字段之内；每条记录只能有一层字段。",
        "The tag <{tag}> lies inside a field; a row has one level of fields.",
    ),
    "xml_row_open": (
        "记录 <{tag}> 没有结束标签。",
        "The row <{tag}> has no end tag.",
    ),
    "xml_row_too_long": (
        "记录 <{tag}> 超过 {limit} 个字符仍未结束。",
        "The row <{tag}> has not ended after {limit} characters.",
    ),
    # --- One row ----------------------------------------------------------------------------------
    "cell_without_header": (
        "第 {place} 列有内容但没有列名；请补上列名或清空该格。",
        "Column {place} has content but no header; name the column or empty the cell.",
    ),
    "code_as_number": (
        "“{value}”是被表格软件改写成数字的编码，末位已丢失；请将该列设为文本格式后重新填写原编码。",
        'The spreadsheet turned this code into the number "{value}"; format it as text, retype it.',
    ),
    "day_as_number": (
        "“{value}”是表格软件内部的日期序号；请将该列设为日期格式，或写成 2026-03-01 08:00 的形式。",
        'The spreadsheet shows the day as the number "{value}"; format the column as a date.',
    ),
    "time_without_hour": (
        "“{value}”只有日期，请写明几点，例如 2026-03-01 08:00。",
        'The time "{value}" is a day alone; add the hour, as in 2026-03-01 08:00.',
    ),
    # --- Jobs (services/ingest) -------------------------------------------------------------------
    "job_gave_up": (
        "处理该文件时多次中断，已停止；请联系管理员，已保存的行重新提交时不会重复。",
        "Work on the file broke off again and again; rows that were stored are not stored twice.",
    ),
    "report_of_people": (
        "{kind} 文件中被拒绝的行含有个人信息，只有提交者和本系统的主管部门可以查看。",
        "The refused rows of a file of {kind} name people: they are for its sender and department.",
    ),
    "job_unknown": (
        "没有编号为“{id}”的任务，或它不属于您。",
        'There is no job "{id}", or it is not yours.',
    ),
    "too_many_jobs": (
        "还有 {count} 个文件未处理完，上限为 {limit} 个；请等其中一个完成后再提交。",
        "{count} files are still being taken in and {limit} is the limit; wait for one to end.",
    ),
}
