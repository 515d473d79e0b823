# SPDX-License-Identifier: ISC
"""The `aggs` of a visualization: measures first, then the buckets they are counted in."""

from .sources import Panel, SourceError, Sources

# Which place a chart gives to its first bucket, and to the others.
SCHEMAS = {
    "number": ("group", "group"),
    "bars": ("segment", "group"),
    "share": ("segment", "group"),
    "lines": ("segment", "group"),
    "ranking": ("segment", "group"),
    "donut": ("segment", "segment"),
    "heat": ("segment", "group"),
    "table": ("bucket", "bucket"),
}


# Each index names its most frequent values only; where several are asked, what a value has in an index
# that does not name it would be in no row.
EXACT = '{"shard_size": 10000}'


def aggregations(panel: Panel, sources: Sources) -> list[dict]:
    measures = [_measure(measure, panel) for measure in panel.measure]
    first, others = SCHEMAS[panel.kind]
    buckets = [(first if position == 0 else others, *_bucket(bucket, sources, panel.kind))
               for position, bucket in enumerate(panel.by)]
    entries = [("metric", *measure) for measure in measures] + buckets
    return [{"id": str(number), "enabled": True, "type": kind, "schema": schema, "params": params}
            for number, (schema, kind, params) in enumerate(entries, start=1)]


def _measure(measure: str | dict, panel: Panel) -> tuple[str, dict]:
    if measure == "count":
        return "count", {"customLabel": panel.unit}
    kinds = {"sum": "sum", "max": "max", "min": "min", "distinct": "cardinality", "percentiles": "percentiles"}
    for word, kind in kinds.items():
        if word in measure:
            params = {"field": measure[word]}
            if kind == "percentiles":
                params["percents"] = measure["at"]
            return kind, {**params, "customLabel": measure["label"]}
    raise SourceError(f"{panel.id}: unknown measure {measure!r}")


def _bucket(bucket: str | dict, sources: Sources, kind: str) -> tuple[str, dict]:
    if bucket == "time":
        return "date_histogram", {
            "field": "@timestamp", "interval": "auto", "useNormalizedEsInterval": True,
            "scaleMetricValues": False, "drop_partials": False, "min_doc_count": 1,
            "extended_bounds": {}, "customLabel": "time",
        }
    label = {"customLabel": bucket["label"]} if "label" in bucket else {}
    if "split" in bucket:
        filters = [{"input": {"query": query, "language": "kuery"}, "label": name}
                   for name, query in sources.splits[bucket["split"]].items()]
        return "filters", {"filters": filters, **label}
    if "ranges" in bucket:
        edges = bucket["ranges"]
        ranges = [{"from": low, "to": high} for low, high in zip(edges, edges[1:])]
        return "range", {"field": bucket["field"], "ranges": ranges, **label}
    return "terms", {
        "field": bucket["field"], **_order(bucket), "size": bucket["size"],
        # What is not named in a list is there all the same.
        "otherBucket": kind in ("table", "donut", "ranking", "number"), "otherBucketLabel": "others",
        "missingBucket": "missing" in bucket, "missingBucketLabel": bucket.get("missing", "none"),
        **({"json": EXACT} if kind in ("table", "ranking") else {}),
        **label,
    }


def _order(bucket: dict) -> dict:
    """The most frequent value first, or the one that came first."""
    if bucket.get("order") != "time":
        return {"orderBy": "1", "order": "desc"}
    first = {"id": "orderAgg", "enabled": True, "type": "min", "schema": "orderAgg", "params": {"field": "@timestamp"}}
    return {"orderBy": "custom", "order": "asc", "orderAgg": first}


def colours(panel: Panel, sources: Sources) -> dict[str, str]:
    """The colour of each label that this chart can show and that has a meaning."""
    labels = []
    grouped = [bucket for bucket in (panel.by if panel.kind == "donut" else panel.by[1:]) if isinstance(bucket, dict)]
    for bucket in grouped:
        labels += sources.splits.get(bucket.get("split"), []) or sources.field_values.get(bucket.get("field"), [])
    if not grouped:
        labels += [panel.unit] if panel.measure == ("count",) else []
        for measure in panel.measure:
            if isinstance(measure, dict) and "percentiles" in measure:
                return _shades(measure, sources)
    return {label: sources.label_colours[label] for label in labels if label in sources.label_colours}


def _shades(measure: dict, sources: Sources) -> dict[str, str]:
    names = [f"{percent}th percentile" for percent in measure["at"]]
    return {f"{name} of {measure['label']}": sources.label_colours[name] for name in names}
