# SPDX-License-Identifier: ISC
"""The fields that dashboards may use: those of the lines, and what a shipper adds."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schema"))

import check as schema  # noqa: E402
from field_table import Field  # noqa: E402

FROM_THE_SHIPPER = Field("log.file.path", "keyword", "yes", False, frozenset(), frozenset())


def fields() -> dict[str, Field]:
    return {**schema.FIELDS, FROM_THE_SHIPPER.name: FROM_THE_SHIPPER}


def values() -> dict[str, set[str]]:
    return schema.ENUMERATIONS
