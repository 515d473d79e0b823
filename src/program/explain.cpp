// SPDX-License-Identifier: ISC
#include "program/explain.hpp"

#include "program/follow.hpp"
#include "program/json_text.hpp"
#include "program/log_reader.hpp"
#include "reading/logged_time.hpp"
#include "text/number_text.hpp"
#include "text/shown_text.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace jsonlog {

namespace {

constexpr int nothing_found = 1;
constexpr int cannot_read = 2;

// --- As JSON ---

std::string entry_json(const DialogueEntry& entry)
{
  char ms[32];
  std::snprintf(ms, sizeof ms, "%.3f", static_cast<double>(entry.us) / 1e3);
  std::string json = std::string("{\"ms\":") + ms + ",\"kind\":\"" + entry.kind +
                     "\",\"text\":" + json_string(entry.text);
  if (!entry.filter.empty())
    json += ",\"filter\":" + json_string(entry.filter);
  if (entry.latency_us)
    json += ",\"latency_us\":" + std::to_string(*entry.latency_us);
  return json + '}';
}

// The document of the last line, with the dialogue as its last member.
std::string story_json(const SessionStory& story)
{
  std::string json = shown_json(story.document());
  json.resize(json.rfind('}'));
  json += ",\"dialogue\":[";
  for (const DialogueEntry& entry : story.dialogue())
    json += (&entry == story.dialogue().data() ? "" : ",") + entry_json(entry);
  return json + "]}\n";
}

// --- For people ---

class StoryText
{
public:
  StoryText(const SessionStory& story, const Terminal& terminal)
    : story_(story)
    , terminal_(terminal)
  {
    last_.parse(story.document());
  }

  std::string write()
  {
    write_head();
    out_ += '\n';
    if (story_.dropped() != 0)
      out_ += "        (" + counted(story_.dropped(), "line") + " before are too many to show)\n";
    for (const DialogueEntry& entry : story_.dialogue())
      write_entry(entry);
    return std::move(out_);
  }

private:
  using Ink = Terminal::Ink;

  std::string text(const char* pointer) const { return shown(last_.text(pointer), 200); }
  bool is_inbound() const { return last_.text("/opensmtpd/subsystem") == "smtp-in"; }

  void head_line(const char* name, const std::string& text)
  {
    std::string padded(name);
    padded.resize(9, ' ');
    out_ += terminal_.in(Ink::faint, padded) + terminal_.folded(text, padded.size()) + '\n';
  }

  void write_head()
  {
    const std::int64_t us = last_.number("/event/duration") / 1000;
    head_line("session", terminal_.in(Ink::strong, text("/opensmtpd/session/id")) +
                           (is_inbound() ? "  in   " : "  out  ") +
                           terminal_.date_time(story_.start_us()) + "  for " + span_text(us) +
                           (story_.final() ? "" : "  (not over in this log)"));
    head_line(is_inbound() ? "client" : "server", peer());
    head_line("result", result());
    const std::string filters = filter_sum();
    if (!filters.empty())
      head_line("filters", filters);
    if (story_.missing() != 0)
      head_line("log", grouped(story_.missing()) + " of its " +
                         grouped(story_.missing() + lines()) +
                         " events are not in the log (--lines)");
  }

  std::uint64_t lines() const
  {
    return static_cast<std::uint64_t>(last_.number("/event/sequence")) + 1 - story_.missing();
  }

  std::string peer() const
  {
    const std::string side = is_inbound() ? "/source" : "/destination";
    std::string peer = text((side + "/address").c_str());
    const std::string domain = text((side + "/domain").c_str());
    const std::string_view fcrdns = last_.text("/opensmtpd/link/fcrdns");
    if (!domain.empty())
      peer += " (" + domain + (fcrdns == "pass" ? ", forward-confirmed)" : ")");
    if (const std::string name = text("/opensmtpd/helo/name"); !name.empty())
      peer += "  " + text("/opensmtpd/helo/method") + " " + name;
    peer += last_.truth("/tls/established")
              ? "  TLS " + text("/tls/version") + " " + text("/tls/cipher")
              : std::string("  no TLS");
    const std::string user = text("/user/name");
    if (!user.empty())
      peer += ", login " + user + ": " + text("/opensmtpd/auth/result");
    else if (is_inbound())
      peer += ", no login";
    return peer;
  }

