"""What the embedded city is made of: its departments, the registry, claims, demonstration keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from services.demonstration import participants
from services.home import Home
from services.key_ring import IssuedKey
from suyuan.domain.caller import Caller, CallerRole
from suyuan.storage.daemon import replace_text
from suyuan.storage.keys import new_key
from suyuan.web.claims import generate_key_pair
from suyuan.web.coding_keys import generate_key

# One call of the gateway to a subsystem; on one machine an answer takes milliseconds.
_TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Department:
    """A department's subsystem: ``id`` is also the sector it takes, names are (zh, en).

    ``drops``: it has files only, and a folder that they are dropped into.
    """

    id: str
    name: tuple[str, str]
    department: tuple[str, str]
    drops: bool = False


_MARKET_SUPERVISION = ("市场监督管理局", "Market Supervision Bureau")
_AGRICULTURE = ("农业农村局", "Agriculture and Rural Affairs Bureau")
_COMMERCE = ("商务局", "Commerce Bureau")

DEPARTMENTS = (
    Department("food", ("食品追溯", "Food"), _MARKET_SUPERVISION),
    Department("drugs", ("药品追溯", "Drugs and medical devices"), _MARKET_SUPERVISION),
    Department(
        "liquor",
        ("酒类流通追溯", "Liquor"),
        ("商务局酒类流通管理局", "Commerce Bureau, Liquor Circulation Office"),
    ),
    Department("produce", ("农产品追溯", "Farm produce"), _AGRICULTURE),
    Department("inputs", ("农资追溯", "Agricultural inputs"), _AGRICULTURE, drops=True),
    Department(
        "imports",
        ("进口食品跨境追溯", "Imported food"),
        ("检验检疫局", "Inspection and Quarantine Bureau"),
    ),
    Department("meat", ("肉菜禽流通追溯", "Meat, vegetables and poultry"), _COMMERCE),
)
SUBSYSTEMS = tuple(department.id for department in DEPARTMENTS)
DROPPING = frozenset(department.id for department in DEPARTMENTS if department.drops)


def write_registry(home: Home, urls: Mapping[str, str]) -> None:
    """Write the gateway's registry; ``urls`` says where each subsystem listens."""
    entries = "\n".join(_entry(home, department, urls[department.id]) for department in DEPARTMENTS)
    note = "# Written by `suyuan run` at each start; docs/federation.md says what it may hold.\n\n"
    replace_text(home.registry, note + entries)


def drop_key_variable(subsystem: str) -> str:
    """The environment variable with the key that a department's files are sent with."""
    return f"{subsystem.upper()}_KEY"


def _entry(home: Home, department: Department, url: str) -> str:
    adapter = 'adapter = "suyuan"'
    if department.drops:
        folder = _quoted(str(home.drop_folder(department.id)))
        key = _quoted(drop_key_variable(department.id))
        adapter = f'adapter = "file"\ndrop = {{ folder = {folder}, key = {key} }}'
    return f"""[[subsystem]]
id = {_quoted(department.id)}
name = {_bilingual(department.name)}
department = {_bilingual(department.department)}
sectors = [{_quoted(department.id)}]
{adapter}
ingest_url = {_quoted(url)}
query_url = {_quoted(url)}
timeout = {_TIMEOUT_SECONDS}
"""


def _bilingual(names: tuple[str, str]) -> str:
    chinese, english = names
    return f"{{ zh = {_quoted(chinese)}, en = {_quoted(english)} }}"


def _quoted(text: str) -> str:
    """A TOML basic string, which JSON's strings are too."""
    return json.dumps(text, ensure_ascii=False)


def ensure_claims_keys(private_key: Path, public_key: Path) -> bool:
    """Make the key pair that the gateway signs claims with; ``False`` if both files exist."""
    if private_key.exists() and public_key.exists():
        return False
    private, public = generate_key_pair()
    replace_text(public_key, json.dumps(public) + "\n", mode=0o644)
    replace_text(private_key, json.dumps(private) + "\n", mode=0o600)
    return True


def ensure_coding_keys(path: Path) -> bool:
    """Make the secret of the code service; ``False`` if there is one."""
    if path.exists():
        return False
    replace_text(path, generate_key() + "\n", mode=0o600)
    return True


@dataclass(frozen=True, slots=True)
class DemoKeys:
    """The keys in ``keys.json``: of enterprises by USCC, of the rest by subsystem."""

    enterprises: Mapping[str, str]
    departments: Mapping[str, str]
    inspectors: Mapping[str, str]
    city: str

    def issued(self) -> Iterator[IssuedKey]:
        """Every key with its owner."""
        for one in participants():
            yield IssuedKey(self.enterprises[one.uscc], one.caller, one.name)
        for role, keys in (
            (CallerRole.DEPARTMENT, self.departments),
            (CallerRole.INSPECTOR, self.inspectors),
        ):
            for subsystem in SUBSYSTEMS:
                yield IssuedKey(keys[subsystem], Caller(role, home=subsystem), "demonstration")
        yield IssuedKey(self.city, Caller(CallerRole.CITY), "demonstration")


def demo_keys(home: Home) -> DemoKeys:
    """The demonstration keys as they are on file; those that are missing are made and written."""
    kept = _read_keys(home)
    found = DemoKeys(
        enterprises=_completed(kept, "enterprises", [each.uscc for each in participants()]),
        departments=_completed(kept, "departments", SUBSYSTEMS),
        inspectors=_completed(kept, "inspectors", SUBSYSTEMS),
        city=kept.get("city") or new_key(),
    )
    if asdict(found) != kept:
        text = json.dumps(asdict(found), indent=2) + "\n"
        replace_text(home.api_keys, text, mode=0o600)
    return found


def _read_keys(home: Home) -> dict[str, Any]:
    try:
        kept = json.loads(home.api_keys.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _completed(kept: dict[str, Any], group: str, owners: Iterable[str]) -> dict[str, str]:
    known = kept.get(group)
    known = known if isinstance(known, dict) else {}
    return {**known, **{owner: known.get(owner) or new_key() for owner in owners}}
