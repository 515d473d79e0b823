# SPDX-License-Identifier: ISC
"""The JSON Schema and the index templates say what the field table says, and nothing else."""

import json
import unittest
from collections.abc import Iterator
from typing import Any

from script.lib.checkout import ROOT
from tests.lib.field_table import Field, read_fields, schema
from tests.schema import json_schema, test_check

Json = dict[str, Any]

FIELDS = read_fields()
UNINDEXED_OBJECTS = {name for name, field in FIELDS.items() if field.type == "object"}
# What Elasticsearch OSS 7.10 and every OpenSearch know.
ENGINE_TYPES = {"boolean", "date", "ip", "keyword", "long", "object", "text"}
MAPPING_KEYS = {"type", "index", "doc_values", "ignore_above", "norms", "enabled", "ignore_malformed"}


def mappings(properties: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """The leaves by full name."""
    for key, mapping in properties.items():
        if "properties" in mapping:
            yield from mappings(mapping["properties"], f"{path}{key}.")
        else:
            yield path + key, mapping


def expected_mapping(field: Field) -> Json:
    if field.type == "object":
        return {"type": "object", "enabled": False}
    mapping: Json = {"type": field.type}
    if field.type == "keyword" and field.indexed != "no":
        mapping["ignore_above"] = 1024
    if field.type == "text":
        mapping["norms"] = False
    if not field.searched:
        mapping["index"] = False
    if not field.charted and field.type != "text":
        mapping["doc_values"] = False
    return mapping


def below_unindexed(name: str) -> bool:
    return any(name.startswith(parent + ".") for parent in UNINDEXED_OBJECTS)


class IndexTemplate(unittest.TestCase):
    FORM = "index-template"

    def setUp(self) -> None:
        self.node: Json = json.loads(schema(self.FORM))
        self.mappings: Json = self.node["template"]["mappings"]
        self.leaves = dict(mappings(self.mappings["properties"]))

    def expected(self) -> dict[str, Json]:
        named = {name: expected_mapping(field) for name, field in FIELDS.items()
                 if not below_unindexed(name) and not name.endswith(".*")}
        return named | {name.removesuffix(".*"): {"type": "object"} for name in FIELDS if name.endswith(".*")}

    def test_maps_every_field_of_the_table_and_no_other(self) -> None:
        self.assertEqual(self.leaves, self.expected())

    def test_uses_what_the_oldest_engine_knows(self) -> None:
        for name, mapping in self.leaves.items():
            with self.subTest(name):
                self.assertIn(mapping["type"], ENGINE_TYPES)
                self.assertLessEqual(mapping.keys(), MAPPING_KEYS)

    def test_text_is_never_charted(self) -> None:
        self.assertEqual([name for name, field in FIELDS.items() if field.type == "text" and field.charted], [])

    def test_maps_labels_and_unknown_strings_to_keywords_but_the_time_of_arrival_to_a_date(self) -> None:
        keyword = {"type": "keyword", "ignore_above": 1024}
        rules = [(rule.get("path_match"), rule["match_mapping_type"], rule["mapping"])
                 for named in self.mappings["dynamic_templates"] for rule in named.values()]
        ingested = ("event.ingested", "string", {"type": "date"})
        self.assertEqual(rules, [("labels.*", "*", keyword), ingested, (None, "string", keyword)])
        self.assertIs(self.mappings["dynamic"], True)
        self.assertIs(self.mappings["date_detection"], False)

    def test_takes_the_indices_that_the_shippers_write(self) -> None:
        self.assertEqual(self.node["index_patterns"], ["opensmtpd-*"])
        self.assertNotIn("data_stream", self.node)


class DataStreamTemplate(IndexTemplate):
    FORM = "data-stream-template"

    def expected(self) -> dict[str, Json]:
        return super().expected() | {"@timestamp": {"type": "date", "ignore_malformed": False}}

    def test_takes_the_indices_that_the_shippers_write(self) -> None:
        self.assertEqual(self.node["index_patterns"], ["opensmtpd-*"])
        self.assertEqual(self.node["data_stream"], {})

    def test_differs_in_nothing_else(self) -> None:
        dated: Json = json.loads(schema("index-template"))
        for node in (dated, self.node):
            node.pop("data_stream", None)
            del node["_meta"], node["template"]["mappings"]["properties"]["@timestamp"]
        self.assertEqual(self.node, dated)


class Table(unittest.TestCase):
    def test_has_no_field_that_is_also_an_object(self) -> None:
        for name in FIELDS:
            parents = {name.rsplit(".", depth)[0] for depth in range(1, name.count(".") + 1)}
            self.assertLessEqual(parents & FIELDS.keys(), UNINDEXED_OBJECTS, name)

    def test_keeps_the_fields_of_an_object_together(self) -> None:
        """As a line must: it opens an object once."""
        for depth in range(1, 6):
            parents = [".".join(name.split(".")[:depth]) for name in FIELDS if name.count(".") >= depth]
            opened = [parent for parent, before in zip(parents, [""] + parents) if parent != before]
            self.assertEqual(sorted(set(opened)), sorted(opened))


class JsonSchema(unittest.TestCase):
    def setUp(self) -> None:
        self.schema: Json = json.loads(schema("json-schema"))

    def errors(self, node: Any) -> list[str]:
        return list(json_schema.errors(self.schema, node))

    def test_takes_every_line_of_the_recordings(self) -> None:
        lines = 0
        for path in sorted((ROOT / "tests/golden").glob("*/out")):
            for line in path.read_bytes().splitlines():
                if line.startswith(b"{"):
                    lines += 1
                    self.assertEqual(self.errors(json.loads(line)), [], path)
        self.assertGreater(lines, 1000)

    def test_refuses_a_bad_line(self) -> None:
        def without(*path: str) -> Json:
            node = test_check.good()
            at = node
            for key in path[:-1]:
                at = at[key]
            del at[path[-1]]
            return node

        wrong: list[Json] = [
            without("@timestamp"), without("opensmtpd"), without("tls", "established"),
            without("opensmtpd", "count", "reply", "2xx"),
            test_check.good() | {"surplus": "x"}, test_check.good() | {"message": ""},
            test_check.good() | {"message": None}, test_check.good() | {"tls": {"established": "false"}},
            test_check.good() | {"related": {"ip": "192.0.2.9"}}, test_check.good() | {"related": {"ip": ["x"]}},
            test_check.good() | {"labels": {"site": 1}}, test_check.good() | {"@timestamp": "yesterday"},
            test_check.good() | {"source": {"port": -1}}, test_check.good() | {"source": {"port": True}},
        ]
        self.assertEqual(self.errors(test_check.good()), [])
        for node in wrong:
            with self.subTest(str(node)[:60]):
                self.assertNotEqual(self.errors(node), [])


if __name__ == "__main__":
    unittest.main()