  std::string result() const
  {
    const std::int64_t messages = last_.number("/opensmtpd/session/tx/committed");
    std::string result = counted(messages, "message");
    if (const auto size = last_.number("/opensmtpd/session/tx/bytes"); messages != 0)
      result += " of " + counted(size, "byte");
    const auto senders = last_.list("/opensmtpd/session/mail_from");
    if (!senders.empty())
      result += " from " + shown(senders.front(), 100) + (senders.size() > 1 ? " and others" : "");
    const std::int64_t accepted = last_.number("/opensmtpd/count/rcpt_ok");
    const std::int64_t refused = last_.number("/opensmtpd/count/rcpt_tempfail") +
                                 last_.number("/opensmtpd/count/rcpt_permfail");
    result += "; " + counted(accepted, "recipient") + " accepted";
    if (refused != 0)
      result += ", " + grouped(refused) + " refused";
    const std::int64_t refusals =
      last_.number("/opensmtpd/count/reply/4xx") + last_.number("/opensmtpd/count/reply/5xx");
    if (refusals != 0)
      result += "; " + terminal_.in(Ink::bad, counted(refusals, "refusal"));
    if (const std::string close = text("/opensmtpd/session/close"); !close.empty())
      result += "; ended by " + close;
    return result;
  }

  std::string filter_sum() const
  {
    std::int64_t answers = 0;
    for (const char* const response :
         {"proceed", "junk", "rewrite", "reject", "disconnect", "report", "other"})
      answers += last_.number(std::string("/opensmtpd/filter/count/") + response);
    if (answers == 0)
      return {};
    std::string sum = counted(answers, "answer");
    if (const auto wait_us = last_.find_number("/opensmtpd/filter/wait_us"))
      sum += " in " + span_text(*wait_us);
    if (const auto slowest_us = last_.find_number("/opensmtpd/filter/slowest/latency_us"))
      sum += ", the slowest " + span_text(*slowest_us) + " (" +
             text("/opensmtpd/filter/slowest/phase") + ")";
    return sum;
  }

  void write_entry(const DialogueEntry& entry)
  {
    constexpr std::int64_t long_gap_us = 1'000'000;
    if (entry.gap_us && *entry.gap_us >= long_gap_us)
      out_ += terminal_.in(Ink::faint,
                           "         ... " + span_text(*entry.gap_us) + " without a word ...") +
              '\n';
    char time[32];
    std::snprintf(time, sizeof time, "%9.1f  ", static_cast<double>(entry.us) / 1e3);
    const std::string_view kind = entry.kind;
    const std::string mark = kind == "client" ? "C " : kind == "server" ? "S " : "  ";
    std::string right;
    if (!entry.filter.empty()) {
      right = "filter " + shown(entry.filter, 60);
      if (entry.latency_us)
        right += "  " + span_text(*entry.latency_us);
    }
    if (entry.refused)
      right += (right.empty() ? "" : "  ") + std::string("REFUSED");
    std::string more;
    if (entry.more_lines != 0)
      more = "  (+" + counted(entry.more_lines, "line") + ")";
    write_columns(time + mark, entry.text, more, right, entry.refused);
  }

