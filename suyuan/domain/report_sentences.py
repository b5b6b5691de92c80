"""Sentences for what can be wrong with a report: its codes, its values, its form, its batch.

The same shape as ``suyuan.domain.sentences``, which takes these in.
"""

from __future__ import annotations

REPORT_SENTENCES: dict[str, tuple[str, str]] = {
    # --- Codes (suyuan/domain/codes) ------------------------------------------------------------
    "check_digit": (
        "编码“{text}”的校验位应为 {expected}；如果它是企业自编码，请写作 {private}。",
        'The check digit of "{text}" should be {expected}; a private code is written {private}.',
    ),
    "code_characters": (
        "编码的第 {at} 个字符 {character} 不是可见字符；请重新扫描或输入。",
        "Character {at} of the code, {character}, cannot be seen; scan or type the code again.",
    ),
    "code_empty": ("编码为空，请扫描或输入编码。", "The code is empty; scan or type one."),
    "code_too_long": (
        "编码长 {length} 个字符，上限为 {limit}。",
        "The code has {length} characters; the limit is {limit}.",
    ),
    # --- Reading JSON values (suyuan/wire/reading.py) -------------------------------------------
    "array_too_long": (
        "此处最多 {limit} 项，实际 {count} 项。",
        "At most {limit} entries are allowed here, not {count}.",
    ),
    "date_malformed": (
        "“{value}”不是日期，请写成 2026-03-01 的形式。",
        '"{value}" is not a date; write it like 2026-03-01.',
    ),
    "missing": ("缺少必填项 {field}。", "The field {field} is required and missing."),
    "more_faults": (
        "错误过多，其余未列出；请先修改以上各处。",
        "There are more faults than are listed; correct these first.",
    ),
    "not_array": ("此处应为数组。", "This must be an array."),
    "not_object": ("此处应为 JSON 对象。", "This must be a JSON object."),
    "not_text": ("此处应为文本（JSON 字符串）。", "This must be text (a JSON string)."),
    "object_too_deep": (
        "嵌套过深，最多 {limit} 层。",
        "This is nested too deep; at most {limit} levels are allowed.",
    ),
    "object_too_large": (
        "此处内容过多，最多 {limit} 个值。",
        "This holds too much; at most {limit} values are allowed.",
    ),
    "quantity_malformed": (
        (
            "“{value}”不是数量；请只写数字和小数点，例如 1234.5，不用千分位、单位和指数"
            "（整数部分最多 15 位，小数部分最多 9 位）。"
        ),
        (
            '"{value}" is not a quantity; write digits and a point alone, as in 1234.5'
            " (15 digits and 9 places at most)."
        ),
    ),
    "text_control": (
        "文本中含有控制字符或无效字符（第 {position} 个字符）。",
        "The text holds a control or invalid character (character {position}).",
    ),
    "text_empty": (
        "文本为空；没有内容时请省略该项。",
        "The text is empty; leave the field out when there is nothing to say.",
    ),
    "text_too_long": (
        "文本过长：最多 {limit} 个字符，实际 {length} 个。",
        "The text is too long: at most {limit} characters, not {length}.",
    ),
    "time_in_future": (
        "时间 {value} 晚于当前时间 10 分钟以上，请检查时钟和时区。",
        "The time {value} is more than 10 minutes ahead; check the clock and the offset.",
    ),
    "time_malformed": (
        "“{value}”不是时间，请写成 2026-03-01T08:00:00+08:00 的形式。",
        '"{value}" is not a time; write it like 2026-03-01T08:00:00+08:00.',
    ),
    "time_no_offset": (
        "时间“{value}”没有写明时区偏移，请在末尾加上，例如 +08:00。",
        'The time "{value}" has no offset; add it at the end, for example +08:00.',
    ),
    "time_out_of_range": (
        "时间 {value} 超出范围，年份须在 {first} 至 {last} 之间。",
        "The time {value} is out of range; its year must lie between {first} and {last}.",
    ),
    "unknown_field": (
        (
            "没有名为“{field}”的字段[；最接近的是“{closest}”][；可用：{allowed}]"
            "[；其他内容请放入 {rest}]。"
        ),
        (
            'There is no field "{field}"[; the closest one is "{closest}"][; there are {allowed}]'
            '[; other facts go into "{rest}"].'
        ),
    ),
    "unknown_word": (
        "“{value}”不是此处可用的词；可用：{allowed}。",
        '"{value}" is not a word for this field; it is one of {allowed}.',
    ),
    "url_malformed": (
        "“{value}”不是网址，请写完整的 http 或 https 地址。",
        '"{value}" is not a web address; write it in full, with http or https.',
    ),
    # --- The city form (suyuan/wire/city.py) ----------------------------------------------------
    "activity_unknown": (
        "“{kind}”环节没有“{value}”这一活动；可用：{allowed}。",
        'The kind "{kind}" has no activity "{value}"; it has {allowed}.',
    ),
    "code_repeated": (
        "编码“{text}”在此列出了两次；请合并为一项。",
        'The code "{text}" is listed twice here; say it once.',
    ),
    "id_not_printable": (
        "标识含有无法显示的字符；请使用 1 至 256 个可显示的字符。",
        "The id holds characters that cannot be printed; use 1 to 256 printable ones.",
    ),
    "lot_contradicts": (
        "product.lot 为“{lot}”，但编码“{text}”自带的批次是“{own}”；请保持一致。",
        'The code "{text}" carries lot "{own}" but product.lot is "{lot}"; they must agree.',
    ),
    "lot_malformed": (
        "“{lot}”不能作为 GTIN“{text}”的批次；请用 1 至 20 个字母、数字或 GS1 允许的符号。",
        'The GTIN "{text}" cannot have the lot "{lot}"; use 1 to 20 letters, digits or GS1 signs.',
    ),
    "no_code": (
        "事件没有写明任何编码；请至少写一个产品、批次或包装的编码。",
        "The event names no code; name at least one product, lot or container.",
    ),
    "pack_without_children": (
        "装箱须在 children 中写明至少一个装入的编码。",
        "Packing must name at least one thing that was packed, in children.",
    ),
    "parent_missing": (
        "装箱、拆箱须在 parent 中写明容器的编码。",
        "Packing and unpacking must name the container, in parent.",
    ),
    "parent_within_itself": (
        "容器“{text}”不能装在自身之内。",
        'The container "{text}" cannot be inside itself.',
    ),
    "party_missing": (
        "没有写明主体；部门代报时须在 party 中写明事件所属的企业。",
        "The party is missing; a department must name the enterprise that the event is about.",
    ),
    "party_unowned": (
        "“{text}”不是统一社会信用代码或 GLN；企业自编标识请写成 urn:suyuan:<企业>:<标识>。",
        '"{text}" is no unified social credit code or GLN; write urn:suyuan:<owner>:<id>.',
    ),
    "shape_conflict": (
        "一个事件只能有一种写法：items，或 inputs/outputs，或 parent 和 children；此处有 {found}。",
        "An event has items, or inputs/outputs, or parent and children; this one has {found}.",
    ),
    "shape_not_allowed": (
        "活动“{activity}”不能用 {found}，应使用 {allowed}。",
        'The activity "{activity}" cannot be told with {found}; use {allowed}.',
    ),
    "transformation_without_change": (
        "transformation 只用于有 inputs 或 outputs 的事件。",
        "A transformation id belongs only to an event with inputs or outputs.",
    ),
    "unit_malformed": (
        "“{value}”不是计量单位代码；请用 UN/CEFACT 第 20 号建议的代码，例如 KGM（千克）。",
        '"{value}" is not a unit; use one of UN/CEFACT Recommendation 20, such as KGM.',
    ),
    "unit_without_quantity": (
        "写了单位却没有数量；请补上 quantity 或去掉 unit。",
        "There is a unit but no quantity; add the quantity or leave the unit out.",
    ),
    # --- Bodies and batches (suyuan/wire/reports.py) --------------------------------------------
    "batch_empty": (
        "没有收到任何事件；请至少提交一个事件。",
        "No event was sent; send at least one.",
    ),
    "batch_too_large": (
        "一次最多提交 {limit} 个事件，请分批提交。",
        "At most {limit} events can be sent at once; send them in several batches.",
    ),
    "json_malformed": (
        "内容不是有效的 UTF-8 JSON，或嵌套过深：第 {line} 行，第 {byte} 字节处出错。",
        "This is not valid JSON in UTF-8, or is nested too deep: see line {line}, byte {byte}.",
    ),
    # --- EPCIS documents (suyuan/wire/epcis_*.py) -----------------------------------------------
    "array_empty": (
        "此处的数组不能为空；没有内容时请省略该项。",
        "This array may not be empty; leave the member out when there is nothing to say.",
    ),
    "children_missing": (
        "除 DELETE 外，聚合与关联事件须在 childEPCs 或 childQuantityList 中至少写一项。",
        "Unless its action is DELETE, this event needs childEPCs or a childQuantityList.",
    ),
    "context_malformed": (
        "@context 的每一项须为 URI 或 JSON 对象。",
        "Every entry of @context must be a URI or a JSON object.",
    ),
    "context_too_large": (
        "@context 过大，最多 {limit} 个字符；只写所用的前缀即可。",
        "The @context is too large, at most {limit} characters; declare the prefixes in use.",
    ),
    "document_faulty": (
        "该事件所在的文档本身有误；请先修改文档的错误。",
        "The document around this event has faults; correct those first.",
    ),
    "document_type_unknown": (
        "“{value}”不是可以读取的文档类型；可用：{allowed}。",
        '"{value}" is not a type of document that is read here; it is one of {allowed}.',
    ),
    "event_type_unknown": (
        "“{value}”不是 EPCIS 2.0 的事件类型；可用：{allowed}。",
        '"{value}" is not an event type of EPCIS 2.0; it is one of {allowed}.',
    ),
    "hex_malformed": (
        "“{value}”不是十六进制数，请只用 0-9 和 A-F。",
        '"{value}" is not hexadecimal; use 0-9 and A-F alone.',
    ),
    "ilmd_not_allowed": (
        "ilmd 只能用于 action 为 ADD 的 ObjectEvent，或 TransformationEvent。",
        "Only an ObjectEvent with action ADD, or a TransformationEvent, may have ilmd.",
    ),
    "not_boolean": (
        "此处应为 true 或 false。",
        "This must be true or false.",
    ),
    "not_number": (
        "此处应为 JSON 数字，不加引号。",
        "This must be a JSON number, without quotes.",
    ),
    "null_member": (
        "此处为 null；没有内容时请省略该项。",
        "This is null; leave the member out when there is nothing to say.",
    ),
    "number_out_of_range": (
        "数字超出范围，最多 {limit} 位。",
        "The number is out of range; it may have at most {limit} digits.",
    ),
    "offset_malformed": (
        "“{value}”不是时区偏移，请写成 +08:00 的形式（不用 Z）。",
        '"{value}" is not an offset; write it like +08:00, never Z.',
    ),
    "order_wrong": (
        "suyuan:order 须把该列表的 {count} 个位置各写一次。",
        "The member suyuan:order must name each of the {count} places of its list once.",
    ),
    "parent_id_missing": (
        "action 为 {action} 的聚合事件须写明 parentID。",
        "An aggregation with action {action} must name its parentID.",
    ),
    "prefix_unknown": (
        "@context 没有声明前缀“{prefix}”；请声明它的命名空间。",
        'The prefix "{prefix}" is not declared; say in @context which namespace it stands for.',
    ),
    "spelling_wrong": (
        "suyuan:spelled 只能写出 URI 未经百分号编码的原文。",
        "The texts in suyuan:spelled must have the URI beside them as their percent-encoding.",
    ),
    "things_missing": (
        "事件须有 epcList 或 quantityList，或同时有 sensorElementList 和 readPoint。",
        "The event needs an epcList or a quantityList, or sensor data with a readPoint.",
    ),
    "transformation_incomplete": (
        "转换事件须同时有投入和产出；只有一方时须写 transformationID。",
        "A transformation needs inputs and outputs, or one of them and a transformationID.",
    ),
    "unknown_member": (
        "EPCIS 2.0 在此处没有名为“{field}”的成员；自定义成员须带已声明的前缀。",
        'EPCIS 2.0 has no member "{field}" here; members of your own need a declared prefix.',
    ),
    "uri_malformed": (
        "“{value}”不是 URI；请写成 https://… 或 urn:… 的形式，非 ASCII 字符用百分号编码。",
        '"{value}" is not a URI; write it like https://… or urn:…, non-ASCII percent-encoded.',
    ),
    "version_malformed": (
        "“{value}”不是版本号，请写成 2.0 的形式。",
        '"{value}" is not a version; write it like 2.0.',
    ),
    "word_repeated": (
        "同一个词在此列出了两次。",
        "The same word is listed twice here; say it once.",
    ),
}
