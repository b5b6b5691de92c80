"""Sentences for chains, their findings, and federation: ``{code: (Chinese, English)}``."""

from __future__ import annotations

TRACING_SENTENCES: dict[str, tuple[str, str]] = {
    # --- Findings (suyuan/domain/findings.py, containment.py) -----------------------------------
    "finding_asserted": (
        "事件 {event}：此次流转只有一方申报，没有对方的申报，也没有凭证。",
        (
            "Event {event}: one side alone reports this movement; neither the other side nor a"
            " document supports it."
        ),
    ),
    "finding_asserted_constant_weight": (
        "申报方多次进出的重量完全相同。",
        "Its reporter states the same weight every time.",
    ),
    "finding_asserted_own_district": (
        "产地就是市场所在地。",
        "The origin is the district of the market itself.",
    ),
    "finding_asserted_zero_price": (
        "价格为零。",
        "The price is zero.",
    ),
    "finding_chronology_conflict": (
        "{code}：本次收货的时间晚于同一持有者对它的消耗，时间顺序有矛盾。",
        (
            "{code}: this receipt is later than its consumption by the same holder; the order of"
            " times cannot be right."
        ),
    ),
    "finding_licence_expired": (
        (
            "事件 {event}：{party} 登记的许可证 {licence} 已于 {valid_to} 到期，"
            "当日没有其他有效的许可证。"
        ),
        (
            "Event {event}: the licence {licence} of {party} had ended on {valid_to}, and no other"
            " that is registered held on that day."
        ),
    ),
    "finding_licence_revoked": (
        (
            "事件 {event}：{party} 的许可证 {licence} 自 {since} 起被主管部门吊销，"
            "当日没有其他有效的许可证。"
        ),
        (
            "Event {event}: the licence {licence} of {party} was revoked from {since} on, and no"
            " other that is registered held on that day."
        ),
    ),
    "finding_filing_revoked": (
        "事件 {event}：{party} 的备案自 {since} 起被主管部门撤销，当日没有有效的备案。",
        (
            "Event {event}: the filing of {party} was revoked from {since} on, and none held on"
            " that day."
        ),
    ),
    "finding_class_level": (
        "{code} 是商品条码，只代表一类产品，不代表某一件或某一批；请改用带批号或序列号的编码。",
        (
            "{code} names a class of products, not one piece or one lot; ask with a lot or serial"
            " number."
        ),
    ),
    "finding_conflict": (
        "事件 {event} 有内容不同的多份申报，均予保留，平台不作取舍。",
        "Event {event} was reported with different content; all versions are kept and none wins.",
    ),
    "finding_containment_cycle": (
        "{code}：本次装入会使容器装进它自身，不计入装箱关系。",
        "{code}: this packing would put a container inside itself; it opens and closes nothing.",
    ),
    "finding_event_after_end": (
        "{code}：在销毁或注销之后仍有事件 {event}。",
        "{code}: event {event} is after its destruction or decommissioning.",
    ),
    "finding_gap_entry": (
        "{code}：有销售记录，但没有该经营者的进货或生产记录。",
        "{code}: it was sold, but no entry or making by that seller was reported.",
    ),
    "finding_gap_movement": (
        "{code}：在另一地点被使用，但没有运到那里的记录；此前该批次的全部记录都已列出。",
        "{code}: used elsewhere, but nobody reported how it got there; its whole past is shown.",
    ),
    "finding_gap_origin": (
        "{code}：被用作原料，但没有它的生产或收货记录。",
        "{code}: it was used as an input, but nobody reported making or receiving it.",
    ),
    "finding_gap_shipment": (
        "{code}：有收货记录，但没有对应的发货记录。",
        "{code}: it was received, but no shipment of it was reported.",
    ),
    "finding_mass_gain": (
        "事件 {event}：产出比投入多 {quantity} {unit}。",
        "Event {event}: {quantity} {unit} more came out than went in.",
    ),
    "finding_over_issue": (
        "{code}：事件 {event} 发出的数量比该处已知的库存多 {quantity} {unit}。",
        "{code}: in event {event} {quantity} {unit} more went out than was known to be there.",
    ),
    "finding_unaccounted": (
        "{code}：发货事件 {event} 中有 {quantity} {unit} 没有收到。",
        "{code}: {quantity} {unit} of shipment {event} did not arrive.",
    ),
    "finding_implicit_move": (
        "{code}：未见拆出记录即被装入另一容器，视为在那一刻已拆出。",
        "{code}: packed into another container without an unpacking; taken as unpacked then.",
    ),
    "finding_inferred_unpack": (
        "{code}：未见拆出记录即被售出或终结，视为在那一刻已拆出。",
        "{code}: sold or ended without an unpacking; taken as unpacked then.",
    ),
    "finding_sold_twice": (
        "{code}：没有退货记录而再次零售或发药，可能是回流商品。",
        "{code}: sold or dispensed a second time without a return; it may have been resold.",
    ),
    "finding_unknown_code": (
        "没有 {code} 的任何记录。",
        "There is no record of {code}.",
    ),
    "finding_unpack_without_pack": (
        "{code}：有拆出记录，但当时并不在该容器内。",
        "{code}: an unpacking was reported, but it was not inside that container.",
    ),
    "finding_voided_code": (
        "{code} 曾被上报，但全部上报均已声明为误报。",
        "{code} was reported, and every report of it was declared an error.",
    ),
    "finding_withheld": (
        "另有 {count} 个事件不在您的查看权限内。",
        "{count} more events are not yours to see.",
    ),
    # --- Questions (suyuan/web/chains.py, services/query) ---------------------------------------
    "downstream_not_public": (
        "消费者只能查询来源（direction=own 或 up），不能查询去向。",
        "A consumer may ask where a product came from (direction=own or up), not where it went.",
    ),
    "event_ambiguous": (
        (
            "{id} 对应多个事件，请用其中一个完整标识：{uris}"
            "[；标识相同而内容不同的，请用 {lists} 按上报者查看]。"
        ),
        (
            "{id} names several events; ask with one of their URIs: {uris}"
            "[; where they are the same, each reporter's is in {lists}]."
        ),
    ),
    "event_holder_silent": (
        "已应答的子系统没有事件 {id}，但 {subsystems} 没有应答；请稍后再试。",
        "No subsystem that answered holds event {id}, but {subsystems} did not answer; try later.",
    ),
    "event_unknown": (
        "没有事件 {id}。请核对标识，或使用 urn:suyuan:event:<经营者>:<编号>。",
        "There is no event {id}. Check the id, or use urn:suyuan:event:<party>:<id>.",
    ),
    "form_not_offered": (
        "事件可以 {offered} 给出，请在 Accept 中写明其一。",
        "An event can be given as {offered}; name one of them in Accept.",
    ),
    "reach_of_class": (
        "“{text}”不指某一件或某一批货物，没有可追踪的去向；请使用带批号或序列号的编码。",
        '"{text}" names no single thing or lot; use a code with a lot or serial number.',
    ),
    "subsystem_not_yours": (
        "只能查询本部门的子系统（您属于 {home}，这里是 {subsystem}）。",
        "This is for your own department's subsystem only (yours is {home}, this is {subsystem}).",
    ),
    "window_empty": (
        "since（{since}）晚于 as_of（{as_of}），时间范围为空。",
        "The window is empty: since ({since}) is after as_of ({as_of}).",
    ),
    # --- Reports (services/ingest, services/gateway) --------------------------------------------
    "department_elsewhere": (
        "部门只能在本部门的子系统代报（您属于 {home}，这里是 {subsystem}）。",
        "A department reports in its own subsystem only (yours is {home}, this is {subsystem}).",
    ),
    "id_known_with_other_content": (
        "编号已被使用且内容不同，未存入任何数据；更正请用 correction，新事件请换编号。",
        (
            "The id is known with other content and nothing was stored; correct an event with"
            " `correction`, report a new one under a new id."
        ),
    ),
    "id_not_yours": (
        "编号 {id} 属于另一经营者的命名空间，请使用本企业自己的编号。",
        "The id {id} lies in another party's name space; use an id of your own.",
    ),
    "voided": (
        "编号 {id} 的事件已被更正作废，不能再用于其他内容；请换一个新编号。",
        "The event {id} was declared in error; its id takes no other content. Use a new id.",
    ),
    "may_not_report": (
        "只有企业和部门可以上报事件（当前身份：{role}）。",
        "Only enterprises and departments report events (you are: {role}).",
    ),
    "party_not_yours": (
        "只能以本企业的名义上报；party 应为本企业代码或省略，收到的是 {party}。",
        "You report only as yourself: leave out `party` or give your own, not {party}.",
    ),
    "sector_missing": (
        "无法确定送往哪个子系统：请填写 sector，或为该密钥登记所属子系统。",
        (
            "Nothing says which subsystem this goes to: give `sector`, or have the key issued with"
            " a home."
        ),
    ),
    "sector_not_federated": (
        "没有子系统接收行业“{sector}”的申报；可用：{allowed}。",
        "No subsystem takes reports of sector {sector}; there are: {allowed}.",
    ),
    "several_subsystems": (
        "该批申报涉及多个子系统（{subsystems}），无法整体提交；请分批，或使用 proceed。",
        (
            "The batch concerns several subsystems ({subsystems}) and cannot be stored as one; send"
            " them apart, or use proceed."
        ),
    ),
    "subsystem_refused": (
        "子系统 {subsystem} 拒绝了这部分申报（{detail}）。",
        "Subsystem {subsystem} refused this part ({detail}).",
    ),
    "subsystem_unavailable": (
        "子系统 {subsystem} 目前没有应答，无法确认是否已存入；请稍后重试，重复发送是安全的。",
        (
            "Subsystem {subsystem} does not answer at the moment, so nobody knows whether it"
            " stored this; send it again later, which is safe."
        ),
    ),
    # --- Federation (suyuan/wire/lookups.py, services/gateway/proxy.py) -------------------------
    "dot_segments": (
        "路径中不能含有“.”或“..”段。",
        'A path may not contain "." or ".." segments.',
    ),
    "gateway_only": (
        "此接口只供网关使用，须附网关签发的声明。",
        "Only the gateway may call this, with claims that it signed.",
    ),
    "lookup_too_slow": (
        "在给定的 {milliseconds} 毫秒内未能查完；请减少键数或延长期限后重试。",
        (
            "This was not answered within the {milliseconds} ms given; ask for fewer keys, or"
            " give more time."
        ),
    ),
    "lookup_malformed": (
        "查询格式有误（{reason}）。",
        "This is not a lookup ({reason}).",
    ),
    "too_many_keys": (
        "一次最多查询 {limit} 个键，请分批。",
        "At most {limit} keys can be asked at once; ask in several requests.",
    ),
}
