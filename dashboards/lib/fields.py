# SPDX-License-Identifier: ISC
"""The fields of the index pattern, from the index template. Kibana would ask the engine for them, but
before the first document there is nothing to ask, and then every panel asks and saves at once."""

import json
from collections.abc import Iterator
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parents[2] / "contrib/elasticsearch/index-template.json"
KIBANA_TYPES = {"keyword": "string", "text": "string", "long": "number", "date": "date", "ip": "ip", "boolean": "boolean",
                "geo_point": "geo_point", "float": "number"}
# Of every document, whatever its template says.
OF_THE_ENGINE = {"_id": ("string", "_id", True, True), "_index": ("string", "_index", True, True),
                 "_score": ("number", "", False, False), "_source": ("_source", "_source", False, False),
                 "_type": ("string", "_type", True, True)}
# What shippers and install.sh --geoip add; without them they stay empty.
ADDED = {"log.file.path": "keyword", "source.geo.city_name": "keyword", "source.geo.continent_name": "keyword",
         "source.geo.country_iso_code": "keyword", "source.geo.country_name": "keyword",
         "source.geo.location": "geo_point", "source.geo.region_iso_code": "keyword",
         "source.geo.region_name": "keyword"}
DURATION_OF_MICROSECONDS = {"id": "duration", "params": {
    "inputFormat": "microseconds", "outputFormat": "asMilliseconds", "outputPrecision": 1}}


def index_pattern_fields() -> list[dict]:
    found = {name: _field(name, kind, es_type, searchable, aggregatable)
             for name, (kind, es_type, searchable, aggregatable) in OF_THE_ENGINE.items()}
    properties = json.loads(TEMPLATE.read_text(encoding="utf-8"))["template"]["mappings"]["properties"]
    for name, mapping in (*_leaves("", properties), *((name, {"type": kind}) for name, kind in ADDED.items())):
        kind = mapping["type"]
        aggregatable = kind != "text" and mapping.get("doc_values", True)
        found.setdefault(name, _field(name, KIBANA_TYPES[kind], kind, mapping.get("index", True), aggregatable))
    return [found[name] for name in sorted(found)]


def microseconds() -> list[str]:
    return [field["name"] for field in index_pattern_fields()
            if field["type"] == "number" and field["name"].endswith("_us")]


def _leaves(prefix: str, properties: dict) -> Iterator[tuple[str, dict]]:
    for key, mapping in properties.items():
        name = f"{prefix}{key}"
        if "properties" in mapping:
            yield from _leaves(f"{name}.", mapping["properties"])
        elif mapping.get("type") in KIBANA_TYPES:
            yield name, mapping


def _field(name: str, kind: str, es_type: str, searchable: bool, aggregatable: bool) -> dict:
    return {"name": name, "type": kind, "esTypes": [es_type] if es_type else [], "count": 0, "scripted": False,
            "searchable": searchable, "aggregatable": aggregatable,
            "readFromDocValues": aggregatable and not name.startswith("_")}
