// SPDX-License-Identifier: ISC
#include "program/trace.hpp"

#include "jsonlog/conditions.hpp"
#include "program/json_text.hpp"
#include "program/log_reader.hpp"
#include "reading/message_way.hpp"
#include "text/number_text.hpp"
#include "text/shown_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace jsonlog {

namespace {

constexpr int nothing_found = 1;
constexpr int cannot_read = 2;

// --- As JSON ---

class Members
{
public:
  void add(std::string_view name, const std::string& json)
  {
    json_ += (json_.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + json;
  }
  void add_text(std::string_view name, std::string_view text)
  {
    if (!text.empty())
      add(name, json_string(text));
  }
  std::string object() { return json_ + '}'; }

private:
  std::string json_ = "{";
};

std::string attempt_json(const DeliveryAttempt& attempt)
{
  Members members;
  members.add("time", json_time(attempt.time_us));
  if (attempt.delay_us)
    members.add("delay_us", std::to_string(*attempt.delay_us));
  members.add_text("session", attempt.session);
  members.add_text("address", attempt.address);
  members.add_text("domain", attempt.domain);
  members.add_text("tls", attempt.tls);
  if (attempt.code != 0)
    members.add("code", std::to_string(attempt.code));
  members.add_text("enhanced", attempt.enhanced);
  members.add_text("text", attempt.text);
  members.add_text("status", attempt.status);
  return members.object();
}

std::string recipient_json(const MessageRecipient& recipient)
{
  std::string attempts = "[";
  for (const DeliveryAttempt& attempt : recipient.attempts)
    attempts += (attempts.size() > 1 ? "," : "") + attempt_json(attempt);
  Members members;
  members.add("address", json_string(recipient.address));
  members.add("attempts", attempts + ']');
  members.add_text("result", recipient.result());
  return members.object();
}

std::string way_json(const MessageWay& way)
{
  Members members;
  members.add("id", json_string(way.id()));
  members.add_text("from", way.from());
  if (way.size())
    members.add("size", std::to_string(*way.size()));
  if (way.accepted_us())
    members.add("accepted", json_time(*way.accepted_us()));
  if (way.origin()) {
    Members origin;
    origin.add_text("session", way.origin()->session);
    origin.add_text("address", way.origin()->address);
    origin.add_text("domain", way.origin()->domain);
    origin.add_text("user", way.origin()->user);
    origin.add_text("with", way.origin()->with);
    origin.add_text("tls", way.origin()->tls);
    members.add("origin", origin.object());
  }
  std::string recipients = "[";
  for (const MessageRecipient& recipient : way.recipients())
    recipients += (recipients.size() > 1 ? "," : "") + recipient_json(recipient);
  members.add("recipients", recipients + ']');
  return members.object() + '\n';
}

// --- For people ---

std::string upper(std::string_view text)
{
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  });
  return upper;
}

// What a line begins with, and the column behind it.
constexpr std::size_t title_size = 11;

std::string attempt_text(const DeliveryAttempt& attempt, const Terminal& terminal)
{
  std::string line = terminal.time(attempt.time_us);
  std::string delay = attempt.delay_us ? "  +" + span_text(*attempt.delay_us) : std::string();
  delay.resize(std::max<std::size_t>(delay.size(), 12), ' ');
  line += delay;
  const std::string address = shown(attempt.address, 60);
  line += attempt.domain.empty() ? address : shown(attempt.domain, 60) + " (" + address + ")";
  line += attempt.tls.empty() ? "  no TLS" : "  TLS " + shown(attempt.tls, 10);
  const bool delivered = attempt.status == "delivered";
  const auto ink = delivered ? Terminal::Ink::good : Terminal::Ink::bad;
  line += "  " + terminal.in(ink, upper(attempt.status));
  std::string reply = attempt.code == 0 ? std::string() : std::to_string(attempt.code) + " ";
  reply += shown(attempt.text, std::max<std::size_t>(40, terminal.width() - 30));
  const std::string indent(title_size, ' ');
  return indent + terminal.folded(line, title_size) + '\n' + indent + "          " + reply + '\n';
}

