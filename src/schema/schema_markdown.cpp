// SPDX-License-Identifier: ISC
#include "schema/field_table.hpp"
#include "schema/schema_forms.hpp"

#include <string_view>

namespace jsonlog {

namespace {

constexpr std::string_view preface =
  R"(# Fields

Every field that a line may hold, in the order of the line. Written by `filter-jsonlog schema --markdown`; the manual page
explains phases, history, reasons for closing and anomalies.

- *type*: that of Elasticsearch and OpenSearch; `[]` is a list, also with one element. What is not known is absent, never
  `null` or empty.
- *indexed*, by the shipped index template: `yes` for searches and charts; `search` only for searches, `aggregate` only
  for charts and sorting; `no`: can be read in the document that was found.
- *in*: kinds of record, `opensmtpd.record`. A kind in **bold** always has the field.
- *since*: version of the schema, `opensmtpd.schema`.

| field | type | indexed | in | since | meaning |
|---|---|---|---|---|---|
)";

void append_records(std::string& out, const FieldRow& row)
{
  if (row.records == in_all && (row.always == in_all || row.always == 0)) {
    out += row.always == in_all ? "**all**" : "all";
    return;
  }
  std::string_view before;
  for (const auto& [word, kind] : record_kinds) {
    if ((row.records & bit_of(kind)) == 0)
      continue;
    const std::string_view mark = (row.always & bit_of(kind)) != 0 ? "**" : "";
    out.append(before).append(mark).append(word).append(mark);
    before = ", ";
  }
}

} // namespace

std::string fields_markdown()
{
  std::string out(preface);
  for (const FieldRow& row : field_table) {
    out.append("| `").append(row.name).append("` | ").append(field_types[row.type]);
    out.append(row.is_list ? "[] | " : " | ").append(indexings[row.indexing]).append(" | ");
    append_records(out, row);
    out.append(" | ").append(row.since).append(" | ").append(row.meaning).append(" |\n");
  }
  return out;
}

} // namespace jsonlog
