// SPDX-License-Identifier: ISC
//
// Members of a line that do not depend on the session: the same text in many lines.
#pragma once

#include "jsonlog/line_settings.hpp"
#include "line/category.hpp"
#include "line/json_writer.hpp"
#include "schema/record_kind.hpp"

#include <string>

namespace jsonlog {

// What smtpd told of itself.
struct Observer
{
  std::string version, hostname;
};

void write_head(JsonWriter& out, const LineSettings& settings); // ecs, host
void write_kind(JsonWriter& out, Category category);            // event.kind up to event.type
void write_observer(JsonWriter& out, const LineSettings& settings,
                    const Observer& observer); // observer, labels
// opensmtpd, up to the version in opensmtpd.logger; leaves both open.
void open_opensmtpd(JsonWriter& out, const LineSettings& settings, RecordKind kind);
// The same, up to the run.
void open_opensmtpd(JsonWriter& out, const LineSettings& settings, RecordKind kind,
                    const LoggerState& logger);

} // namespace jsonlog
