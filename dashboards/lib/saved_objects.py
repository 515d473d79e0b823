# SPDX-License-Identifier: ISC
"""Saved objects in the form that Kibana 7.10 wrote: newer Kibanas migrate it, OpenSearch Dashboards
reads it as it is. A version above these makes OpenSearch Dashboards refuse the whole file."""

import json

from . import aggregations, charts, fields, guide, sources

VERSIONS = {"index-pattern": "7.6.0", "search": "7.9.3", "visualization": "7.10.0", "dashboard": "7.9.3"}
INDEX_PATTERN = "opensmtpd"
PREFIX = "[OpenSMTPD]"
SOURCE = "kibanaSavedObjectMeta.searchSourceJSON"

# Nanoseconds as seconds, microseconds as milliseconds, octets as KB and MB.
FIELD_FORMATS = {
    **{name: fields.DURATION_OF_MICROSECONDS for name in fields.microseconds()},
    "event.duration": {
        "id": "duration",
        "params": {"inputFormat": "nanoseconds", "outputFormat": "asSeconds", "outputPrecision": 3},
    },
    "opensmtpd.tx.size": {"id": "bytes"},
    "opensmtpd.session.tx.bytes": {"id": "bytes"},
}


def all_objects(source: sources.Sources) -> list[dict]:
    objects = [_index_pattern()]
    objects += [_search(search) for search in source.searches]
    for dashboard in source.dashboards:
        objects.append(_guide(dashboard, source))
        objects += [_visualization(panel, dashboard, source) for panel in dashboard.panels if panel.kind != "search"]
    objects += [_dashboard(dashboard, source) for dashboard in source.dashboards]
    return objects


def _object(kind: str, name: str, attributes: dict, references: list[dict]) -> dict:
    return {"id": name, "type": kind, "attributes": attributes, "references": references,
            "migrationVersion": {kind: VERSIONS[kind]}}


def _text(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _reference(name: str, kind: str, target: str) -> dict:
    return {"name": name, "type": kind, "id": target}


def _search_source(query: str, **more) -> dict:
    return {"searchSourceJSON": _text({
        "query": {"query": query, "language": "kuery"}, "filter": [], **more, "indexRefName": f"{SOURCE}.index"})}


def _query(*parts: str) -> str:
    """All of these hold. A part that is a choice gets brackets, because `and` binds first."""
    return " and ".join(f"({part})" if " or " in part else part for part in parts if part)


def _index_pattern() -> dict:
    return _object("index-pattern", INDEX_PATTERN, {
        "title": "opensmtpd-*", "timeFieldName": "@timestamp", "fields": _text(fields.index_pattern_fields()),
        "fieldFormatMap": _text(FIELD_FORMATS)}, [])


def _search(search: sources.Search) -> dict:
    order = "asc" if search.oldest_first else "desc"
    greatest = [[search.greatest, "desc"]] if search.greatest else []
    return _object("search", f"opensmtpd-{search.id}", {
        "title": f"{PREFIX} {search.title}", "description": search.description, "hits": 0,
        "columns": search.columns, "sort": [*greatest, ["@timestamp", order], ["opensmtpd.logger.sequence", order]],
        "version": 1, "kibanaSavedObjectMeta": _search_source(search.lines, highlightAll=False, version=True),
    }, [_reference(f"{SOURCE}.index", "index-pattern", INDEX_PATTERN)])


def _visualization(panel: sources.Panel, dashboard: sources.Dashboard, source: sources.Sources) -> dict:
    title = f"{PREFIX} {dashboard.title}: {panel.title}"
    aggs = aggregations.aggregations(panel, source)
    metrics = [agg for agg in aggs if agg["schema"] == "metric"]
    state = {"title": title, "type": charts.VISUALIZATION_TYPES[panel.kind],
             "params": charts.params(panel, metrics), "aggs": aggs}
    colours = aggregations.colours(panel, source)
    view = {"vis": {"colors": colours}} if colours and panel.kind not in ("number", "table", "heat") else {}
    return _object("visualization", f"opensmtpd-{dashboard.id}-{panel.id}", {
        "title": title, "description": panel.help, "version": 1, "visState": _text(state), "uiStateJSON": _text(view),
        "kibanaSavedObjectMeta": _search_source(_query(panel.rule.lines, dashboard.where, panel.where)),
    }, [_reference(f"{SOURCE}.index", "index-pattern", INDEX_PATTERN)])


def _guide(dashboard: sources.Dashboard, source: sources.Sources) -> dict:
    title = f"{PREFIX} {dashboard.title}: {guide.TITLE}"
    text = guide.markdown(dashboard, source.dashboards, lambda other: f"opensmtpd-{other.id}")
    state = {"title": title, "type": "markdown", "params": guide.params(text), "aggs": []}
    return _object("visualization", f"opensmtpd-{dashboard.id}-guide", {
        "title": title, "description": "", "version": 1, "visState": _text(state), "uiStateJSON": "{}",
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": _text({"query": {"query": "", "language": "kuery"}, "filter": []})},
    }, [])


def _place(number: int, place: tuple[int, int, int, int], title: str, shows_title: bool = True) -> dict:
    x, y, width, height = place
    return {"version": "7.10.0", "panelIndex": str(number + 1),
            "gridData": {"x": x, "y": y, "w": width, "h": height, "i": str(number + 1)},
            "embeddableConfig": {} if shows_title else {"hidePanelTitles": True},
            "title": title, "panelRefName": f"panel_{number}"}


def _dashboard(dashboard: sources.Dashboard, source: sources.Sources) -> dict:
    titles = {search.id: search.title for search in source.searches}
    panels = [_place(0, (0, 0, sources.GRID, guide.HEIGHT), guide.TITLE, shows_title=False)]
    references = [_reference("panel_0", "visualization", f"opensmtpd-{dashboard.id}-guide")]
    places = sources.places(dashboard, guide.HEIGHT)
    for number, (panel, place) in enumerate(zip(dashboard.panels, places), start=1):
        panels.append(_place(number, place, panel.title or titles[panel.search]))
        target = (("search", f"opensmtpd-{panel.search}") if panel.kind == "search"
                  else ("visualization", f"opensmtpd-{dashboard.id}-{panel.id}"))
        references.append(_reference(f"panel_{number}", *target))
    return _object("dashboard", f"opensmtpd-{dashboard.id}", {
        "title": f"{PREFIX} {dashboard.title}", "description": dashboard.description, "hits": 0, "version": 1,
        "panelsJSON": _text(panels), "optionsJSON": _text({"useMargins": True, "hidePanelTitles": False}),
        "timeRestore": True, "timeFrom": "now-24h", "timeTo": "now", "refreshInterval": {"pause": True, "value": 0},
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": _text({"query": {"query": "", "language": "kuery"}, "filter": []})},
    }, references)


def ndjson(objects: list[dict]) -> str:
    return "".join(_text(entry) + "\n" for entry in objects)
