// SPDX-License-Identifier: ISC
//
// A report line in a third of its bytes, for one that is kept among others of its session: the
// session's id and the words of the wire stand in each line, and need not be kept with it.
#pragma once

#include "jsonlog/report.hpp"
#include "jsonlog/text_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jsonlog {

class PackedReport
{
public:
  // REQUIRES: parse_report() found nothing wrong. The report's line must outlive this object.
  explicit PackedReport(const Report& report) noexcept;

  std::size_t size() const noexcept { return sizeof head_ + kept_.size(); }
  // Writes size() bytes.
  void write(char* to) const noexcept;

  // Appends the line to `line`, byte for byte. REQUIRES: `packed` begins with what write() wrote,
  // of a report of this session. Returns the size of that. May throw std::bad_alloc.
  static std::size_t unpack(std::string_view packed, Subsystem subsystem, std::uint64_t session,
                            TextBuffer& line);

private:
  struct Head
  {
    std::int64_t time_us = 0;
    std::uint32_t size = 0; // of kept_
    std::uint8_t event = 0; // index in Event
    char version[3] = {};   // `0.7`; empty: the whole line is kept
  };

  Head head_;
  std::string_view kept_; // of the line: what follows the session's id, or all of it
};

} // namespace jsonlog
