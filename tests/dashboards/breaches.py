# SPDX-License-Identifier: ISC
"""What must hold for the saved objects, whatever they show: complaints(objects, fields) names each
breach. fields: the rows of the field table by name, and those of what the shipper adds.

Newer Kibanas refuse unknown attributes, Kibana 7.10 and OpenSearch Dashboards take anything, even
a panel that points nowhere; so this is where it is noticed.
"""

import colorsys
import json
import re
from collections.abc import Iterator

from script.lib.elk import kql
from tests.dashboards import page
from tests.lib.field_table import Field

NEWEST = {"index-pattern": "7.6.0", "search": "7.9.3", "visualization": "7.10.0", "dashboard": "7.9.3"}
ENVELOPE = {"id", "type", "attributes", "references", "migrationVersion"}
ATTRIBUTES = {
    "index-pattern": {"title", "timeFieldName", "fields", "fieldFormatMap"},
    "search": {"title", "description", "hits", "columns", "sort", "version", "kibanaSavedObjectMeta"},
    "visualization": {"title", "description", "version", "visState", "uiStateJSON", "kibanaSavedObjectMeta"},
    "dashboard": {"title", "description", "hits", "version", "panelsJSON", "optionsJSON", "timeRestore", "timeFrom",
                  "timeTo", "refreshInterval", "kibanaSavedObjectMeta"},
}
BUCKET_SCHEMAS = {
    "metric": {"group"}, "histogram": {"segment", "group"}, "horizontal_bar": {"segment", "group"},
    "line": {"segment", "group"}, "area": {"segment", "group"}, "pie": {"segment"}, "heatmap": {"segment", "group"},
    "table": {"bucket"}, "markdown": set(),
}
FIT = {
    "terms": {"keyword", "ip", "long", "boolean"}, "cardinality": {"keyword", "ip", "long"}, "sum": {"long"},
    "max": {"long", "date"}, "min": {"long", "date"}, "percentiles": {"long"}, "range": {"long"}, "date_histogram": {"date"},
}
COMPARED = {"keyword", "ip", "long", "boolean", "date"}
SORTED = {"date", "long"}
GRID = 48
REFUSED = re.compile(r"reject|refus|fail|disconnect|permanent|5xx|tls-failed")


def complaints(objects: list[dict], fields: dict[str, Field]) -> list[str]:
    found = []
    known = {(entry["type"], entry["id"]): entry for entry in objects}
    if len(known) != len(objects):
        found.append("an id stands twice")
    if list(kind for kind, _ in known).count("index-pattern") != 1:
        found.append("there is one index pattern")
    for entry in objects:
        found += [f"{entry['type']} {entry['id']}: {complaint}" for complaint in _object(entry, known, fields)]
    on_dashboards = {(reference["type"], reference["id"]) for entry in objects if entry["type"] == "dashboard"
                     for reference in entry["references"]}
    found += [f"visualization {name}: on no dashboard" for kind, name in known
              if kind == "visualization" and (kind, name) not in on_dashboards]
    return found + list(_one_colour_a_label(objects))


def aggregated_fields(entry: dict) -> set[str]:
    aggs = json.loads(entry["attributes"]["visState"])["aggs"]
    return {agg["params"]["field"] for agg in aggs if "field" in agg["params"]}


def used_fields(objects: list[dict]) -> set[str]:
    found = set()
    for entry in objects:
        if entry["type"] == "visualization":
            found |= aggregated_fields(entry)
        if entry["type"] == "search":
            found |= set(entry["attributes"]["columns"]) | {field for field, _ in entry["attributes"]["sort"]}
        for query in _queries(entry):
            found |= kql.fields(kql.parse(query))
        if entry["type"] == "index-pattern":
            found |= {entry["attributes"]["timeFieldName"], *json.loads(entry["attributes"]["fieldFormatMap"])}
    return found


