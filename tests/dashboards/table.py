# SPDX-License-Identifier: ISC
"""The fields that dashboards may use: those of the lines, and what a shipper adds."""


from tests.lib import check as schema
from tests.lib.field_table import Field

FROM_THE_SHIPPER = Field("log.file.path", "keyword", "yes", False, frozenset(), frozenset())


def fields() -> dict[str, Field]:
    return {**schema.FIELDS, FROM_THE_SHIPPER.name: FROM_THE_SHIPPER}


def values() -> dict[str, set[str]]:
    return schema.ENUMERATIONS
