// SPDX-License-Identifier: ISC
//
// A line from nothing: the whole document, field by field, with RapidJSON. This is what the
// cached way is held against, and what writes the lines that it cannot: those over budget, which
// leave out lists and cut texts short, and anomaly records.
#pragma once

#include "line/envelope.hpp"
#include "line/event_line.hpp"
#include "line/json.hpp"

namespace jsonlog {

class Document
{
public:
  enum class Size { whole, without_lists, short_texts };

  Document(const LineSettings& settings, const Observer& observer);

  // The line without its LF; valid until the next call.
  std::string_view event(const EventLine& line, Size size);
  std::string_view anomaly(const AnomalyLine& line, Size size);
  Cuts cuts() const noexcept { return json_.cuts(); } // of the last line

private:
  void begin(Size size, std::int64_t time_us);
  std::string_view end();
  void write_message(std::string_view message, bool complete);
  void write_event(const EventLine& line);
  void write_logger(std::string_view record, const LoggerState& logger);
  void write_times(const Session& session);
  void time_member(std::string_view name, std::int64_t time_us);

  const LineSettings& settings_;
  const Observer& observer_;
  Json json_;
  TextBuffer text_;
};

} // namespace jsonlog
