// SPDX-License-Identifier: ISC
#include "jsonlog/packed_report.hpp"

#include "wire/usual_prefix.hpp"

#include <cstring>

namespace jsonlog {

using namespace usual_prefix;

namespace {

constexpr std::size_t time_start = keyword.size() + version_size + 1;
constexpr std::size_t time_end = time_start + time_size;

bool is_usual(const Report& report) noexcept
{
  const std::string_view line = report.line;
  return report.protocol.size() == version_size && line.size() > time_end &&
         line[time_start + seconds_size] == '.' && line[time_end] == '|' &&
         !std::holds_alternative<Unknown>(report.event);
}

// Behind the session's id.
std::string_view parameters_of(const Report& report) noexcept
{
  const std::size_t subsystem_size = to_string(report.subsystem).size();
  return report.line.substr(time_end + 1 + subsystem_size + 1 + report.name.size() + 1 +
                            session_size);
}

void append_digits(TextBuffer& line, std::int64_t number, std::size_t size)
{
  char* const digits = line.room(size);
  for (std::size_t i = size; i > 0; number /= 10)
    digits[--i] = static_cast<char>('0' + number % 10);
  line.take(size);
}

} // namespace

PackedReport::PackedReport(const Report& report) noexcept
  : kept_(report.line)
{
  if (is_usual(report)) {
    kept_ = parameters_of(report);
    head_.time_us = report.time_us;
    head_.event = static_cast<std::uint8_t>(report.event.index());
    report.protocol.copy(head_.version, version_size);
  }
  head_.size = static_cast<std::uint32_t>(kept_.size());
}

void PackedReport::write(char* to) const noexcept
{
  std::memcpy(to, &head_, sizeof head_);
  kept_.copy(to + sizeof head_, kept_.size());
}

std::size_t PackedReport::unpack(std::string_view packed, Subsystem subsystem,
                                 std::uint64_t session, TextBuffer& line)
{
  Head head;
  std::memcpy(&head, packed.data(), sizeof head);
  if (head.version[0] != 0) {
    line << keyword << std::string_view(head.version, version_size) << '|';
    append_digits(line, head.time_us / 1'000'000, seconds_size);
    line << '.';
    append_digits(line, head.time_us % 1'000'000, microseconds_size);
    line << '|' << to_string(subsystem) << '|' << event_names[head.event] << '|' << hex_id(session);
  }
  line << packed.substr(sizeof head, head.size);
  return sizeof head + head.size;
}

} // namespace jsonlog
