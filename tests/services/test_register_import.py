"""A department's old list as a file: 10,000 enterprises of which 37 are wrong, and nothing lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from tests.city import City
from tests.services.files import csv_text, ended, report, send

ROWS, WRONG = 10_000, 37
HEADER = ("统一社会信用代码", "名称", "行政区划", "许可证编号", "许可证有效期起", "许可证有效期至")
MORE = ("经营类别", "品牌", "生效日期")

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
Row = list[str]


def uscc(number: int) -> str:
    """A 统一社会信用代码 (GB 32100) of nobody's."""
    body = f"91350200MB{number:07}"
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _ALPHABET[-total % 31]


def enterprise(number: int) -> Row:
    named = [uscc(number), f"示例企业 {number}", "350203", f"JY1350203{number:07}"]
    return [*named, "2024-01-01", "2028-12-31", "批发；零售", f"牌 {number}", "2026-01-01"]


def changed(place: int, value: str) -> Callable[[Row], Row]:
    return lambda row: [*row[:place], value, *row[place + 1 :]]


# What is wrong with a row, and how often: how to spoil it, and the column that is to blame.
FAULTS: Sequence[tuple[int, Callable[[Row], Row], str]] = (
    (
        5,
        lambda row: changed(0, row[0][:-1] + ("1" if row[0][-1] != "1" else "2"))(row),
        "统一社会信用代码",
    ),
    (4, changed(0, ""), "统一社会信用代码"),
    (6, changed(1, ""), "名称"),
    (5, changed(2, "350299"), "行政区划"),
    (3, changed(2, "厦门"), "行政区划"),
    (4, changed(3, "SC10744030704995"), "许可证编号"),
    (3, changed(3, "JY123"), "许可证编号"),
    (3, changed(5, "2023-12-31"), "许可证有效期至"),
    (2, changed(6, "批发；炼金"), "经营类别"),
    (2, changed(8, "某天"), "生效日期"),
)


def rows() -> tuple[list[Row], dict[int, str]]:
    """The file's rows, and the column that is to blame for each wrong one by its line."""
    wrong = [fault for count, *fault in FAULTS for _ in range(count)]
    assert len(wrong) == WRONG
    found, blamed = [enterprise(number) for number in range(ROWS)], {}
    for number, (spoil, column) in enumerate(wrong):
        place = 13 + number * 269  # in every part of the file, the last batch too
        found[place] = spoil(found[place])
        blamed[place + 2] = column
    return found, blamed


def test_all_good_rows_are_in_and_all_bad_ones_are_told_with_reasons(city: City) -> None:
    department = city.client("department meat", at="meat")
    told, blamed = rows()
    text = csv_text(*told, header=(*HEADER, *MORE))
    job = ended(department, send(department, text, kind="parties"))
    counted = (job["state"], job["accepted"], job["repeated"], job["rejected"])
    assert counted == ("done", ROWS - WRONG, 0, WRONG), job

    refused = report(department, job)
    told_of = {int(row["行号"]): row["出错列"] for row in refused}
    assert told_of == blamed, "each bad row once, with what is wrong in it"
    assert all(row["原因"].endswith("。") for row in refused)

    listed = set(in_the_directory(city))
    good = {row[0] for line, row in enumerate(told, 2) if line not in blamed}
    assert listed == good, "nothing is lost, and nothing else came in"


def in_the_directory(city: City) -> list[str]:
    found, after = [], ""
    while after is not None:
        page = city.client(at="meat").get("/v1/directory", params={"after": after, "limit": 100})
        found += [row["id"] for row in page.json()["parties"]]
        after = page.json()["next"]
    return found


def test_what_was_refused_is_corrected_in_the_report_and_sent_again(city: City) -> None:
    department = city.client("department meat", at="meat")
    spoiled = changed(1, "")(enterprise(1))
    text = csv_text(enterprise(0), spoiled, header=(*HEADER, *MORE))
    job = ended(department, send(department, text, kind="parties"))
    answer = department.get(job["report"]).content.decode("utf-8-sig")
    header, line = csv.reader(io.StringIO(answer))
    line[header.index("名称")] = "补上的名称"
    again = ended(department, send(department, csv_text(line, header=header), kind="parties"))
    assert (again["accepted"], again["rejected"]) == (1, 0), again
    shown = department.get(f"/v1/parties/{uscc(1)}").json()
    assert (shown["names"]["zh"], shown["categories"]) == ("补上的名称", ["wholesale", "retail"])
    assert shown["brands"] == [{"names": {"zh": "牌 1", "en": None}, "trademark": None}]
