// SPDX-License-Identifier: ISC
//
// What happened in one session, put together from its lines, for people: who said what and when,
// what the filters answered and how long that took.
#pragma once

#include "jsonlog/network.hpp"
#include "reading/json_line.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jsonlog {

struct DialogueEntry
{
  std::uint64_t sequence = 0;         // of its event
  std::int64_t us = 0;                // since the session's start
  std::optional<std::int64_t> gap_us; // since the session's event before
  const char* kind = "";        // connect, client, server, tls, login, sender, recipient, message,
                                // timeout, report, anomaly, end
  std::string text;             // what a stranger said in it is as it stands in the log
  std::uint64_t more_lines = 0; // of a reply, besides the first
  bool refused = false;
  std::string filter; // its answer to this: `proceed`, `reject 550 no`; several with blanks between
  std::optional<std::int64_t> latency_us;
};

// Which sessions are wanted; what is empty does not matter.
struct SessionWish
{
  std::string session; // a prefix of its id
  std::string message; // the id of one of its transactions
  std::string address; // of a sender or recipient; `*` stands for any text
  std::string user;
  std::optional<Network> client;
  bool failed = false; // a refusal, a failed login, an anomaly, any end but QUIT
  std::optional<std::int64_t> slow_us;
  std::optional<std::int64_t> since_us, until_us; // of its start

  // That of the session's start and of its id alone are asked.
  bool any() const noexcept;
};

class SessionStory
{
public:
  // The next line of the session. `wish`: what is looked for in it.
  void add(const JsonLine& line, const SessionWish& wish);

  bool final() const noexcept { return final_; }
  bool meets(const SessionWish& wish) const;
  const std::vector<DialogueEntry>& dialogue() const noexcept { return dialogue_; }
  // In the order of the events: with --whole, lines of the past stand behind newer ones in the log.
  void order();
  // The last line, as it stands in the log.
  const std::string& document() const noexcept { return document_; }
  std::int64_t start_us() const noexcept { return start_us_; }
  // Events of the session that have no line in the log.
  std::uint64_t missing() const noexcept { return events_ - lines_; }
  // Entries that were dropped because the story is too long.
  std::uint64_t dropped() const noexcept { return dropped_; }
  std::size_t bytes() const noexcept { return bytes_; }
  // Forgets the older half of the dialogue.
  void shorten();

private:
  void add_entry(const JsonLine& line);
  void add_reply(const JsonLine& line);
  void add_filter_answer(const JsonLine& line);
  DialogueEntry& entry(const JsonLine& line, const char* kind, std::string text);
  void look_for(const JsonLine& line, const SessionWish& wish);

  std::vector<DialogueEntry> dialogue_;
  std::string document_;
  std::string id_;
  std::int64_t start_us_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t dropped_ = 0;
  std::size_t bytes_ = 0;
  bool final_ = false;
  bool in_reply_ = false; // the last entry is a reply that is not complete
  // What was wished and seen.
  bool message_ = false, address_ = false, user_ = false, client_ = false, failed_ = false,
       slow_ = false;
};

} // namespace jsonlog
