# SPDX-License-Identifier: ISC
"""The `params` of a visualization: how each kind of chart looks in Kibana 7.10 and in all that
still read its form."""

from .sources import Panel

VISUALIZATION_TYPES = {
    "number": "metric",
    "bars": "histogram",
    "share": "area",
    "lines": "line",
    "ranking": "horizontal_bar",
    "donut": "pie",
    "heat": "heatmap",
    "table": "table",
}


def params(panel: Panel, metrics: list[dict]) -> dict:
    if panel.kind == "number":
        return _number()
    if panel.kind == "donut":
        return _donut()
    if panel.kind == "table":
        return _table()
    if panel.kind == "heat":
        return _heat(panel)
    return _axes(panel, metrics)


def _number() -> dict:
    return {
        "type": "metric", "addTooltip": True, "addLegend": False,
        "metric": {
            "percentageMode": False, "useRanges": False, "colorSchema": "Blues", "metricColorMode": "None",
            "colorsRange": [{"from": 0, "to": 10000}], "labels": {"show": True}, "invertColors": False,
            "style": {"bgFill": "#000", "bgColor": False, "labelColor": False, "subText": "", "fontSize": 32},
        },
    }


def _donut() -> dict:
    return {
        "type": "pie", "addTooltip": True, "addLegend": True, "legendPosition": "bottom", "isDonut": True,
        # Labels beside a small donut are cut; the legend has the names, a pointer over it the numbers.
        "labels": {"show": False, "values": True, "last_level": True, "truncate": 100},
    }


def _table() -> dict:
    return {
        "perPage": 8, "showPartialRows": False, "showMetricsAtAllLevels": False,
        "sort": {"columnIndex": None, "direction": None}, "showTotal": False, "totalFunc": "sum",
        "percentageCol": "",
    }


def _heat(panel: Panel) -> dict:
    return {
        "type": "heatmap", "addTooltip": True, "addLegend": True, "enableHover": False, "legendPosition": "right",
        "times": [], "colorsNumber": 6, "colorSchema": panel.colours, "setColorRange": False, "colorsRange": [],
        "invertColors": False, "percentageMode": False,
        "valueAxes": [{
            "id": "ValueAxis-1", "type": "value", "show": False,
            "scale": {"type": "linear", "defaultYExtents": False},
            "labels": {"show": True, "rotate": 0, "overwriteColor": False, "color": "black"},
        }],
    }


def _axes(panel: Panel, metrics: list[dict]) -> dict:
    across = panel.kind == "ranking"
    shape = {"share": "area", "lines": "line"}.get(panel.kind, "histogram")
    percentiles = any(isinstance(measure, dict) and "percentiles" in measure for measure in panel.measure)
    several = percentiles or len(metrics) > 1 or len(panel.by) > 1
    unit = panel.unit if panel.measure == ("count",) else metrics[0]["params"]["customLabel"]
    return {
        "type": "histogram" if across else shape,
        "grid": {"categoryLines": False, "valueAxis": "ValueAxis-1"},
        "categoryAxes": [{
            "id": "CategoryAxis-1", "type": "category", "position": "left" if across else "bottom", "show": True,
            "style": {}, "scale": {"type": "linear"},
            "labels": {"show": True, "rotate": 0, "filter": not across, "truncate": 200 if across else 100},
            "title": {},
        }],
        "valueAxes": [{
            "id": "ValueAxis-1", "name": "BottomAxis-1" if across else "LeftAxis-1", "type": "value",
            "position": "bottom" if across else "left", "show": True, "style": {},
            # Latencies differ by powers of ten.
            "scale": {"type": "log" if percentiles else "linear",
                      "mode": "percentage" if panel.kind == "share" else "normal"},
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