std::string way_text(const MessageWay& way, const Terminal& terminal)
{
  std::string message = terminal.in(Terminal::Ink::strong, shown(way.id())) + "  " +
                        (way.from().empty() ? "<>" : shown(way.from(), 100));
  if (way.size())
    message += "  " + counted(*way.size(), "byte");
  const std::string title = "message ";
  std::string text = title + terminal.folded(message, title.size()) + '\n';
  if (const auto& origin = way.origin()) {
    std::string accepted =
      terminal.date_time(*way.accepted_us()) + "  from " + shown(origin->address, 60);
    if (!origin->domain.empty())
      accepted += " (" + shown(origin->domain, 60) + ")";
    accepted += origin->user.empty() ? ", no login" : ", login " + shown(origin->user, 60);
    accepted += origin->tls.empty() ? ", no TLS" : ", TLS " + shown(origin->tls, 10);
    accepted += ", session " + shown(origin->session);
    text += "accepted   " + terminal.folded(accepted, title_size) + '\n';
    if (origin->answers != 0) {
      std::string filters =
        counted(origin->answers, "answer") + " in " + span_text(origin->wait_us);
      if (!origin->rewritten.empty())
        filters += "; sender rewritten from " + shown(origin->rewritten, 100);
      text += "filters    " + terminal.folded(filters, title_size) + '\n';
    }
  } else {
    text += "accepted   not in this log\n";
  }
  bool unknown = false;
  for (const MessageRecipient& recipient : way.recipients()) {
    text += terminal.in(Terminal::Ink::strong, shown(recipient.address, 200)) + '\n';
    for (const DeliveryAttempt& attempt : recipient.attempts)
      text += attempt_text(attempt, terminal);
    if (recipient.attempts.empty())
      text += "           no try to send it on is in this log\n";
    unknown = unknown || recipient.attempts.empty();
  }
  if (unknown)
    text += "(smtpd does not report local delivery.)\n";
  return text;
}

// --- Which ---

class Tracer
{
public:
  Tracer(const Options& options, Diagnostics& diagnostics)
    : options_(options)
    , diagnostics_(diagnostics)
    , terminal_(options.reading)
  {}

  int run()
  {
    LogReader log(options_.inputs, diagnostics_);
    const std::string& message = options_.reading.wish.message;
    if (!message.empty())
      log.skip_lines_without(message);
    const bool good = log.read([this](const JsonLine& line) { take(line); });
    const int shown = show();
    if (std::fflush(stdout) != 0 || !good)
      return cannot_read;
    return shown == 0 ? nothing_found : 0;
  }

private:
  // Of messages that may be wanted: as many as the memory for them allows, the oldest go first.
  static constexpr std::size_t most_messages = 20'000;

  void take(const JsonLine& line)
  {
    const std::string_view id = line.text("/email/local_id");
    const std::string& wanted = options_.reading.wish.message;
    if (!line.is_event() || id.empty() || (!wanted.empty() && id != wanted))
      return;
    auto at = by_id_.find(std::string(id));
    if (at == by_id_.end()) {
      ways_.emplace_back(std::string(id));
      at = by_id_.emplace(std::string(id), std::prev(ways_.end())).first;
      if (ways_.size() > most_messages) {
        by_id_.erase(ways_.front().id());
        ways_.pop_front();
      }
    }
    at->second->add(line);
  }

  bool is_wanted(const MessageWay& way) const
  {
    const std::string& pattern = options_.reading.wish.address;
    return pattern.empty() || matches(way.from(), pattern) ||
           std::ranges::any_of(way.recipients(), [&](const MessageRecipient& recipient) {
             return matches(recipient.address, pattern);
           });
  }

  int show()
  {
    ways_.remove_if([this](const MessageWay& way) { return !is_wanted(way); });
    while (options_.reading.last != 0 && ways_.size() > options_.reading.last)
      ways_.pop_front();
    int shown = 0;
    for (const MessageWay& way : ways_) {
      std::string text = options_.json ? way_json(way) : way_text(way, terminal_);
      if (shown++ != 0 && !options_.json)
        text.insert(0, 1, '\n');
      std::fwrite(text.data(), 1, text.size(), stdout);
    }
    return shown;
  }

  const Options& options_;
  Diagnostics& diagnostics_;
  const Terminal terminal_;
  std::list<MessageWay> ways_; // in order of appearance
  std::unordered_map<std::string, std::list<MessageWay>::iterator> by_id_;
};

} // namespace

int run_trace(const Options& options, Diagnostics& diagnostics)
{
  return Tracer(options, diagnostics).run();
}

} // namespace jsonlog
