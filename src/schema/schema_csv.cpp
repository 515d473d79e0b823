// SPDX-License-Identifier: ISC
#include "schema/field_table.hpp"
#include "schema/schema_forms.hpp"

#include <string_view>

namespace jsonlog {

namespace {

// RFC 4180: a quote inside quotes is doubled.
void append_quoted(std::string& out, std::string_view text)
{
  out += '"';
  for (const char c : text) {
    if (c == '"')
      out += '"';
    out += c;
  }
  out += '"';
}

void append_records(std::string& out, Records records)
{
  std::string_view before;
  for (const auto& [word, kind] : record_kinds) {
    if ((records & bit_of(kind)) == 0)
      continue;
    out.append(before).append(word);
    before = " ";
  }
}

} // namespace

std::string fields_csv()
{
  std::string out = "name,type,indexed,since,meaning,list,records,always\n";
  for (const FieldRow& row : field_table) {
    out.append(row.name).append(",").append(field_types[row.type]).append(",");
    out.append(indexings[row.indexing]).append(",").append(row.since).append(",");
    append_quoted(out, row.meaning);
    out.append(row.is_list ? ",yes," : ",no,");
    append_records(out, row.records);
    out += ',';
    append_records(out, row.always);
    out += '\n';
  }
  return out;
}

} // namespace jsonlog
