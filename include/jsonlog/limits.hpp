// SPDX-License-Identifier: ISC
//
// Every bound of the library in one place. Counts are always exact; what a bound cuts is a list
// or a text, and the line that was cut names it in opensmtpd.truncated.
#pragma once

#include <cstddef>
#include <string_view>

namespace jsonlog::limits {

// Input. smtpd's longest report is about 65,600 bytes (a data-line request; reports stay below
// 16,400). Anything over `line` is kept only up to that length and becomes an anomaly record.
inline constexpr std::size_t line = std::size_t{256} * 1024;

// Texts, in bytes of valid UTF-8.
inline constexpr std::size_t keyword = 1024;     // every string but event.original
inline constexpr std::size_t original = 8192;    // event.original
inline constexpr std::size_t short_text = 64;    // every string of a line that is still over budget
inline constexpr std::size_t shortest_text = 16; // the least that it may come to
inline constexpr std::size_t message_part = 256; // each part of the sentence in message
inline constexpr std::size_t history = 256;      // opensmtpd.session.history

// What a session keeps of a text: enough to tell that it was longer than `keyword`.
inline constexpr std::size_t kept_text = keyword + 1;
constexpr std::string_view kept(std::string_view text) noexcept
{
  return text.substr(0, kept_text);
}

// Lists.
inline constexpr std::size_t anomalies = 16;
inline constexpr std::size_t related = 16;
inline constexpr std::size_t decisions = 64; // 15 phases times 6 responses exist; seen: under 20
inline constexpr std::size_t recipients = 32;
inline constexpr std::size_t envelopes = 32;
inline constexpr std::size_t domains = 16;
inline constexpr std::size_t senders = 32;
inline constexpr std::size_t filter_reports = 8;
inline constexpr std::size_t full = 1024; // the last five, and transactions, with --detail full

// Defaults and ranges of the options of the same names.
inline constexpr std::size_t max_sessions = 16384;
inline constexpr std::size_t max_messages = 65536;
inline constexpr std::size_t max_line = 65536;
inline constexpr std::size_t max_line_syslog = 8000; // daemons take 8,192 with the header
// of max_line without labels: all that can be said, with texts of shortest_text
inline constexpr std::size_t smallest_line = 6000;
inline constexpr std::size_t labels = 16;
inline constexpr std::size_t hold_bytes = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t hold_bytes_each = std::size_t{64} * 1024; // or a 64th, if that is more
inline constexpr std::size_t queue_bytes = std::size_t{64} * 1024 * 1024;

} // namespace jsonlog::limits
