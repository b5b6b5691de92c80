"""Where the standard's own documents are: beside the checkout, never in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def epcis_folder() -> Path | None:
    """The folder of ``SUYUAN_EPCIS_DIR``, else ``../shared/epcis``; ``None`` where it is not.

    A folder that was named and is missing fails the tests; one that is not beside the checkout
    only skips them.
    """
    given = os.environ.get("SUYUAN_EPCIS_DIR")
    folder = Path(given) if given else Path(__file__).parents[3] / "shared" / "epcis"
    if folder.is_dir():
        return folder
    if given:
        pytest.fail(f"SUYUAN_EPCIS_DIR names {given}, which is not there", pytrace=False)
    return None


needs_material = pytest.mark.skipif(
    not os.environ.get("SUYUAN_EPCIS_DIR") and epcis_folder() is None,
    reason="the EPCIS documents are not beside the checkout: set SUYUAN_EPCIS_DIR to try them",
)
