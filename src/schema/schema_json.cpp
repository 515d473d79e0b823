// SPDX-License-Identifier: ISC
#include "jsonlog/limits.hpp"
#include "schema/field_tree.hpp"
#include "schema/pretty_json.hpp"
#include "schema/schema_forms.hpp"

#include <algorithm>
#include <limits>

namespace jsonlog {

namespace {

bool any_required(const FieldNode& node, Records kinds)
{
  return std::ranges::any_of(node.members,
                             [kinds](const FieldNode& member) { return member.always_in(kinds); });
}

void write_required(PrettyJson& json, const FieldNode& node, Records kinds)
{
  if (!any_required(node, kinds))
    return;
  json.open_list("required");
  for (const FieldNode& member : node.members)
    if (member.always_in(kinds))
      json.element(member.key);
  json.close_list();
}

// What a line of these kinds of record must have, at every level.
void write_requirements(PrettyJson& json, const FieldNode& node, Records kinds)
{
  write_required(json, node, kinds);
  json.open("properties");
  for (const FieldNode& member : node.members) {
    if (member.is_leaf() || !any_required(member, kinds))
      continue;
    json.open(member.key);
    write_requirements(json, member, kinds);
    json.close();
  }
  json.close();
}

void write_text_type(PrettyJson& json, const FieldRow& row)
{
  constexpr int longest = limits::keyword;
  constexpr int longest_original = limits::original;
  json.member("type", "string");
  json.member("minLength", 1);
  json.member("maxLength", row.name == "event.original" ? longest_original : longest);
}

void write_type(PrettyJson& json, const FieldRow& row)
{
  switch (row.type) {
  case FieldType::boolean: json.member("type", "boolean"); break;
  case FieldType::date:
    json.member("type", "string");
    json.member("format", "date-time");
    break;
  case FieldType::ip:
    json.member("type", "string");
    json.open_list("anyOf");
    for (const char* const format : {"ipv4", "ipv6"}) {
      json.open_element();
      json.member("format", format);
      json.close();
    }
    json.close_list();
    break;
  case FieldType::keyword:
  case FieldType::text: write_text_type(json, row); break;
  case FieldType::long_integer:
    json.member("type", "integer");
    json.member("minimum", 0);
    json.member("maximum", std::numeric_limits<std::int64_t>::max());
    break;
  case FieldType::object: json.member("type", "object"); break;
  }
}

void write_node(PrettyJson& json, const FieldNode& node);

// The members of an object, one by one; `*` stands for all that have no name of their own.
void write_members(PrettyJson& json, const FieldNode& node)
{
  write_required(json, node, in_all);
  if (node.members.size() == 1 && node.members.front().key == "*") {
    json.open("additionalProperties");
    write_node(json, node.members.front());
    json.close();
    return;
  }
  json.open("properties");
  for (const FieldNode& member : node.members) {
    json.open(member.key);
    write_node(json, member);
    json.close();
  }
  json.close();
  json.member("additionalProperties", false);
}

void write_value(PrettyJson& json, const FieldNode& node)
{
  if (node.row != nullptr)
    write_type(json, *node.row);
  else
    json.member("type", "object");
  if (!node.is_leaf())
    write_members(json, node);
}

void write_node(PrettyJson& json, const FieldNode& node)
{
  if (node.row != nullptr)
    json.member("description", node.row->meaning);
  if (node.row == nullptr || !node.row->is_list) {
    write_value(json, node);
    return;
  }
  json.member("type", "array");
  json.member("minItems", 1);
  json.open("items");
  write_value(json, node);
  json.close();
}

void write_kind_of_record(PrettyJson& json, const FieldNode& root, std::string_view word,
                          RecordKind kind)
{
  json.open_element();
  json.open("if");
  json.open("properties");
  json.open("opensmtpd");
  json.open("properties");
  json.open("record");
  json.member("const", word);
  for (int level = 0; level < 5; ++level)
    json.close();
  json.open("then");
  write_requirements(json, root, bit_of(kind));
  json.close();
  json.close();
}

} // namespace

std::string json_schema()
{
  const FieldNode root = field_tree();
  PrettyJson json;
  json.member("$schema", "https://json-schema.org/draft/2020-12/schema");
  json.member("title", "A line of filter-jsonlog");
  json.member("description", "Written by: filter-jsonlog schema --json-schema");
  json.member("type", "object");
  write_members(json, root);
  json.open_list("allOf");
  for (const auto& [word, kind] : record_kinds)
    write_kind_of_record(json, root, word, kind);
  json.close_list();
  return json.finish();
}

} // namespace jsonlog
