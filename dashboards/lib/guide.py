# SPDX-License-Identifier: ISC
"""The text on top of each dashboard: the way to the others, what this one answers, and which filter
to set. The links are relative to the page, so they lead to the same space of the same Kibana."""

from .sources import Dashboard

HEIGHT = 5
TITLE = "Where to look"


def markdown(dashboard: Dashboard, dashboards: list[Dashboard], name_of) -> str:
    ways = [f"**{other.title}**" if other is dashboard else f"[{other.title}](#/view/{name_of(other)})"
            for other in dashboards]
    return f"{' · '.join(ways)}\n\n{dashboard.description} {dashboard.ask}\n"


def params(text: str) -> dict:
    return {"fontSize": 10, "openLinksInNewTab": False, "markdown": text}
