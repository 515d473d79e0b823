# SPDX-License-Identifier: ISC
"""What the dashboards ask the engine: the query language, and requests as Kibana sends them."""

import json
import subprocess
import sys
import unittest

from script.lib.checkout import ROOT
from script.lib.elk import kql, panel_queries

NDJSON = ROOT / "dashboards" / "opensmtpd.ndjson"
PANEL_QUERIES = (sys.executable, "-m", "script.lib.elk.panel_queries", NDJSON)


class Language(unittest.TestCase):
    def test_and_binds_before_or(self):
        self.assertEqual(kql.parse("a: 1 or b: 2 and c: 3"),
                         ("or", [("is", "a", 1), ("and", [("is", "b", 2), ("is", "c", 3)])]))

    def test_brackets_and_not(self):
        self.assertEqual(kql.parse("not (a: 1 or b: *) and c >= 4"),
                         ("and", [("not", ("or", [("is", "a", 1), ("exists", "b")])), ("range", "c", "gte", 4)]))

    def test_a_list_of_values(self):
        self.assertEqual(kql.parse('a: ("x y" or "\\"z")'), ("or", [("is", "a", "x y"), ("is", "a", '"z')]))

    def test_what_is_not_understood_is_refused(self):
        for text in ("a", "a:", "a: b", 'a: "x', "a: 1 b: 2", "(a: 1", "a >= x", ""):
            with self.assertRaises((kql.KqlError, ValueError), msg=text):
                kql.parse(text)

    def test_a_query_is_the_one_that_kibana_makes(self):
        self.assertEqual(kql.to_query(kql.parse('a.b: "x" and not c: true')), {"bool": {"filter": [
            {"bool": {"should": [{"match_phrase": {"a.b": "x"}}], "minimum_should_match": 1}},
            {"bool": {"must_not": {"bool": {"should": [{"match": {"c": True}}], "minimum_should_match": 1}}}}]}})

    def test_matching_without_an_engine(self):
        document = {"a": {"b": ["x", "y"], "n": 3}, "t": True}
        for text, expected in (('a.b: "y"', True), ('a.b: "z"', False), ("a.n >= 3", True), ("a.n > 3", False),
                               ("t: true", True), ("t: 1", False), ("a.c: *", False), ("not a.c: *", True)):
            self.assertEqual(kql.matches(kql.parse(text), document), expected, text)


class Requests(unittest.TestCase):
    def test_buckets_nest_in_order_and_measures_stand_innermost(self):
        aggs = [
            {"id": "1", "enabled": True, "type": "count", "schema": "metric", "params": {}},
            {"id": "2", "enabled": True, "type": "sum", "schema": "metric", "params": {"field": "n"}},
            {"id": "3", "enabled": True, "type": "date_histogram", "schema": "segment",
             "params": {"field": "@timestamp", "interval": "auto", "min_doc_count": 1}},
            {"id": "4", "enabled": True, "type": "terms", "schema": "group", "params": {
                "field": "k", "orderBy": "1", "order": "desc", "size": 5, "missingBucket": False}},
        ]
        self.assertEqual(panel_queries.aggregations(aggs), {"3": {
            "date_histogram": {"field": "@timestamp", "fixed_interval": "30m", "time_zone": "UTC", "min_doc_count": 1},
            "aggs": {"4": {"terms": {"field": "k", "order": {"_count": "desc"}, "size": 5},
                           "aggs": {"2": {"sum": {"field": "n"}}}}}}})

    def test_every_visualization_has_a_request_and_a_dashboard(self):
        run = subprocess.run([*PANEL_QUERIES, "--searches"],
                             capture_output=True, text=True, check=True)
        made = [json.loads(line) for line in run.stdout.splitlines()]
        wanted = [entry["id"] for entry in panel_queries.read(NDJSON) if entry["type"] in ("visualization", "search")
                  and not entry["id"].endswith("-guide")]
        self.assertEqual(sorted(entry["id"] for entry in made), sorted(wanted))
        for entry in made:
            self.assertTrue(entry["dashboards"] or entry["type"] == "search", entry["id"])
            self.assertEqual(entry["body"]["size"], 0 if entry["type"] == "visualization" else 500)

    def test_a_time_range_is_added_as_the_time_picker_does(self):
        run = subprocess.run([*PANEL_QUERIES, "--interval", "1m",
                              "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-02T00:00:00Z"],
                             capture_output=True, text=True, check=True)
        for line in run.stdout.splitlines():
            entry = json.loads(line)
            self.assertIn("@timestamp", json.dumps(entry["body"]["query"]["bool"]["filter"][-1]))
            self.assertNotIn("30m", line)


if __name__ == "__main__":
    unittest.main()
