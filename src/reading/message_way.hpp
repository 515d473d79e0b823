// SPDX-License-Identifier: ISC
//
// The way of a message: the session that brought it, and every try to bring it to a recipient,
// put together from the lines of a log. smtpd reports no local delivery.
#pragma once

#include "reading/json_line.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jsonlog {

struct DeliveryAttempt
{
  std::int64_t time_us = 0;
  std::optional<std::int64_t> delay_us; // since the message was accepted
  std::string session;
  std::string address, domain; // of the server
  std::string tls;             // its version; empty: none
  std::int64_t code = 0;
  std::string enhanced, text; // of its reply
  std::string status;         // delivered, refused, deferred, unknown
};

struct MessageRecipient
{
  std::string address;
  std::vector<DeliveryAttempt> attempts;

  // delivered if one attempt did; else what became of the last one; unknown without any.
  std::string_view result() const noexcept;
};

struct MessageOrigin
{
  std::string session, address, domain, user, with, tls;
  std::int64_t answers = 0; // of filters
  std::int64_t wait_us = 0;
  std::string rewritten; // what the client said as sender, where a filter changed it
};

class MessageWay
{
public:
  explicit MessageWay(std::string id)
    : id_(std::move(id))
  {}

  // A line with this message's id, in or out.
  void add(const JsonLine& line);
  // The last line of a session: what it left open is unknown.
  void end_session(std::string_view session);

  const std::string& id() const noexcept { return id_; }
  const std::string& from() const noexcept { return from_; } // empty: a bounce, or not known
  std::optional<std::int64_t> size() const noexcept { return size_; }
  std::optional<std::int64_t> accepted_us() const noexcept { return accepted_us_; }
  const std::optional<MessageOrigin>& origin() const noexcept { return origin_; }
  const std::vector<MessageRecipient>& recipients() const noexcept { return recipients_; }

private:
  void add_inbound(const JsonLine& line);
  void add_outbound(const JsonLine& line);
  DeliveryAttempt attempt_of(const JsonLine& line) const;
  MessageRecipient& recipient(std::string_view address);
  void conclude(const JsonLine& line, const char* status, bool all);

  std::string id_, from_;
  std::optional<std::int64_t> size_, accepted_us_;
  std::optional<MessageOrigin> origin_;
  std::vector<MessageRecipient> recipients_; // in order of appearance
  // Recipients that a server accepted and that wait for its verdict on the message, by session.
  std::map<std::string, std::vector<std::string>, std::less<>> pending_;
};

} // namespace jsonlog