  // The right column stands at the edge of the terminal, on a line of its own if need be.
  void write_columns(const std::string& left, std::string_view text, const std::string& more,
                     const std::string& right, bool bad)
  {
    const std::size_t used = left.size() + more.size();
    const std::size_t room = terminal_.width() > used + 20 ? terminal_.width() - used : 20;
    const std::string middle = shown(text, std::max(room, std::size_t{40}) - 3) + more;
    out_ += left + middle;
    if (!right.empty()) {
      const std::size_t end = left.size() + middle.size();
      if (end + 2 + right.size() <= terminal_.width())
        out_ += std::string(terminal_.width() - right.size() - end, ' ');
      else
        out_ += '\n' + std::string(terminal_.width() > right.size() + left.size()
                                     ? terminal_.width() - right.size()
                                     : left.size(),
                                   ' ');
      out_ += terminal_.in(bad ? Ink::bad : Ink::faint, right);
    }
    out_ += '\n';
  }

  const SessionStory& story_;
  const Terminal& terminal_;
  JsonLine last_;
  std::string out_;
};

// --- Which ---

// The stories of the sessions that are open, and of those that are to be shown.
class Explainer
{
public:
  Explainer(const Options& options, Diagnostics& diagnostics)
    : options_(options)
    , wish_(options.reading.wish)
    , terminal_(options.reading)
    , diagnostics_(diagnostics)
    , last_(options.reading.last != 0 ? options.reading.last
            : wish_.any()             ? 0
                                      : 1)
  {}

  int run()
  {
    LogReader log(options_.inputs, diagnostics_);
    if (!wish_.session.empty())
      log.skip_lines_without(wish_.session);
    const bool good = log.read([this](const JsonLine& line) { take(line); });
    for (auto& [key, story] : open_)
      keep(std::move(story));
    show_kept();
    if (std::fflush(stdout) != 0 || !good)
      return cannot_read;
    return shown_ == 0 ? nothing_found : 0;
  }

private:
  static constexpr std::size_t most_bytes = std::size_t{32} * 1024 * 1024;

  void take(const JsonLine& line)
  {
    if (!line.is_event())
      return;
    std::string_view id = line.text("/event/id"); // session, start and sequence
    id = id.substr(0, id.rfind('.'));
    const std::string key = std::string(line.text("/opensmtpd/subsystem")).append(id);
    auto [at, is_new] = open_.try_emplace(key);
    SessionStory& story = at->second;
    bytes_ -= story.bytes();
    story.add(line, wish_);
    bytes_ += story.bytes();
    if (bytes_ > most_bytes)
      make_room();
    if (!story.final())
      return;
    bytes_ -= story.bytes();
    keep(std::move(story));
    open_.erase(at);
  }

  void make_room()
  {
    auto longest = std::max_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
      return a.second.bytes() < b.second.bytes();
    });
    bytes_ -= longest->second.bytes();
    longest->second.shorten();
    bytes_ += longest->second.bytes();
  }

  void keep(SessionStory story)
  {
    if (!story.meets(wish_))
      return;
    story.order();
    if (last_ == 0) {
      show(story);
      return;
    }
    kept_.push_back(std::move(story));
    if (kept_.size() > last_)
      kept_.pop_front();
  }

  void show_kept()
  {
    for (const SessionStory& story : kept_)
      show(story);
  }

  void show(const SessionStory& story)
  {
    std::string text = options_.json ? story_json(story) : StoryText(story, terminal_).write();
    if (!options_.json && shown_ != 0)
      text.insert(0, 1, '\n');
    ++shown_;
    std::fwrite(text.data(), 1, text.size(), stdout);
  }

  const Options& options_;
  const SessionWish& wish_;
  const Terminal terminal_;
  Diagnostics& diagnostics_;
  const std::size_t last_;
  std::map<std::string, SessionStory> open_;
  std::deque<SessionStory> kept_;
  std::size_t bytes_ = 0; // of open_
  std::uint64_t shown_ = 0;
};

} // namespace

int run_explain(const Options& options, Diagnostics& diagnostics)
{
  return options.reading.follow ? run_follow(options) : Explainer(options, diagnostics).run();
}

} // namespace jsonlog
