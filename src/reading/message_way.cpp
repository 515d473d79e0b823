// SPDX-License-Identifier: ISC
#include "reading/message_way.hpp"

#include "reading/logged_time.hpp"

#include <algorithm>

namespace jsonlog {

namespace {

std::int64_t time_of(const JsonLine& line)
{
  return parse_logged_time(line.text("/@timestamp")).value_or(0);
}

// What a reply's class says of the recipient.
const char* status_of(std::int64_t code) noexcept
{
  return code / 100 == 5 ? "refused" : code / 100 == 4 ? "deferred" : "unknown";
}

} // namespace

std::string_view MessageRecipient::result() const noexcept
{
  for (const DeliveryAttempt& attempt : attempts)
    if (attempt.status == "delivered")
      return "delivered";
  return attempts.empty() ? std::string_view("unknown") : std::string_view(attempts.back().status);
}

void MessageWay::add(const JsonLine& line)
{
  if (line.text("/opensmtpd/subsystem") == "smtp-in")
    add_inbound(line);
  else
    add_outbound(line);
}

void MessageWay::end_session(std::string_view session)
{
  if (const auto at = pending_.find(session); at != pending_.end())
    pending_.erase(at);
}

void MessageWay::add_inbound(const JsonLine& line)
{
  from_ = line.text("/opensmtpd/tx/from/address");
  if (const auto size = line.find_number("/opensmtpd/tx/size"))
    size_ = size;
  if (line.action() == "tx-rcpt" && line.text("/opensmtpd/rcpt/status") == "ok")
    recipient(line.text("/opensmtpd/rcpt/address"));
  if (line.action() != "tx-commit")
    return;
  accepted_us_ = time_of(line);
  for (const std::string_view address : line.list("/opensmtpd/tx/rcpt/accepted_address"))
    recipient(address);
  MessageOrigin origin;
  origin.session = line.text("/opensmtpd/session/id");
  origin.address = line.text("/source/address");
  origin.domain = line.text("/source/domain");
  if (line.text("/opensmtpd/auth/result") == "pass")
    origin.user = line.text("/user/name");
  origin.with = line.text("/opensmtpd/session/with");
  origin.tls = line.text("/tls/version");
  origin.rewritten = line.text("/opensmtpd/tx/from/address_original");
  for (const char* const response :
       {"proceed", "junk", "rewrite", "reject", "disconnect", "report", "other"})
    origin.answers += line.number(std::string("/opensmtpd/filter/count/") + response);
  origin.wait_us = line.number("/opensmtpd/filter/wait_us");
  origin_ = std::move(origin);
}

void MessageWay::add_outbound(const JsonLine& line)
{
  const std::string_view action = line.action();
  const std::string_view session = line.text("/opensmtpd/session/id");
  if (!origin_ && line.find_number("/opensmtpd/origin/delay_us").has_value() && !accepted_us_)
    accepted_us_ = parse_logged_time(line.text("/opensmtpd/origin/accepted"));
  if (from_.empty())
    from_ = line.text("/opensmtpd/tx/from/address");
  if (action == "tx-rcpt") {
    const std::string_view status = line.text("/opensmtpd/rcpt/status");
    const std::string_view address = line.text("/opensmtpd/rcpt/address");
    MessageRecipient& to = recipient(address);
    if (status == "ok") {
      pending_[std::string(session)].emplace_back(address);
      return;
    }
    // The refusing reply made this attempt already, where it has a line.
    if (to.attempts.empty() || to.attempts.back().session != session) {
      to.attempts.push_back(attempt_of(line));
      to.attempts.back().status = status == "permfail" ? "refused" : "deferred";
    } else {
      to.attempts.back().delay_us = attempt_of(line).delay_us;
    }
  } else if (action == "protocol-server") {
    const std::int64_t code = line.number("/opensmtpd/last/reply/code");
    const bool refuses = line.truth("/opensmtpd/last/reply/complete") && code >= 400;
    const std::string_view address = line.text("/opensmtpd/last/command/address");
    if (!refuses || line.text("/opensmtpd/last/command/verb") != "RCPT TO" || address.empty())
      return;
    recipient(address).attempts.push_back(attempt_of(line));
    recipient(address).attempts.back().status = status_of(code);
  } else if (action == "tx-commit") {
    conclude(line, "delivered", line.text("/opensmtpd/session/with").substr(0, 4) != "LMTP");
  } else if (action == "tx-rollback" && line.text("/opensmtpd/last/command/verb") != "RCPT TO") {
    conclude(line, status_of(line.number("/opensmtpd/last/reply/code")),
             line.text("/opensmtpd/session/with").substr(0, 4) != "LMTP");
  }
}

DeliveryAttempt MessageWay::attempt_of(const JsonLine& line) const
{
  DeliveryAttempt attempt;
  attempt.time_us = time_of(line);
  attempt.delay_us = line.find_number("/opensmtpd/origin/delay_us");
  if (!attempt.delay_us && accepted_us_)
    attempt.delay_us = std::max<std::int64_t>(0, attempt.time_us - *accepted_us_);
  attempt.session = line.text("/opensmtpd/session/id");
  attempt.address = line.text("/destination/address");
  attempt.domain = line.text("/destination/domain");
  attempt.tls = line.text("/tls/version");
  attempt.code = line.number("/opensmtpd/last/reply/code");
  attempt.enhanced = line.text("/opensmtpd/last/reply/enhanced");
  attempt.text = line.text("/opensmtpd/last/reply/text");
  return attempt;
}

MessageRecipient& MessageWay::recipient(std::string_view address)
{
  const auto known =
    std::ranges::find_if(recipients_, [address](const auto& to) { return to.address == address; });
  if (known != recipients_.end())
    return *known;
  recipients_.push_back({std::string(address), {}});
  return recipients_.back();
}

// The verdict on the message, for all recipients that wait for it, or over LMTP for the next one.
void MessageWay::conclude(const JsonLine& line, const char* status, bool all)
{
  const auto at = pending_.find(line.text("/opensmtpd/session/id"));
  if (at == pending_.end() || at->second.empty())
    return;
  std::vector<std::string>& waiting = at->second;
  const std::size_t count = all ? waiting.size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    MessageRecipient& to = recipient(waiting[i]);
    to.attempts.push_back(attempt_of(line));
    to.attempts.back().status = status;
  }
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
}

} // namespace jsonlog
