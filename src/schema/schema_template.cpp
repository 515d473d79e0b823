// SPDX-License-Identifier: ISC
//
// The composable index template. It has only what Elasticsearch OSS 7.10 and OpenSearch know, so
// that one file serves every engine since: no match_only_text, no wildcard, no lifecycle.
#include "jsonlog/limits.hpp"
#include "schema/field_tree.hpp"
#include "schema/pretty_json.hpp"
#include "schema/schema_forms.hpp"

namespace jsonlog {

namespace {

// In characters. The logger cuts at as many bytes, so only what others add can be longer; an
// engine would reject a whole document for a term above 32,766 bytes.
constexpr int longest_term = limits::keyword;

void write_settings(PrettyJson& json)
{
  json.open("settings");
  json.open("index");
  json.member("number_of_shards", 1);
  // None on a lone node, which so is not yellow, one as soon as there is a second node.
  json.member("auto_expand_replicas", "0-1");
  // Lines of one session repeat each other: they are stored in large blocks.
  json.member("codec", "best_compression");
  json.member("refresh_interval", "5s");
  // One field of the wrong type costs that field (it is named in _ignored), not the document.
  json.open("mapping");
  json.member("ignore_malformed", true);
  json.close();
  json.close();
  json.close();
}

void write_keyword(PrettyJson& json)
{
  json.member("type", "keyword");
  json.member("ignore_above", longest_term);
}

void write_leaf(PrettyJson& json, const FieldRow& row)
{
  const bool searched =
    row.indexing == Indexing::search_and_aggregate || row.indexing == Indexing::search_only;
  const bool charted =
    row.indexing == Indexing::search_and_aggregate || row.indexing == Indexing::aggregate_only;
  if (row.type == FieldType::object) {
    json.member("type", "object");
    json.member("enabled", false);
    return;
  }
  if (row.type == FieldType::text) {
    json.member("type", "text");
    json.member("norms", false); // nobody ranks log lines by length
  } else if (row.type == FieldType::keyword && (searched || charted)) {
    write_keyword(json);
  } else {
    json.member("type", field_types[row.type]);
  }
  if (!searched)
    json.member("index", false);
  if (!charted && row.type != FieldType::text)
    json.member("doc_values", false);
}

void write_node(PrettyJson& json, const FieldNode& node, IndexKind kind)
{
  json.open(node.key);
  if (node.row != nullptr) {
    write_leaf(json, *node.row);
    // A data stream takes no document without a time.
    if (kind == IndexKind::data_stream && node.row->name == "@timestamp")
      json.member("ignore_malformed", false);
  } else if (node.members.front().key == "*") {
    json.member("type", "object");
  } else {
    json.open("properties");
    for (const FieldNode& member : node.members)
      write_node(json, member, kind);
    json.close();
  }
  json.close();
}

void begin_rule(PrettyJson& json, std::string_view name)
{
  json.open_element();
  json.open(name);
}

void end_rule(PrettyJson& json)
{
  json.close();
  json.close();
  json.close();
}

// What the template does not name: labels, what a shipper or a pipeline adds, and fields of a newer
// logger.
void write_dynamic_rules(PrettyJson& json)
{
  json.open_list("dynamic_templates");
  for (const FieldRow& row : field_table) {
    if (!row.name.ends_with(".*"))
      continue;
    begin_rule(json, row.name.substr(0, row.name.size() - 2));
    json.member("path_match", row.name);
    json.member("match_mapping_type", "*");
    json.open("mapping");
    write_leaf(json, row);
    end_rule(json);
  }
  // The time of arrival, by an ingest pipeline: with it people compute.
  begin_rule(json, "ingested");
  json.member("path_match", "event.ingested");
  json.member("match_mapping_type", "string");
  json.open("mapping");
  json.member("type", "date");
  end_rule(json);
  begin_rule(json, "strings");
  json.member("match_mapping_type", "string");
  json.open("mapping");
  write_keyword(json);
  end_rule(json);
  json.close_list();
}

} // namespace

std::string index_template(IndexKind kind)
{
  PrettyJson json;
  json.open_list("index_patterns");
  json.element("opensmtpd-*");
  json.close_list();
  json.member("priority", 200);
  if (kind == IndexKind::data_stream) {
    json.open("data_stream");
    json.close();
  }
  json.open("_meta");
  json.member("description", kind == IndexKind::data_stream
                               ? "Written by: filter-jsonlog schema --data-stream-template"
                               : "Written by: filter-jsonlog schema --index-template");
  json.close();
  json.open("template");
  write_settings(json);
  json.open("mappings");
  json.member("dynamic", true);
  json.member("date_detection", false);
  write_dynamic_rules(json);
  json.open("properties");
  for (const FieldNode& member : field_tree().members)
    write_node(json, member, kind);
  json.close();
  json.close();
  json.close();
  return json.finish();
}

} // namespace jsonlog
