// SPDX-License-Identifier: ISC
#include "line/plain_text.hpp"

#include "jsonlog/secrets.hpp"
#include "line/event_line.hpp"
#include "line/event_rows.hpp"

namespace jsonlog {

namespace {

bool append_cut(TextBuffer& out, std::string_view text, std::size_t limit)
{
  out << text.substr(0, limit) << '\n';
  return text.size() <= limit;
}

} // namespace

bool append_raw(TextBuffer& out, const Report& report, bool in_auth_exchange, std::size_t limit)
{
  return append_cut(out, mask_report(report, in_auth_exchange), limit);
}

bool append_raw(TextBuffer& out, std::string_view bad_line, std::size_t limit)
{
  return append_cut(out, mask_line(bad_line), limit);
}

bool append_kv(TextBuffer& out, const Report& report, bool in_auth_exchange, std::size_t limit)
{
  Pairs pairs(out, limit, report.time_us);
  if (!report.protocol.empty())
    pairs.add("version", report.protocol);
  pairs.add("subsystem", to_string(report.subsystem));
  pairs.add("event", report.name);
  pairs.add("session", hex_id(report.session));
  std::visit([&]<typename Event>(
               const Event& event) { EventRow<Event>::add(pairs, event, in_auth_exchange); },
             report.event);
  return pairs.end();
}

bool append_kv(TextBuffer& out, std::string_view bad_line, std::string_view error,
               std::int64_t time_us, std::size_t limit)
{
  Pairs pairs(out, limit, time_us);
  pairs.add("event", malformed_action);
  pairs.add("error", error);
  pairs.add("original", mask_line(bad_line));
  return pairs.end();
}

} // namespace jsonlog
