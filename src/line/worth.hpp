// SPDX-License-Identifier: ISC
#pragma once

#include "jsonlog/line_sink.hpp"
#include "jsonlog/session.hpp"

namespace jsonlog {

// What the line of the report that was just applied to the session is worth: a session's last
// line most; then what people count, which are results, logins, what filters did, refusals, and
// whatever raised an anomaly.
Worth worth_of(const Session& session, const Report& report) noexcept;

} // namespace jsonlog
