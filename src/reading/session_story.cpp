// SPDX-License-Identifier: ISC
#include "reading/session_story.hpp"

#include "jsonlog/conditions.hpp"
#include "reading/logged_time.hpp"

#include <algorithm>
#include <utility>

namespace jsonlog {

namespace {

std::string joined(std::string_view one, std::string_view other)
{
  std::string text(one);
  if (!one.empty() && !other.empty())
    text += ' ';
  return text.append(other);
}

std::string reply_text(const JsonLine& line)
{
  const auto code = line.find_number("/opensmtpd/last/reply/code");
  return joined(code ? std::to_string(*code) : std::string(),
                line.text("/opensmtpd/last/reply/text"));
}

bool is_refusal(const JsonLine& line)
{
  const std::int64_t reply_class = line.number("/opensmtpd/last/reply/class");
  return line.action() == "protocol-server" && line.truth("/opensmtpd/last/reply/complete") &&
         (reply_class == 4 || reply_class == 5);
}

bool any_matches(const JsonLine& line, std::string_view pattern)
{
  for (const char* const place :
       {"/opensmtpd/tx/from/address", "/opensmtpd/tx/from/address_original",
        "/opensmtpd/rcpt/address", "/opensmtpd/rcpt/address_original",
        "/opensmtpd/last/command/address"})
    if (const std::string_view text = line.text(place); !text.empty() && matches(text, pattern))
      return true;
  for (const char* const place :
       {"/opensmtpd/session/mail_from", "/opensmtpd/session/rcpt_to", "/opensmtpd/tx/rcpt/address"})
    for (const std::string_view text : line.list(place))
      if (matches(text, pattern))
        return true;
  return false;
}

std::string size_text(const JsonLine& line)
{
  const auto size = line.find_number("/opensmtpd/tx/size");
  return size ? ", " + std::to_string(*size) + " bytes" : std::string();
}

} // namespace

bool SessionWish::any() const noexcept
{
  return !session.empty() || !message.empty() || !address.empty() || !user.empty() || client ||
         failed || slow_us || since_us || until_us;
}

void SessionStory::add(const JsonLine& line, const SessionWish& wish)
{
  if (lines_++ == 0) {
    id_ = line.text("/opensmtpd/session/id");
    start_us_ = parse_logged_time(line.text("/event/start")).value_or(0);
  }
  events_ = std::max(events_, static_cast<std::uint64_t>(line.number("/event/sequence")) + 1);
  events_ = std::max(events_, lines_);
  final_ = final_ || line.truth("/opensmtpd/session/final");
  // Lines of the past may come behind newer ones: the end of a session is its last line.
  bytes_ -= document_.size();
  document_ = line.document();
  bytes_ += document_.size();
  add_entry(line);
  look_for(line, wish);
}

bool SessionStory::meets(const SessionWish& wish) const
{
  return id_.starts_with(wish.session) && (wish.message.empty() || message_) &&
         (wish.address.empty() || address_) && (wish.user.empty() || user_) &&
         (!wish.client || client_) && (!wish.failed || failed_) && (!wish.slow_us || slow_) &&
         (!wish.since_us || start_us_ >= *wish.since_us) &&
         (!wish.until_us || start_us_ <= *wish.until_us);
}

void SessionStory::order()
{
  std::ranges::stable_sort(dialogue_, {}, &DialogueEntry::sequence);
}

void SessionStory::shorten()
{
  const std::size_t half = (dialogue_.size() + 1) / 2;
  for (std::size_t i = 0; i < half; ++i)
    bytes_ -= sizeof(DialogueEntry) + dialogue_[i].text.size();
  dialogue_.erase(dialogue_.begin(), dialogue_.begin() + static_cast<std::ptrdiff_t>(half));
  dropped_ += half;
  in_reply_ = false;
}

void SessionStory::add_entry(const JsonLine& line)
{
  const std::string_view action = line.action();
  if (action != "protocol-server")
    in_reply_ = false;
  if (action == "link-connect")
    entry(line, "connect", "connected");
  else if (action == "protocol-client")
    entry(line, "client", std::string(line.text("/opensmtpd/last/command/line")));
  else if (action == "protocol-server")
    add_reply(line);
  else if (action == "filter-response")
    add_filter_answer(line);
  else if (action == "filter-report")
    entry(line, "report", std::string(line.text("/message").substr(0, 400)));
  else if (action == "link-tls")
    entry(line, "tls",
          joined("TLS " + std::string(line.text("/tls/version")), line.text("/tls/cipher")));
  else if (action == "link-auth")
    entry(line, "login",
          "login " + joined(line.text("/user/name"), line.text("/opensmtpd/auth/result")))
      .refused = line.text("/event/outcome") == "failure";
  else if (action == "tx-mail" && !line.text("/opensmtpd/tx/from/address_original").empty())
    entry(line, "sender",
          "sender rewritten: " + std::string(line.text("/opensmtpd/tx/from/address_original")) +
            " -> " + std::string(line.text("/opensmtpd/tx/from/address")));
  else if (action == "tx-rcpt") {
    const std::string_view original = line.text("/opensmtpd/rcpt/address_original");
    const std::string address(line.text("/opensmtpd/rcpt/address"));
    const std::string text =
      original.empty() ? address : "rewritten: " + std::string(original) + " -> " + address;
    entry(line, "recipient", "recipient " + joined(text, line.text("/opensmtpd/rcpt/status")));
  } else if (action == "tx-commit")
    entry(line, "message",
          "message " + std::string(line.text("/opensmtpd/tx/id")) + " accepted" + size_text(line));
  else if (action == "tx-rollback")
    entry(line, "message",
          "message " + std::string(line.text("/opensmtpd/tx/id")) +
            " given up: " + std::string(line.text("/event/reason")));
  else if (action == "timeout")
    entry(line, "timeout", "timeout");
  else if (line.truth("/opensmtpd/session/final"))
    entry(line, "end",
          joined("disconnected (" + std::string(line.text("/opensmtpd/session/close")) + ")",
                 line.text("/event/reason")));
  for (const std::string_view anomaly : line.list("/opensmtpd/anomaly_new"))
    entry(line, "anomaly", "odd: " + std::string(anomaly));
}

// A reply of several lines is one entry, with the text of its first line.
void SessionStory::add_reply(const JsonLine& line)
{
  const bool complete = line.truth("/opensmtpd/last/reply/complete");
  const bool asked = !dialogue_.empty() && dialogue_.back().kind == std::string_view("client");
  // Where the command has no line of its own (--lines counted), the refusal tells it.
  if (!in_reply_ && !asked && line.find_number("/opensmtpd/session/line") &&
      line.text("/opensmtpd/last/reply/answers") == line.text("/opensmtpd/last/command/verb"))
    entry(line, "client", std::string(line.text("/opensmtpd/last/command/line"))).gap_us.reset();
  if (!in_reply_ || dialogue_.empty())
    entry(line, "server", reply_text(line));
  DialogueEntry& reply = dialogue_.back();
  const auto lines = static_cast<std::uint64_t>(line.number("/opensmtpd/last/reply/lines"));
  reply.more_lines = lines == 0 ? 0 : lines - 1;
  reply.refused = is_refusal(line);
  in_reply_ = !complete;
}

void SessionStory::add_filter_answer(const JsonLine& line)
{
  const std::string answer =
    joined(line.text("/opensmtpd/filter/last/response"), line.text("/opensmtpd/filter/last/param"));
  const bool to_last = !dialogue_.empty() && (dialogue_.back().kind == std::string_view("client") ||
                                              dialogue_.back().kind == std::string_view("connect"));
  DialogueEntry& asked =
    to_last ? dialogue_.back()
            : entry(line, "client", std::string(line.text("/opensmtpd/filter/last/phase")));
  asked.filter = joined(asked.filter, answer);
  asked.latency_us = line.find_number("/opensmtpd/filter/last/latency_us");
  asked.refused = asked.refused || line.text("/event/outcome") == "failure";
}

DialogueEntry& SessionStory::entry(const JsonLine& line, const char* kind, std::string text)
{
  DialogueEntry entry;
  entry.sequence = static_cast<std::uint64_t>(line.number("/event/sequence"));
  entry.us = line.number("/event/duration") / 1000;
  entry.gap_us = line.find_number("/opensmtpd/time/gap_us");
  entry.kind = kind;
  entry.text = std::move(text);
  bytes_ += sizeof entry + entry.text.size();
  return dialogue_.emplace_back(std::move(entry));
}

void SessionStory::look_for(const JsonLine& line, const SessionWish& wish)
{
  message_ = message_ || (!wish.message.empty() && line.text("/email/local_id") == wish.message);
  address_ = address_ || (!wish.address.empty() && any_matches(line, wish.address));
  user_ = user_ || (!wish.user.empty() && line.text("/user/name") == wish.user);
  client_ = client_ || (wish.client && wish.client->contains(line.text("/source/ip")));
  const std::string_view close = line.text("/opensmtpd/session/close");
  failed_ = failed_ || is_refusal(line) || line.text("/event/outcome") == "failure" ||
            !line.list("/opensmtpd/anomaly_new").empty() || (!close.empty() && close != "quit");
  if (wish.slow_us)
    slow_ = slow_ || line.number("/opensmtpd/time/gap_us") >= *wish.slow_us ||
            line.number("/opensmtpd/filter/slowest/latency_us") >= *wish.slow_us;
}

} // namespace jsonlog
