# SPDX-License-Identifier: ISC
"""The shipped index template, changed in one point each: what the point is worth in bytes."""

from __future__ import annotations

import copy
from typing import Any, Callable

Template = dict[str, Any]


def codec_default(template: Template) -> None:
    template["settings"]["index"].pop("codec")


def sorted_by_session(template: Template) -> None:
    fields = ["opensmtpd.session.id", "event.sequence"]
    template["settings"]["index"]["sort"] = {"field": fields, "order": ["asc", "asc"]}


def all_doc_values(template: Template) -> None:
    for field in leaves(template["mappings"]):
        field.pop("doc_values", None)


def all_searched(template: Template) -> None:
    for field in leaves(template["mappings"]):
        field.pop("index", None)


def message_not_searched(template: Template) -> None:
    template["mappings"]["properties"]["message"]["index"] = False


def no_mappings(template: Template) -> None:
    """What the engine makes of the lines by itself."""
    template["mappings"] = {"date_detection": False}
    template["settings"]["index"]["mapping"]["total_fields"] = {"limit": 5000}


VARIANTS: list[Callable[[Template], None]] = [
    codec_default,
    sorted_by_session,
    all_doc_values,
    all_searched,
    message_not_searched,
    no_mappings,
]


def variants(shipped: dict[str, Any]) -> dict[str, dict[str, Any]]:
    made = {"as shipped": shipped}
    for change in VARIANTS:
        changed = copy.deepcopy(shipped)
        change(changed["template"])
        made[change.__name__.replace("_", " ")] = changed
    return made


def leaves(mapping: dict[str, Any]) -> list[dict[str, Any]]:
    if "properties" not in mapping:
        return [mapping]
    return [leaf for member in mapping["properties"].values() for leaf in leaves(member)]
