# SPDX-License-Identifier: ISC
"""The `params` of a visualization: how each kind of chart looks in Kibana 7.10 and in all that
still read its form."""

from .sources import Panel

# Characters of a name beside a chart; the rest is in its tooltip. A client chooses its user name and
# can choose it long: it would push the chart out of its panel. An IPv6 address has up to 39.
NAME_BESIDE_BARS = 40
NAME_BESIDE_DONUT = 30

VISUALIZATION_TYPES = {
    "number": "metric",
    "bars": "histogram",
    "share": "histogram",
    "lines": "line",
    "ranking": "horizontal_bar",
    "donut": "pie",
    "heat": "heatmap",
    "table": "table",
}


def params(panel: Panel, metrics: list[dict]) -> dict:
    if panel.kind == "number":
        return _number(panel)
    if panel.kind == "donut":
        return _donut()
    if panel.kind == "table":
        return _table(panel)
    if panel.kind == "heat":
        return _heat(panel)
    return _axes(panel, metrics)


def _number(panel: Panel) -> dict:
    # So that seven numbers of six digits stand beside each other.
    size = 22 if len(panel.measure) < 5 else 16
    ranges = [{"from": 0, "to": 1}, {"from": 1, "to": 1_000_000_000}] if panel.alarm else [{"from": 0, "to": 10000}]
    return {
        "type": "metric", "addTooltip": True, "addLegend": False,
        "metric": {
            "percentageMode": False, "useRanges": False,
            "colorSchema": "Green to Red" if panel.alarm else "Blues",
            "metricColorMode": "Labels" if panel.alarm else "None",
            "colorsRange": ranges, "labels": {"show": True}, "invertColors": False,
            "style": {"bgFill": "#000", "bgColor": False, "labelColor": panel.alarm, "subText": "", "fontSize": size},
        },
    }


def _donut() -> dict:
    return {
        "type": "pie", "addTooltip": True, "addLegend": True, "legendPosition": "bottom", "isDonut": True,
        # A donut is 16 wide or wider: in a smaller one these labels are cut.
        "labels": {"show": True, "values": True, "last_level": True, "truncate": NAME_BESIDE_DONUT},
    }


def adds_up(panel: Panel) -> bool:
    """Whether a sum over the rows of a table says anything: not of distinct values or percentiles."""
    return panel.total and all(measure == "count" or "sum" in measure for measure in panel.measure)


def _table(panel: Panel) -> dict:
    total = adds_up(panel)
    return {
        "perPage": max(panel.size[1] - (9 if total else 8), 2), "showPartialRows": False, "showMetricsAtAllLevels": False,
        "sort": {"columnIndex": None, "direction": None}, "showTotal": total, "totalFunc": "sum",
        "percentageCol": panel.unit if total and "count" in panel.measure else "",
    }


def _heat(panel: Panel) -> dict:
    return {
        "type": "heatmap", "addTooltip": True, "addLegend": True, "enableHover": False, "legendPosition": "right",
        "times": [], "colorsNumber": 6, "colorSchema": panel.colours, "setColorRange": False, "colorsRange": [],
        "invertColors": False, "percentageMode": False,
        "categoryAxes": [{
            "id": _axis_of_groups(panel), "type": "category", "position": "bottom", "show": True, "style": {},
            "scale": {"type": "linear"}, "labels": {"show": True, "rotate": 0, "filter": False, "truncate": 100},
            "title": {"text": panel.by[0]["label"]},
        }],
        "valueAxes": [{
            "id": "ValueAxis-1", "type": "value", "show": False,
            "scale": {"type": "linear", "defaultYExtents": False},
            "labels": {"show": True, "rotate": 0, "overwriteColor": False, "color": "black"},
        }],
    }


def _axis_of_groups(panel: Panel) -> str:
    """Kibana overwrites the title of CategoryAxis-1; that of groups would be the word "filters"."""
    return "CategoryAxis-groups" if isinstance(panel.by[0], dict) and "split" in panel.by[0] else "CategoryAxis-1"


def _from_what_matters_on(panel: Panel) -> dict:
    """A log axis begins at 1 of the field's unit, which is nothing that anybody waits for."""
    field = next(measure["percentiles"] for measure in panel.measure if "percentiles" in measure)
    return {"setYExtents": True, "min": 100 if field.endswith("_us") else 1_000_000}


def _axes(panel: Panel, metrics: list[dict]) -> dict:
    across = panel.kind == "ranking"
    shape = "line" if panel.kind == "lines" else "histogram"
    percentiles = any(isinstance(measure, dict) and "percentiles" in measure for measure in panel.measure)
    several = percentiles or len(metrics) > 1 or len(panel.by) > 1
    unit = panel.unit if panel.measure == ("count",) else metrics[0]["params"]["customLabel"]
    return {
        "type": "histogram" if across else shape,
        "grid": {"categoryLines": False, "valueAxis": "ValueAxis-1"},
        "categoryAxes": [{
            "id": _axis_of_groups(panel), "type": "category", "position": "left" if across else "bottom", "show": True,
            "style": {}, "scale": {"type": "linear"},
            "labels": {"show": True, "rotate": 0, "filter": not across, "truncate": NAME_BESIDE_BARS if across else 100},
            "title": {} if "time" in panel.by else {"text": panel.by[0]["label"]},
        }],
        "valueAxes": [{
            "id": "ValueAxis-1", "name": "BottomAxis-1" if across else "LeftAxis-1", "type": "value",
            "position": "bottom" if across else "left", "show": True, "style": {},
            # Latencies differ by powers of ten.
            "scale": {"type": "log" if percentiles else "linear",
                      "mode": "percentage" if panel.kind == "share" else "normal",
                      **(_from_what_matters_on(panel) if percentiles else {})},
            "labels": {"show": True, "rotate": 0, "filter": across, "truncate": 100},
            "title": {"text": unit},
        }],
        "seriesParams": [{
            "show": True, "type": shape, "mode": "normal" if shape == "line" else "stacked",
            "data": {"id": metric["id"], "label": metric["params"]["customLabel"]},
            "valueAxis": "ValueAxis-1", "drawLinesBetweenPoints": True, "showCircles": True, "lineWidth": 2,
            "interpolate": "linear",
        } for metric in metrics],
        "addTooltip": True, "addLegend": several, "legendPosition": "top", "times": [], "addTimeMarker": False,
        "labels": {"show": False},
        "thresholdLine": {"show": False, "value": 10, "width": 1, "style": "full", "color": "#cc5642"},
    }
