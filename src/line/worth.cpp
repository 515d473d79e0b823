// SPDX-License-Identifier: ISC
#include "line/worth.hpp"

#include "line/event_rows.hpp"

namespace jsonlog {

Worth worth_of(const Session& session, const Report& report) noexcept
{
  if (session.final())
    return Worth::session_end;
  const auto is_counted = [&session]<typename Event>(const Event& event) {
    return EventRow<Event>::is_counted(event, session);
  };
  if (!session.now.anomalies.empty() || std::visit(is_counted, report.event))
    return Worth::counted;
  return Worth::ordinary;
}

} // namespace jsonlog
