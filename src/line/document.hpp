// SPDX-License-Identifier: ISC
//
// A line from nothing: the whole document, field by field, with RapidJSON. This is what the
// cached way is held against, and what writes the lines that it cannot: those over budget, which
// leave out lists and cut texts short, and anomaly records.
#pragma once

#include "line/envelope.hpp"
#include "line/event_line.hpp"
#include "line/json_writer.hpp"

namespace jsonlog {

class Document
{
public:
  Document(const LineSettings& settings, const Observer& observer);

  // The line without its LF; valid until the next call.
  std::string_view event(const EventLine& line, Size size);
  std::string_view anomaly(const AnomalyLine& line, Size size);
  const Cuts& cuts() const noexcept { return out_.cuts(); } // of the last line

private:
  std::string_view end();

  const LineSettings& settings_;
  const Observer& observer_;
  JsonWriter out_;
};

} // namespace jsonlog
