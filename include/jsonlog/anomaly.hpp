// SPDX-License-Identifier: ISC
//
// Stable tokens for what the client, the remote server or smtpd itself should not have done. An
// anomaly never stops a session and never refuses an event.
#pragma once

#include "jsonlog/limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jsonlog {

enum class Anomaly : std::uint8_t {
  joined_midstream,        // the session's first report is not its link-connect
  after_close,             // a report for a session that had ended
  reconnect,               // a second link-connect: smtp-out falls back to plain text so
  command_before_greeting, // the client spoke before any reply of the server
  nested_mail,             // MAIL inside a transaction
  unknown_command,         // refused with 500
  pipelining_refused,      // the client did not wait for a reply
  bogus_result,            // a failure that repeats an already answered command
  tx_without_begin,        // a transaction's report without its tx-begin
  null_message_id,         // a tx-begin with message id 00000000, which says that there is none
  secret_masked,           // we hid a credential that smtpd had not
  oversized_line,          // smtpd refused a line as too long
  bad_bytes,               // bytes that are not valid UTF-8
  unknown_event,           // an event of a newer smtpd
  unknown_token,           // a result, phase, response ... of a newer smtpd
  missing_fields,
  extra_fields,
  clock_backwards, // older than the session's report before it
};

std::string_view to_string(Anomaly anomaly) noexcept;

// Anomalies in the order of their first appearance, at most limits::anomalies of them.
class AnomalyList
{
public:
  // Returns true if it was not there yet.
  bool add(Anomaly anomaly) noexcept
  {
    const auto bit = std::uint32_t{1} << static_cast<unsigned>(anomaly);
    if ((seen_ & bit) != 0)
      return false;
    seen_ |= bit;
    if (size_ < order_.size())
      order_[size_++] = anomaly;
    else
      cut_ = true;
    return true;
  }

  void clear() noexcept { *this = {}; }
  bool empty() const noexcept { return size_ == 0; }
  bool cut() const noexcept { return cut_; }
  const Anomaly* begin() const noexcept { return order_.data(); }
  const Anomaly* end() const noexcept { return order_.data() + size_; }

private:
  std::array<Anomaly, limits::anomalies> order_{};
  std::uint32_t seen_ = 0;
  std::uint8_t size_ = 0;
  bool cut_ = false;
};

} // namespace jsonlog
