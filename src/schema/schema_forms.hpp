// SPDX-License-Identifier: ISC
//
// The forms of the field table, one file each.
#pragma once

#include <cstdint>
#include <string>

namespace jsonlog {

enum class IndexKind : std::uint8_t { dated, data_stream };

std::string fields_csv();
std::string fields_markdown();
std::string json_schema();
std::string index_template(IndexKind kind);

} // namespace jsonlog
