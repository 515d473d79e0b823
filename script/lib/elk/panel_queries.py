# SPDX-License-Identifier: ISC
"""python3 -m script.lib.elk.panel_queries NDJSON [--interval 30m] [--from TIME --to TIME] [--searches]

Prints the engine query that Kibana sends for each visualization of a saved-object file, one JSON
object a line: {"id", "title", "type", "dashboards": [titles], "body": {...}}, to be sent to
INDEX/_search. Buckets and measures are named by the numbers of visState's aggs, buckets nest in
their order, the measures stand in the innermost one; a count is the bucket's doc_count, or
hits.total where there is no bucket. --searches adds the saved searches (type "search"; the body
asks for documents).

--interval is what the interval "auto" of a time axis becomes. --from and --to, as Kibana's time
picker would, add a range of @timestamp.

    python3 -m script.lib.elk.panel_queries dashboards/opensmtpd.ndjson |
        jq -c 'select(.id == "opensmtpd-overview-encryption") | .body' |
        curl -s -H 'content-type: application/json' -d @- "$URL/opensmtpd-*/_search"
"""

import argparse
import json
import sys
from pathlib import Path

from script.lib.elk import kql

MEASURES = ("count", "sum", "max", "min", "avg", "cardinality", "percentiles")
DEFAULT_INTERVAL = "30m"


class UnknownAggregation(Exception):
    pass


def read(path: str | Path) -> list[dict]:
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def query(saved_object: dict, time_range: dict | None = None) -> dict:
    """The query of a visualization or a saved search, with its filters."""
    source = json.loads(saved_object["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    filters = [kql.to_query(kql.parse(source["query"]["query"]))] if source["query"]["query"] else []
    filters += [entry["query"] for entry in source["filter"]]
    if time_range:
        filters.append({"range": {"@timestamp": {**time_range, "format": "strict_date_optional_time"}}})
    return _all_of(filters)


def aggregations(aggs: list[dict], interval: str = DEFAULT_INTERVAL) -> dict:
    """The `aggs` of the request for the aggs of a visState."""
    enabled = [agg for agg in aggs if agg["enabled"]]
    measures = {agg["id"]: agg for agg in enabled if agg["type"] in MEASURES}
    inner = {number: _measure(agg) for number, agg in measures.items() if agg["type"] != "count"}
    for agg in reversed([agg for agg in enabled if agg["type"] not in MEASURES]):
        bucket = _bucket(agg, measures, interval)
        if inner:
            bucket["aggs"] = {**bucket.get("aggs", {}), **inner}
        inner = {agg["id"]: bucket}
    return inner


def visualization_body(saved_object: dict, interval: str = DEFAULT_INTERVAL, time_range: dict | None = None) -> dict:
    state = json.loads(saved_object["attributes"]["visState"])
    body = {"size": 0, "track_total_hits": True, "query": query(saved_object, time_range)}
    aggs = aggregations(state["aggs"], interval)
    return {**body, "aggs": aggs} if aggs else body


def search_body(saved_object: dict, time_range: dict | None = None) -> dict:
    sort = [{field: {"order": order, "unmapped_type": "boolean"}}
            for field, order in saved_object["attributes"]["sort"]]
    return {"size": 500, "track_total_hits": True, "sort": sort, "query": query(saved_object, time_range)}


def panel_queries(objects: list[dict], interval: str = DEFAULT_INTERVAL, time_range: dict | None = None,
                  searches: bool = False) -> list[dict]:
    shown_on: dict[tuple[str, str], list[str]] = {}
    for entry in objects:
        if entry["type"] == "dashboard":
            for reference in entry["references"]:
                shown_on.setdefault((reference["type"], reference["id"]), []).append(entry["attributes"]["title"])
    found = []
    for entry in objects:
        if entry["type"] == "visualization" and json.loads(entry["attributes"]["visState"])["type"] == "markdown":
            continue  # a text asks nothing
        if entry["type"] == "visualization":
            body = visualization_body(entry, interval, time_range)
        elif entry["type"] == "search" and searches:
            body = search_body(entry, time_range)
        else:
            continue
        found.append({"id": entry["id"], "title": entry["attributes"]["title"], "type": entry["type"],
                      "dashboards": shown_on.get((entry["type"], entry["id"]), []), "body": body})
    return found


def _all_of(filters: list[dict]) -> dict:
    return {"bool": {"must": [], "filter": filters or [{"match_all": {}}], "should": [], "must_not": []}}


def _measure(agg: dict) -> dict:
    params = agg["params"]
    if agg["type"] == "percentiles":
        return {"percentiles": {"field": params["field"], "percents": params["percents"], "keyed": False}}
    return {agg["type"]: {"field": params["field"]}}


def _bucket(agg: dict, measures: dict[str, dict], interval: str) -> dict:
    params = agg["params"]
    if agg["type"] == "terms":
        ordered_by = params["orderBy"]
        if ordered_by in measures and measures[ordered_by]["type"] == "count":
            ordered_by = "_count"
        inner = {}
        if ordered_by == "custom":
            ordered_by = f"{agg['id']}-orderAgg"
            inner = {ordered_by: _measure(params["orderAgg"])}
        request = {"field": params["field"], "order": {ordered_by: params["order"]}, "size": params["size"]}
        request.update(json.loads(params.get("json", "{}")))  # what Kibana calls advanced
        if params["missingBucket"]:
            request["missing"] = "__missing__"
        return {"terms": request, **({"aggs": inner} if inner else {})}
    if agg["type"] == "date_histogram":
        step = interval if params["interval"] == "auto" else params["interval"]
        return {"date_histogram": {"field": params["field"], "fixed_interval": step, "time_zone": "UTC",
                                   "min_doc_count": params["min_doc_count"]}}
    if agg["type"] == "filters":
        return {"filters": {"filters": {entry["label"]: _all_of([kql.to_query(kql.parse(entry["input"]["query"]))])
                                        for entry in params["filters"]}}}
    if agg["type"] == "range":
        return {"range": {"field": params["field"], "ranges": params["ranges"], "keyed": True}}
    raise UnknownAggregation(agg["type"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ndjson")
    parser.add_argument("--interval", default=DEFAULT_INTERVAL)
    parser.add_argument("--from", dest="since")
    parser.add_argument("--to", dest="until")
    parser.add_argument("--searches", action="store_true")
    options = parser.parse_args()
    time_range = {"gte": options.since, "lte": options.until} if options.since and options.until else None
    for entry in panel_queries(read(options.ndjson), options.interval, time_range, options.searches):
        print(json.dumps(entry, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
