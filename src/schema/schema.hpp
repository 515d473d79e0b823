// SPDX-License-Identifier: ISC
//
// The field table in the forms that others read: `filter-jsonlog schema`.
#pragma once

#include <cstdint>
#include <string>

namespace jsonlog {

enum class SchemaForm : std::uint8_t {
  fields,               // CSV
  json_schema,          // of one line; draft 2020-12
  index_template,       // composable, for indices that have a date in their name
  data_stream_template, // the same for a data stream
  markdown,
};

// The whole text, with a line feed at its end; the same bytes every time.
std::string schema_text(SchemaForm form);

} // namespace jsonlog
