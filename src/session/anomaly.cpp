// SPDX-License-Identifier: ISC
#include "jsonlog/anomaly.hpp"

namespace jsonlog {

std::string_view to_string(Anomaly anomaly) noexcept
{
  static constexpr std::array<std::string_view, anomaly_kinds> tokens = {
    "joined-midstream", "after-close",     "reconnect",          "command-before-greeting",
    "nested-mail",      "unknown-command", "pipelining-refused", "bogus-result",
    "tx-without-begin", "null-message-id", "secret-masked",      "oversized-line",
    "bad-bytes",        "unknown-event",   "unknown-token",      "missing-fields",
    "extra-fields",     "clock-backwards",
  };
  return tokens[static_cast<std::size_t>(anomaly)];
}

} // namespace jsonlog
