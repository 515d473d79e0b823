// SPDX-License-Identifier: ISC
#include "json_line.hpp"

#include "json_parser.hpp"

#include <algorithm>

bool is_json_line(std::string_view line)
{
  if (!line.starts_with('{') || !line.ends_with("}\n"))
    return false;
  line.remove_suffix(1);
  if (std::any_of(line.begin(), line.end(), [](char c) { return c >= 0 && c < ' '; }))
    return false;
  rapidjson::MemoryStream stream(line.data(), line.size());
  rapidjson::BaseReaderHandler<> nothing;
  return !rapidjson::Reader()
            .Parse<rapidjson::kParseValidateEncodingFlag>(stream, nothing)
            .IsError();
}