def _object(entry: dict, known: dict, fields: dict[str, Field]) -> Iterator[str]:
    kind = entry["type"]
    if set(entry) != ENVELOPE:
        yield f"keys {sorted(set(entry) ^ ENVELOPE)} are missing or too many"
    if entry["migrationVersion"] != {kind: NEWEST[kind]}:
        yield f"version {entry['migrationVersion']}"
    if set(entry["attributes"]) != ATTRIBUTES[kind]:
        yield f"attributes {sorted(set(entry['attributes']) ^ ATTRIBUTES[kind])} are missing or too many"
    yield from _references(entry, known)
    yield from _fields(entry, fields)
    yield from _layout(entry, fields)
    if kind == "index-pattern":
        yield from _index_pattern(entry["attributes"], fields)
    if kind == "visualization":
        yield from _visualization(json.loads(entry["attributes"]["visState"]), fields)
        yield from _colours(entry)
    if kind == "dashboard":
        yield from _dashboard(json.loads(entry["attributes"]["panelsJSON"]))
        yield from page.complaints(entry, known, fields)
    if kind == "visualization" and is_text(entry):
        yield from page.dead_links(entry, known)


def _references(entry: dict, known: dict) -> Iterator[str]:
    text = json.dumps(entry["attributes"]).replace("\\", "")
    wanted = sorted(re.findall(r'RefName": ?"([^"]+)"', text))
    given = sorted(reference["name"] for reference in entry["references"])
    if wanted != given:
        yield f"reference names {sorted(set(wanted) ^ set(given))} are not on both sides"
    if entry["type"] in ("search", "visualization") and not given and not is_text(entry):
        yield "no index pattern"
    for reference in entry["references"]:
        if (reference["type"], reference["id"]) not in known:
            yield f"{reference['name']} points nowhere: {reference['type']} {reference['id']}"


def is_text(entry: dict) -> bool:
    return entry["type"] == "visualization" and json.loads(entry["attributes"]["visState"])["type"] == "markdown"


