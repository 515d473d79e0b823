# SPDX-License-Identifier: ISC
"""Compares the field table with the field list of the Elastic Common Schema.

That list is not part of this project. It is looked for at $FILTER_JSONLOG_ECS, then beside the
checkout; without it the test is skipped (exit status 77).
"""

import csv
import os
import sys
from pathlib import Path

from script.lib.parts import SKIPPED
from tests.lib import check

BESIDE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared" / "ecs" / "fields.csv"

# ECS types on the left may be written as the plainer ones on the right.
ACCEPTABLE: dict[str, set[str]] = {
    "match_only_text": {"text", "keyword"},
    "wildcard": {"keyword"},
    "constant_keyword": {"keyword"},
    "keyword": {"keyword"},
    "long": {"long"},
    "date": {"date"},
    "ip": {"ip"},
    "boolean": {"boolean"},
}


def compare(ecs: dict[str, dict[str, str]]) -> list[str]:
    """What the field table says against ECS."""
    complaints = []
    for field in check.FIELDS.values():
        if field.name.startswith(("opensmtpd.", "labels.")):
            continue
        row = ecs.get(field.name)
        if row is None:
            complaints.append(f"{field.name}: not a field of ECS")
            continue
        if field.type not in ACCEPTABLE.get(row["Type"], set()):
            complaints.append(f"{field.name}: {field.type}, but {row['Type']} in ECS")
        if field.array != (row["Normalization"] == "array"):
            complaints.append(f"{field.name}: array is {field.array}, ECS normalization is {row['Normalization']!r}")
    return complaints


def main() -> int:
    path = Path(os.environ.get("FILTER_JSONLOG_ECS", BESIDE_CHECKOUT))
    if not path.is_file():
        print(f"skipped: no field list of ECS at {path} (set FILTER_JSONLOG_ECS)")
        return SKIPPED
    with open(path, encoding="utf-8", newline="") as file:
        ecs = {row["Field"]: row for row in csv.DictReader(file)}
    # The test must be able to fail: a root that ECS does not know.
    check.FIELDS["smtp.verb"] = check.Field("smtp.verb", "keyword", "yes", False, frozenset({"event"}), frozenset())
    if not any("smtp.verb" in complaint for complaint in compare(ecs)):
        print("an invented field went unnoticed")
        return 1
    del check.FIELDS["smtp.verb"]
    complaints = compare(ecs)
    for complaint in complaints:
        print(complaint)
    print(f"{len(ecs)} fields of ECS, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
