# SPDX-License-Identifier: ISC
"""Every panel and every saved search finds something in the recorded cases of tests/golden."""

import json
import unittest

from script.lib.checkout import ROOT
from script.lib.elk import kql, panel_queries

OBJECTS = panel_queries.read(ROOT / "dashboards" / "opensmtpd.ndjson")
# A case of another format has no JSON.
LINES = [json.loads(line)
         for case in sorted((ROOT / "tests" / "golden").glob("*/out"))
         for line in case.read_bytes().splitlines() if line.startswith(b"{")]


# A replay writes no record of the logger's own.
WITHOUT_LINES = {"opensmtpd-overview-last-record"}
VISUALIZATIONS = [entry for entry in OBJECTS if entry["type"] == "visualization" and
                  "markdown" not in json.loads(entry["attributes"]["visState"])["type"]]


def found(entry: dict) -> list[dict]:
    query = json.loads(entry["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"]["query"]
    tree = kql.parse(query)
    return [line for line in LINES if kql.matches(tree, line)]


class Recorded(unittest.TestCase):
    def test_every_saved_search_finds_lines_that_fill_its_columns(self):
        for entry in OBJECTS:
            if entry["type"] != "search":
                continue
            lines = found(entry)
            for column in entry["attributes"]["columns"]:
                with self.subTest(search=entry["id"], column=column):
                    self.assertTrue(column == "log.file.path" or any(kql.values(line, column) for line in lines))

    def test_every_panel_finds_lines_with_all_its_fields(self):
        for entry in VISUALIZATIONS:
            if entry["id"] in WITHOUT_LINES:
                continue
            lines = found(entry)
            for agg in json.loads(entry["attributes"]["visState"])["aggs"]:
                params = agg["params"]
                with self.subTest(panel=entry["id"], agg=agg["id"]):
                    self.assertNotEqual(lines, [])
                    if "field" in params and not params.get("missingBucket"):
                        self.assertTrue(any(kql.values(line, params["field"]) for line in lines), params["field"])

    def test_the_groups_of_a_panel_share_its_lines_out(self):
        for entry in VISUALIZATIONS:
            for agg in json.loads(entry["attributes"]["visState"])["aggs"]:
                if "filters" in agg["params"]:
                    trees = [kql.parse(choice["input"]["query"]) for choice in agg["params"]["filters"]]
                    for line in found(entry):
                        with self.subTest(panel=entry["id"], line=line["message"]):
                            self.assertEqual(sum(kql.matches(tree, line) for tree in trees), 1)

    def test_no_line_is_missing_in_the_rows_of_a_table(self):
        for entry in VISUALIZATIONS:
            state = json.loads(entry["attributes"]["visState"])
            for agg in state["aggs"]:
                if state["type"] in ("table", "pie") and agg["type"] == "terms" and not agg["params"]["missingBucket"]:
                    for line in found(entry):
                        with self.subTest(panel=entry["id"], line=line["message"]):
                            self.assertNotEqual(kql.values(line, agg["params"]["field"]), [])


if __name__ == "__main__":
    unittest.main()
