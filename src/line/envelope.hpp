// SPDX-License-Identifier: ISC
//
// Members of a line that do not depend on the session: the same text in many lines.
#pragma once

#include "jsonlog/line_settings.hpp"
#include "line/category.hpp"
#include "line/json.hpp"

#include <string>

namespace jsonlog {

// What smtpd told of itself.
struct Observer
{
  std::string version, hostname;
};

void write_head(Json& json, const LineSettings& settings); // ecs, host
void write_kind(Json& json, Category category);            // event.kind up to event.type
void write_observer(Json& json, const LineSettings& settings,
                    const Observer& observer); // observer, labels

} // namespace jsonlog
