// SPDX-License-Identifier: ISC
//
// The end of a log file that another process may have left in the middle of a line.
#pragma once

#include "line/meta_facts.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jsonlog {

struct FileTail
{
  std::string last_line; // the last whole one, without LF; empty: none was found
  std::string torn;      // what stands behind the last LF
};

// Looks for them in the last `limit` bytes of a file of `size` bytes and reads no more than that
// (four times that in all). Where there is no LF in these, all of them are `torn`. Nothing: the
// file cannot be read.
std::optional<FileTail> read_tail(int descriptor, std::uint64_t size, std::size_t limit);

// Whether a line that a crash cut off could begin so: as our lines do, or with the zeros that a
// power failure leaves where nothing was written yet.
bool is_piece_of_line(std::string_view torn) noexcept;

// What a JSON line says of the process that wrote it. Nothing: it is no such line.
std::optional<MetaFacts::Logger> parse_logger_facts(std::string_view line);

} // namespace jsonlog