def _queries(entry: dict) -> list[str]:
    """All KQL of an object: its own, and those of its filter groups."""
    found = []
    if "kibanaSavedObjectMeta" in entry["attributes"]:
        source = json.loads(entry["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
        found.append(source["query"]["query"])
    if entry["type"] == "visualization":
        for agg in json.loads(entry["attributes"]["visState"])["aggs"]:
            found += [choice["input"]["query"] for choice in agg["params"].get("filters", [])]
    return [query for query in found if query]


def _fields(entry: dict, fields: dict[str, Field]) -> Iterator[str]:
    yield from (f"no such field: {field}" for field in sorted(used_fields([entry]) - set(fields)))
    for query in _queries(entry):
        yield from (f"cannot be compared: {field}" for field in _compared(kql.parse(query))
                    if not _is(fields, field, COMPARED) or not fields[field].searched)
    if entry["type"] == "search":
        yield from (f"cannot be sorted by: {field}" for field, _ in entry["attributes"]["sort"]
                    if not _is(fields, field, SORTED) or not fields[field].charted)


def _is(fields: dict[str, Field], name: str, types: set[str]) -> bool:
    return name in fields and fields[name].type in types


def _compared(tree: tuple) -> set[str]:
    if tree[0] in ("and", "or"):
        return set().union(*(_compared(part) for part in tree[1]))
    if tree[0] == "not":
        return _compared(tree[1])
    return {tree[1]} if tree[0] in ("is", "range") else set()


def _index_pattern(attributes: dict, fields: dict[str, Field]) -> Iterator[str]:
    if attributes["title"] != "opensmtpd-*":
        yield "is for opensmtpd-*"
    listed = {field["name"] for field in json.loads(attributes["fields"])}
    yield from (f"the index pattern does not list {name}" for name, field in sorted(fields.items())
                if name not in listed and field.indexed != "no" and "*" not in name)
    formats = json.loads(attributes["fieldFormatMap"])
    yield from (f"microseconds without a format: {name}" for name, field in sorted(fields.items())
                if name.endswith("_us") and field.type == "long" and name not in formats)
    if not _is(fields, attributes["timeFieldName"], {"date"}):
        yield "the time field is no date"


def _visualization(state: dict, fields: dict[str, Field]) -> Iterator[str]:
    if state["type"] not in BUCKET_SCHEMAS:
        yield f"chart {state['type']} is not one that old and new Kibanas show"
        return
    numbers = [agg["id"] for agg in state["aggs"]]
    if len(set(numbers)) != len(numbers):
        yield "an aggregation's number stands twice"
    for agg in state["aggs"]:
        params = agg["params"]
        measure = agg["schema"] == "metric"
        if not measure and agg["schema"] not in BUCKET_SCHEMAS[state["type"]]:
            yield f"{state['type']} has no place {agg['schema']}"
        if measure and not params.get("customLabel"):
            yield f"measure {agg['id']} says no unit"
        if "field" in params:
            fits = _is(fields, params["field"], FIT.get(agg["type"], set()))
            if not fits or not fields[params["field"]].charted:
                yield f"no {agg['type']} of {params['field']}"
        if params.get("missingBucket") and not _is(fields, params["field"], {"keyword"}):
            yield f"only a keyword can be counted as missing, not {params['field']}"
        in_time = params.get("orderAgg", {}).get("params") == {"field": "@timestamp"}
        if agg["type"] == "terms" and params["orderBy"] not in [*numbers, "_key"] and not in_time:
            yield f"{params['field']} is ordered by nothing"
    for axis in state["params"].get("valueAxes", []):
        if state["type"] != "heatmap" and not axis["title"].get("text"):
            yield "an axis says no unit"
    for series in state["params"].get("seriesParams", []):
        if series["data"]["id"] not in numbers:
            yield "a series shows no measure"


MOST_COLUMNS = 5


def _layout(entry: dict, fields: dict[str, Field]) -> Iterator[str]:
    """What a person sees cut, hidden or too late."""
    if entry["type"] == "search":
        if len(entry["attributes"]["columns"]) > MOST_COLUMNS:
            yield f"more than {MOST_COLUMNS} columns do not fit"
        if json.loads(entry["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])["highlightAll"]:
            yield "words are painted yellow"
    if entry["type"] != "visualization":
        return
    state = json.loads(entry["attributes"]["visState"])
    if state["type"] in ("table", "pie", "horizontal_bar", "metric"):
        yield from _left_out(state, fields)
    if state["type"] == "table":
        yield from _rows(state, fields)
    if state["type"] in ("horizontal_bar", "heatmap"):
        yield from _names_of_groups(state)
    if state["type"] == "horizontal_bar" and any(
            axis["labels"]["truncate"] > LONGEST_NAME for axis in state["params"]["categoryAxes"]):
        yield "a long name pushes the chart out of its panel"
    latencies = [agg for agg in state["aggs"] if agg["type"] == "percentiles"]
    if latencies and any(axis["scale"]["type"] != "log" for axis in state["params"].get("valueAxes", [])):
        yield "latencies stand on a linear axis"
    if state["type"] in ("histogram", "line", "area") and state["params"]["legendPosition"] != "top":
        yield "a legend takes room from the chart"


# Characters; an IPv6 address has up to 39.
LONGEST_NAME = 40

# In the lines that are counted by them these are always there.
ALWAYS_THERE = {"opensmtpd.last.reply.code"}


def _left_out(state: dict, fields: dict[str, Field]) -> Iterator[str]:
    """Rows do not add up to the number above them, if some of them are silently missing."""
    charts = [agg for agg in state["aggs"] if agg["type"] == "terms"]
    groups = charts if state["type"] != "horizontal_bar" else charts[:1]
    for agg in charts:
        if state["type"] in ("table", "horizontal_bar") and json.loads(agg["params"].get("json", "{}")).get("shard_size", 0) < 10000:
            yield f"rows of {agg['params']['field']} do not add up over several indices"
        if not agg["params"]["otherBucket"]:
            yield f"what is not named in {agg['params']['field']} is not there"
    for agg in groups:
        params = agg["params"]
        if agg["schema"] != "group" or state["type"] == "metric":
            if not params["missingBucket"] and params["field"] not in ALWAYS_THERE:
                yield f"lines without {params['field']} are not there"


FEW_VALUES = {"opensmtpd.rcpt.status", "opensmtpd.filter.last.response", "opensmtpd.subsystem", "tls.version", "tls.cipher"}
MOST_WITHIN = 20


def _rows(state: dict, fields: dict[str, Field]) -> Iterator[str]:
    if any(agg["type"] == "filters" for agg in state["aggs"]):
        yield "a column is headed filters"
    for inner in [agg for agg in state["aggs"] if agg["type"] == "terms"][1:]:
        # Kibana 7.10 loses the row of the others within a name that has a dash, so there must be few others.
        if inner["params"]["field"] not in FEW_VALUES and inner["params"]["size"] < MOST_WITHIN:
            yield f"others of {inner['params']['field']} are lost within a name that has a dash"
    measures = [agg["type"] for agg in state["aggs"] if agg["schema"] == "metric"]
    lists = any(fields[agg["params"]["field"]].array for agg in state["aggs"]
                if agg["type"] == "terms" and agg["params"]["field"] in fields and
                not agg["params"]["field"].endswith("anomaly_new"))
    if set(measures) <= {"count", "sum"} and not lists and not state["params"]["showTotal"]:
        yield "a table has no total"
    if (lists or not set(measures) <= {"count", "sum"}) and state["params"]["showTotal"]:
        yield "a total of what does not add up"


def _names_of_groups(state: dict) -> Iterator[str]:
    groups = any(agg["type"] == "filters" for agg in state["aggs"] if agg["schema"] == "segment")
    for axis in state["params"]["categoryAxes"]:
        if not axis["title"].get("text") or groups and axis["id"] == "CategoryAxis-1":  # whose title is overwritten
            yield "an axis is headed filters"
    if any(agg["type"] == "range" for agg in state["aggs"]):
        yield "ranges are named by their edges"


def series_labels(state: dict) -> list[str] | dict:
    """The labels that get a colour: what a filter group is called, or the field whose values are."""
    groups = [agg for agg in state["aggs"] if agg["schema"] == "group" or (
        agg["schema"] == "segment" and state["type"] == "pie")]
    if not groups:
        measures = [agg for agg in state["aggs"] if agg["schema"] == "metric" and agg["type"] != "percentiles"]
        return [agg["params"]["customLabel"] for agg in measures]
    if "filters" in groups[0]["params"]:
        return [choice["label"] for choice in groups[0]["params"]["filters"]]
    return {"field": groups[0]["params"]["field"]}


def _colours(entry: dict) -> Iterator[str]:
    state = json.loads(entry["attributes"]["visState"])
    colours = json.loads(entry["attributes"]["uiStateJSON"]).get("vis", {}).get("colors", {})
    for label, colour in colours.items():
        if REFUSED.search(label) and _is_green(colour):
            yield f"{label!r} is green"
    if state["type"] in ("metric", "table", "heatmap", "markdown"):
        return
    labels = series_labels(state)
    if isinstance(labels, list):
        yield from (f"no colour for {label!r}" for label in labels if label not in colours)
    elif not colours:
        yield f"the values of {labels['field']} have no colours"


def _is_green(colour: str) -> bool:
    red, green, blue = (int(colour[position:position + 2], 16) / 255 for position in (1, 3, 5))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return 70 / 360 <= hue <= 180 / 360 and saturation > 0.1


def _one_colour_a_label(objects: list[dict]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for entry in objects:
        if entry["type"] == "visualization":
            colours = json.loads(entry["attributes"]["uiStateJSON"]).get("vis", {}).get("colors", {})
            for label, colour in colours.items():
                if seen.setdefault(label, colour) != colour:
                    yield f"{label!r} has two colours"


def _dashboard(panels: list[dict]) -> Iterator[str]:
    taken = set()
    for panel in panels:
        place = panel["gridData"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        if place["x"] < 0 or place["x"] + place["w"] > GRID or cells & taken:
            yield f"panel {panel['panelIndex']} lies outside or over another"
        taken |= cells
        if not panel["title"] or panel["panelIndex"] != place["i"]:
            yield f"panel {panel['panelIndex']} has no title, or two numbers"
    height = max(y for _, y in taken) + 1
    if len(taken) != GRID * height:
        yield "a row has a hole"
