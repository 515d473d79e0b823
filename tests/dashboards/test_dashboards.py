# SPDX-License-Identifier: ISC
"""The dashboards' file: generated, complete, true to the fields and to the counting rule."""

import copy
import json
import subprocess
import unittest

from dashboards.lib import saved_objects, sources
from script.lib.checkout import ROOT
from script.lib.elk import kql, panel_queries
from tests.dashboards import breaches, counting, table

NDJSON = ROOT / "dashboards" / "opensmtpd.ndjson"
OBJECTS = panel_queries.read(NDJSON)
VISUALIZATIONS = [entry for entry in OBJECTS if entry["type"] == "visualization" and not breaches.is_text(entry)]


def changed(text: str, key: str, change) -> str:
    value = json.loads(text)
    change(value[key])
    return json.dumps(value)


class Generated(unittest.TestCase):
    def test_the_file_is_what_the_sources_say(self):
        run = subprocess.run([ROOT / "dashboards" / "generate", "--check"], capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_generating_twice_gives_the_same_bytes(self):
        made = [saved_objects.ndjson(saved_objects.all_objects(sources.read(ROOT / "dashboards" / "src")))
                for _ in range(2)]
        self.assertEqual(made[0], made[1])
        self.assertEqual(made[0], NDJSON.read_text(encoding="utf-8"))

    def test_a_row_that_does_not_fit_is_refused(self):
        panels = [sources.Panel(id=str(width), kind="number", size=(width, 7)) for width in (24, 16)]
        with self.assertRaises(sources.SourceError):
            sources.places(sources.Dashboard("a", "A", "", "", "", panels))


class Complete(unittest.TestCase):
    def test_nothing_is_wrong(self):
        self.assertEqual(breaches.complaints(OBJECTS, table.fields()), [])

    def test_readme_says_how_many_there_are(self):
        kinds = [entry["type"] for entry in OBJECTS]
        words = " ".join((ROOT / "dashboards" / "README.md").read_text(encoding="utf-8").split())
        numbers = {7: "seven", 14: "fourteen"}
        self.assertIn(f"{numbers[kinds.count('dashboard')]} dashboards with {len(VISUALIZATIONS)} panels, and "
                      f"{numbers[kinds.count('search')]} saved searches", words)

    def test_every_title_says_whose_it_is(self):
        for entry in OBJECTS:
            if entry["type"] != "index-pattern":
                self.assertTrue(entry["attributes"]["title"].startswith("[OpenSMTPD] "), entry["id"])

    def test_no_two_titles_are_the_same(self):
        titles = [(entry["type"], entry["attributes"]["title"]) for entry in OBJECTS]
        self.assertEqual(len(titles), len(set(titles)))

    def test_a_filter_on_a_recipient_answers_with_or_without_tls(self):
        entry = next(entry for entry in VISUALIZATIONS if entry["id"] == "opensmtpd-overview-encryption")
        self.assertIn("opensmtpd.session.rcpt_to", entry["attributes"]["description"])
        self.assertEqual(counting.picked(entry), [*counting.SESSIONS, ("is", "opensmtpd.subsystem", "smtp-in")])
        self.assertEqual(table.fields()["opensmtpd.session.rcpt_to"].searched, True)

    def test_the_question_of_a_filter_chain_is_one_search(self):
        entry = next(entry for entry in OBJECTS if entry["id"] == "opensmtpd-filter-answers")
        for field in ("session.id", "filter.last.phase", "filter.last.response", "filter.last.param",
                      "filter.last.latency_us"):
            self.assertIn(f"opensmtpd.{field}", entry["attributes"]["columns"])

    def test_a_row_of_numbers_says_whether_lines_are_missing(self):
        overview = next(entry for entry in OBJECTS if entry["id"] == "opensmtpd-overview")
        shown = {reference["id"] for reference in overview["references"]}
        counted = [counting.picked(entry) for entry in VISUALIZATIONS if entry["id"] in shown]
        for rule in counting.OF_THE_LOGGER:
            self.assertIn(rule, counted)
        for name in ("dropped", "damaged"):
            entry = next(entry for entry in VISUALIZATIONS if entry["id"] == f"opensmtpd-overview-{name}")
            metric = json.loads(entry["attributes"]["visState"])["params"]["metric"]
            self.assertEqual((metric["colorSchema"], metric["colorsRange"][0]), ("Green to Red", {"from": 0, "to": 1}))

    def test_groups_know_every_value_of_their_field(self):
        values = table.values()
        source = sources.read(ROOT / "dashboards" / "src")
        self.assertEqual(set(source.field_values["opensmtpd.session.close"]), values["opensmtpd.session.close"])
        self.assertEqual(set(source.field_values["event.outcome"]), values["event.outcome"])
        verbs = [kql.parse(query) for query in source.splits["stage"].values()]
        named = {part[2] for tree in verbs for part in (tree[1] if tree[0] == "or" else [tree]) if part[0] == "is"}
        self.assertEqual(named, values["opensmtpd.last.command.verb"])

    def test_every_label_of_a_group_has_a_colour(self):
        source = sources.read(ROOT / "dashboards" / "src")
        for field, labels in source.field_values.items():
            self.assertEqual([label for label in labels if label not in source.label_colours], [], field)


class Counting(unittest.TestCase):
    def test_every_panel_picks_the_lines_it_counts(self):
        found = [complaint for entry in VISUALIZATIONS for complaint in counting.complaints(entry)]
        self.assertEqual(found, [])

    def test_a_panel_without_its_filter_is_noticed(self):
        for entry in VISUALIZATIONS:
            bare = copy.deepcopy(entry)
            meta = bare["attributes"]["kibanaSavedObjectMeta"]
            meta["searchSourceJSON"] = changed(meta["searchSourceJSON"], "query", lambda query: query.update(query=""))
            self.assertNotEqual(list(counting.complaints(bare)), [], entry["id"])

    def test_no_panel_counts_a_record_that_is_no_session_event(self):
        for kind in ("meta", "stats", "anomaly"):
            document = {"event": {"action": "logger-start"}, "opensmtpd": {"record": kind, "stats": {"uptime_s": 1}}}
            for entry in VISUALIZATIONS:
                if counting.picked(entry) in counting.OF_THE_LOGGER:
                    continue
                self.assertFalse(kql.matches(("and", counting.picked(entry)), document), entry["id"])


class Mutations(unittest.TestCase):
    def test_a_deleted_reference_is_noticed(self):
        for position, entry in enumerate(OBJECTS):
            for number in range(len(entry["references"])):
                broken = [*OBJECTS]
                broken[position] = copy.deepcopy(entry)
                del broken[position]["references"][number]
                self.assertNotEqual(breaches.complaints(broken, table.fields()), [], entry["id"])

    def test_a_panel_that_names_no_reference_or_another_ones_is_noticed(self):
        for position, entry in enumerate(OBJECTS):
            if entry["type"] != "dashboard":
                continue
            panels = json.loads(entry["attributes"]["panelsJSON"])
            for number, panel in enumerate(panels):
                without = {key: value for key, value in panel.items() if key != "panelRefName"}
                twice = {**panel, "panelRefName": panels[number - 1]["panelRefName"]}
                for wrong in (without, twice):
                    broken = [*OBJECTS]
                    broken[position] = copy.deepcopy(entry)
                    changed_panels = [*panels[:number], wrong, *panels[number + 1:]]
                    broken[position]["attributes"]["panelsJSON"] = json.dumps(changed_panels)
                    self.assertNotEqual(breaches.complaints(broken, table.fields()), [], (entry["id"], number))

    def test_a_deleted_object_is_noticed(self):
        for position, entry in enumerate(OBJECTS):
            if entry["type"] in ("dashboard", "search") and not self.is_shown(entry):
                continue
            self.assertNotEqual(breaches.complaints(OBJECTS[:position] + OBJECTS[position + 1:], table.fields()), [],
                                entry["id"])

    def test_a_renamed_field_is_noticed(self):
        for field in breaches.used_fields(OBJECTS):
            fields = table.fields()
            fields[field + "_renamed"] = fields.pop(field)
            self.assertNotEqual(breaches.complaints(OBJECTS, fields), [], field)

    def test_a_chart_of_what_cannot_be_charted_is_noticed(self):
        for name in set().union(*(breaches.aggregated_fields(entry) for entry in VISUALIZATIONS)):
            for other in ({"type": "text"}, {"indexed": "search"}, {"indexed": "no"}):
                fields = table.fields()
                fields[name] = fields[name]._replace(**other)
                self.assertNotEqual(breaches.complaints(OBJECTS, fields), [], name)

    def test_a_comparison_with_what_cannot_be_searched_is_noticed(self):
        for name in ("event.action", "opensmtpd.last.reply.class", "opensmtpd.session.final", "opensmtpd.count.mail"):
            fields = table.fields()
            fields[name] = fields[name]._replace(indexed="aggregate")
            self.assertNotEqual(breaches.complaints(OBJECTS, fields), [], name)

    def test_a_version_that_older_servers_refuse_is_noticed(self):
        for position, entry in enumerate(OBJECTS):
            newer = {**entry, "migrationVersion": {entry["type"]: "7.17.0"}}
            broken = OBJECTS[:position] + [newer] + OBJECTS[position + 1:]
            self.assertNotEqual(breaches.complaints(broken, table.fields()), [], entry["id"])
            if position > 10:
                break

    def test_what_a_person_would_see_cut_or_hidden_is_noticed(self):
        def broken(entry: dict, change) -> list[str]:
            other = copy.deepcopy(entry)
            state = json.loads(other["attributes"]["visState"])
            change(state)
            other["attributes"]["visState"] = json.dumps(state)
            return breaches.complaints([other if one is entry else one for one in OBJECTS], table.fields())

        for entry in VISUALIZATIONS:
            state = json.loads(entry["attributes"]["visState"])
            if state["type"] == "table" and any(agg["type"] == "terms" for agg in state["aggs"]):
                self.assertNotEqual(broken(entry, lambda state: [agg["params"].pop("json", "") for agg in state["aggs"]]), [])
            if state["type"] in ("table", "pie"):
                self.assertNotEqual(broken(entry, lambda state: [
                    agg["params"].update(missingBucket=False, field="source.domain") for agg in state["aggs"]
                    if "missingBucket" in agg["params"]]) if any(
                        "missingBucket" in agg["params"] for agg in state["aggs"]) else ["no terms"], [])
            if state["type"] == "table":
                self.assertNotEqual(broken(entry, lambda state: state["params"].update(
                    showTotal=not state["params"]["showTotal"])), [], entry["id"])
                self.assertNotEqual(broken(entry, lambda state: state["aggs"].append(
                    {"id": "9", "enabled": True, "type": "filters", "schema": "bucket", "params": {"filters": []}})), [])
            if state["type"] == "horizontal_bar":
                self.assertNotEqual(broken(entry, lambda state: state["params"]["categoryAxes"][0].update(title={})), [])
                self.assertNotEqual(broken(entry, lambda state: state["params"]["categoryAxes"][0]["labels"].update(
                    truncate=200)), [])
            if any(agg["type"] == "percentiles" for agg in state["aggs"]) and state["params"].get("valueAxes"):
                self.assertNotEqual(broken(entry, lambda state: state["params"]["valueAxes"][0]["scale"].update(
                    type="linear")), [])
            if state["type"] == "table" and any(agg["type"] == "terms" for agg in state["aggs"]):
                self.assertNotEqual(broken(entry, lambda state: [
                    agg["params"].update(otherBucket=False) for agg in state["aggs"] if agg["type"] == "terms"]), [])
        for position, entry in enumerate(OBJECTS):
            changed_entry = copy.deepcopy(entry)
            if entry["type"] == "search":
                changed_entry["attributes"]["columns"] += ["source.ip"] * 5
            elif entry["type"] == "index-pattern":
                changed_entry["attributes"]["fields"] = "[]"
            else:
                continue
            others = OBJECTS[:position] + [changed_entry] + OBJECTS[position + 1:]
            self.assertNotEqual(breaches.complaints(others, table.fields()), [], entry["id"])

    def test_a_page_that_is_hard_to_read_is_noticed(self):
        def broken(change) -> list[str]:
            position, entry = next((number, one) for number, one in enumerate(OBJECTS)
                                   if one["id"] == "opensmtpd-overview")
            other = copy.deepcopy(entry)
            panels = json.loads(other["attributes"]["panelsJSON"])
            change(panels)
            other["attributes"]["panelsJSON"] = json.dumps(panels)
            return breaches.complaints(OBJECTS[:position] + [other] + OBJECTS[position + 1:], table.fields())

        def narrow(panels: list[dict], kind: str, **place: int) -> None:
            for reference in next(one for one in OBJECTS if one["id"] == "opensmtpd-overview")["references"]:
                shown = next(one for one in OBJECTS if one["id"] == reference["id"])
                if json.loads(shown["attributes"].get("visState", "{}")).get("type") == kind:
                    for panel in panels:
                        if panel["panelRefName"] == reference["name"]:
                            panel["gridData"].update(place)

        self.assertIn("narrow donut", str(broken(lambda panels: narrow(panels, "pie", w=12))))
        self.assertIn("takes the room", str(broken(lambda panels: narrow(panels, "metric", h=7))))
        self.assertIn("out of sight", str(broken(lambda panels: narrow(panels, "table", h=9))))
        self.assertIn("the way to the others", str(broken(lambda panels: panels.pop(0))))

    def test_a_link_that_leads_nowhere_is_noticed(self):
        for position, entry in enumerate(OBJECTS):
            if breaches.is_text(entry):
                for wrong in (("#/view/opensmtpd-", "#/view/other-"), ("](#/view", "] (#/view")):
                    other = json.loads(json.dumps(entry).replace(*wrong))
                    others = OBJECTS[:position] + [other] + OBJECTS[position + 1:]
                    self.assertNotEqual(breaches.complaints(others, table.fields()), [], entry["id"])

    def test_in_and_out_in_one_number_is_noticed(self):
        found = 0
        for position, entry in enumerate(OBJECTS):
            if not entry["id"].startswith("opensmtpd-overview-") or "subsystem" not in json.dumps(entry):
                continue
            mixed = json.loads(json.dumps(entry).replace("opensmtpd.subsystem", "network.protocol")
                               .replace("in and out", "all"))
            others = OBJECTS[:position] + [mixed] + OBJECTS[position + 1:]
            found += "in and out stand in one number" in str(breaches.complaints(others, table.fields()))
        self.assertGreater(found, 10)

    def test_the_same_colour_for_two_values_of_a_field_is_noticed(self):
        source = sources.read(ROOT / "dashboards" / "src")
        for labels in [*source.field_values.values(), source.splits["stage"], source.splits["refusal"]]:
            colours = [source.label_colours[label] for label in labels]
            self.assertEqual(len(colours), len(set(colours)), labels)

    def test_more_panels_than_anybody_reads_are_noticed(self):
        with_limit = breaches.page.MOST_PANELS
        breaches.page.MOST_PANELS = 5
        try:
            self.assertIn("more than 5 panels", str(breaches.complaints(OBJECTS, table.fields())))
        finally:
            breaches.page.MOST_PANELS = with_limit

    def test_answers_that_have_no_line_with_lines_counted_are_noticed(self):
        entry = next(entry for entry in VISUALIZATIONS if entry["id"] == "opensmtpd-filters-refused")
        every = copy.deepcopy(entry)
        meta = every["attributes"]["kibanaSavedObjectMeta"]
        meta["searchSourceJSON"] = meta["searchSourceJSON"].replace(" and not opensmtpd.filter.last.response", " and event.action")
        meta["searchSourceJSON"] = meta["searchSourceJSON"].replace('event.action: \\"proceed\\"', "event.action: *")
        self.assertIn("--lines counted", str(list(counting.complaints(every))))

    def test_a_green_refusal_is_noticed(self):
        for entry in VISUALIZATIONS:
            colours = json.loads(entry["attributes"]["uiStateJSON"]).get("vis", {}).get("colors", {})
            for label in {"reject", "permfail", "refusals", "fail"} & set(colours):
                green = copy.deepcopy(entry)
                green["attributes"]["uiStateJSON"] = json.dumps({"vis": {"colors": {**colours, label: "#54b399"}}})
                others = [other for other in OBJECTS if other["id"] != entry["id"]]
                self.assertIn(f"visualization {entry['id']}: {label!r} is green",
                              breaches.complaints(others + [green], table.fields()))

    @staticmethod
    def is_shown(entry: dict) -> bool:
        return any(reference["id"] == entry["id"] and reference["type"] == entry["type"]
                   for other in OBJECTS for reference in other["references"])


if __name__ == "__main__":
    unittest.main()
