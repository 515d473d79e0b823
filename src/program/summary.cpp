// SPDX-License-Identifier: ISC
#include "program/summary.hpp"

#include "program/json_text.hpp"
#include "program/log_reader.hpp"
#include "reading/log_summary.hpp"
#include "reading/logged_time.hpp"
#include "text/number_text.hpp"
#include "text/shown_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace jsonlog {

namespace {

constexpr int nothing_found = 1;
constexpr int cannot_read = 2;

constexpr std::array<const char*, 12> closes = {
  "shutdown", "evicted", "timeout",    "filter-disconnect", "connect-failed", "tls-failed",
  "rejected", "quit",    "server-421", "server-5xx",        "server-lost",    "client-lost"};
constexpr std::array<const char*, 7> responses = {"proceed",    "junk",   "rewrite", "reject",
                                                  "disconnect", "report", "other"};

using Number = std::pair<std::string, std::uint64_t>;

std::uint64_t count_in(const Tally& tally, const char* name)
{
  const auto at = tally.all().find(std::string_view(name));
  return at == tally.all().end() ? 0 : at->second;
}

// --- As JSON ---

std::string object(const std::vector<std::pair<std::string, std::string>>& members)
{
  std::string json = "{";
  for (const auto& [name, value] : members)
    json += (json.size() > 1 ? "," : "") + json_string(name) + ':' + value;
  return json + '}';
}

std::string numbers(const std::vector<Number>& members)
{
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& [name, number] : members)
    texts.emplace_back(name, std::to_string(number));
  return object(texts);
}

template <std::size_t Count>
std::string counts_of(const Tally& tally, const std::array<const char*, Count>& names)
{
  std::vector<Number> members;
  for (const char* const name : names)
    members.emplace_back(name, count_in(tally, name));
  return numbers(members);
}

std::string list(const Tally& tally, const char* name, std::size_t most)
{
  std::string json = "[";
  for (const auto& [text, count] : tally.top(most))
    json += (json.size() > 1 ? "," : "") +
            object({{name, json_string(text)}, {"count", std::to_string(count)}});
  return json + ']';
}

// Those with the most sessions first.
std::vector<std::pair<std::string, Client>> top_clients(const LogSummary& summary, std::size_t most)
{
  std::vector<std::pair<std::string, Client>> top(summary.clients.begin(), summary.clients.end());
  std::ranges::stable_sort(
    top, [](const auto& a, const auto& b) { return a.second.sessions > b.second.sessions; });
  if (top.size() > most)
    top.resize(most);
  return top;
}

std::string clients_json(const LogSummary& summary, std::size_t most)
{
  std::string json = "[";
  for (const auto& [address, client] : top_clients(summary, most))
    json += (json.size() > 1 ? "," : "") +
            object({{"address", json_string(address)},
                    {"sessions", std::to_string(client.sessions)},
                    {"refusals", std::to_string(client.refusals)},
                    {"failed_logins", std::to_string(client.failed_logins)}});
  return json + ']';
}

std::string phases_json(const LogSummary& summary)
{
  std::vector<std::pair<std::string, std::string>> phases;
  for (const auto& [phase, latencies] : summary.phases)
    phases.emplace_back(
      phase, numbers({{"count", latencies.count()},
                      {"median_us", static_cast<std::uint64_t>(latencies.percentile(50))},
                      {"p99_us", static_cast<std::uint64_t>(latencies.percentile(99))},
                      {"max_us", static_cast<std::uint64_t>(latencies.max())}}));
  return object(phases);
}

std::string recipients_json(const Traffic& traffic)
{
  return numbers(
    {{"ok", traffic.ok}, {"tempfail", traffic.tempfail}, {"permfail", traffic.permfail}});
}

std::string summary_json(const LogSummary& summary, const LogReader& log, std::size_t top)
{
  const Traffic& in = summary.in();
  const Traffic& out = summary.out();
  const auto messages = [](const Traffic& traffic) {
    return numbers({{"count", traffic.messages}, {"bytes", traffic.bytes}});
  };
  const auto refusals = [](const Traffic& traffic) {
    return numbers({{"4xx", traffic.refusals_4xx}, {"5xx", traffic.refusals_5xx}});
  };
  const auto both = [&](const auto& part) {
    return object({{"in", part(in)}, {"out", part(out)}});
  };
  std::vector<Number> anomalies;
  for (const auto& [name, count] : summary.anomalies.all())
    anomalies.emplace_back(name, count);
  const LogSummary::Lost lost = summary.lost();
  std::vector<std::pair<std::string, std::string>> members;
  if (!summary.from.empty()) {
    members.emplace_back("from", json_string(summary.from));
    members.emplace_back("to", json_string(summary.to));
  }
  members.emplace_back("lines", std::to_string(log.lines()));
  members.emplace_back("sessions", object({{"in", std::to_string(in.sessions)},
                                           {"out", std::to_string(out.sessions)},
                                           {"tls", numbers({{"in", in.tls}, {"out", out.tls}})},
                                           {"close", both([](const Traffic& traffic) {
                                              return counts_of(traffic.close, closes);
                                            })}}));
  members.emplace_back("messages", both(messages));
  members.emplace_back("recipients", both(recipients_json));
  members.emplace_back("refusals", both(refusals));
  members.emplace_back(
    "logins", numbers({{"pass", summary.pass}, {"fail", summary.fail}, {"error", summary.error}}));
  members.emplace_back("filters", object({{"answers", counts_of(summary.answers, responses)},
                                          {"phase", phases_json(summary)}}));
  members.emplace_back("anomalies", numbers(anomalies));
  members.emplace_back(
    "top", object({{"refused", list(summary.refused, "reason", top)},
                   {"clients", clients_json(summary, top)},
                   {"sender_domains", list(summary.sender_domains, "domain", top)},
                   {"recipient_domains", list(summary.recipient_domains, "domain", top)}}));
  members.emplace_back(
    "lost",
    numbers({{"dropped", lost.dropped}, {"missing", lost.missing}, {"invalid", log.foreign()}}));
  return object(members) + '\n';
}

// --- For people ---

std::string percent(std::uint64_t part, std::uint64_t all)
{
  if (all == 0)
    return {};
  char text[32];
  std::snprintf(text, sizeof text, " (%.0f %%)",
                100.0 * static_cast<double>(part) / static_cast<double>(all));
  return text;
}

// At the right of a column as wide as `999,999`.
std::string in_column(std::uint64_t number)
{
  constexpr std::size_t columns = 7;
  const std::string text = grouped(number);
  return std::string(text.size() < columns ? columns - text.size() : 0, ' ') + text;
}

class Screen
{
public:
  Screen(const LogSummary& summary, const LogReader& log, const Options& options,
         const Terminal& terminal)
    : summary_(summary)
    , log_(log)
    , options_(options)
    , terminal_(terminal)
  {}

  std::string write()
  {
    const auto from = parse_logged_time(summary_.from);
    const auto to = parse_logged_time(summary_.to);
    if (from && to)
      line("log", terminal_.date_time(*from) + " to " + terminal_.date_time(*to) + ", " +
                    grouped(log_.lines()) + " lines");
    write_losses();
    write_traffic("in", summary_.in());
    write_logins();
    write_traffic("out", summary_.out());
    write_filters();
    write_top("refused", summary_.refused);
    write_clients();
    write_top("senders", summary_.sender_domains);
    write_top("recipients", summary_.recipient_domains);
    write_top("odd", summary_.anomalies);
    write_bars();
    return std::move(out_);
  }

private:
  using Ink = Terminal::Ink;

  void line(std::string name, const std::string& text)
  {
    name.resize(12, ' ');
    out_ += terminal_.in(Ink::faint, name) + terminal_.folded(text, name.size()) + '\n';
  }

  void write_losses()
  {
    const LogSummary::Lost lost = summary_.lost();
    const bool whole = lost.dropped + lost.missing + log_.foreign() == 0;
    line("lost", whole ? std::string("nothing")
                       : terminal_.in(Ink::bad, grouped(lost.dropped) + " dropped, " +
                                                  grouped(lost.missing) + " missing, " +
                                                  grouped(log_.foreign()) + " not readable"));
  }

  void write_traffic(const char* name, const Traffic& traffic)
  {
    const std::uint64_t recipients = traffic.ok + traffic.tempfail + traffic.permfail;
    line(name, counted(traffic.messages, "message") + " of " + counted(traffic.bytes, "byte") +
                 ", in " + counted(traffic.sessions, "session") + ", " + grouped(traffic.tls) +
                 " of them with TLS" + percent(traffic.tls, traffic.sessions));
    line("", counted(recipients, "recipient") + ": " + grouped(traffic.ok) + " accepted, " +
               grouped(traffic.tempfail) + " refused for now, " + grouped(traffic.permfail) +
               " for good" + percent(traffic.tempfail + traffic.permfail, recipients));
    line("", counted(traffic.refusals_4xx + traffic.refusals_5xx, "refusal") + ": " +
               grouped(traffic.refusals_4xx) + " of 4xx, " + grouped(traffic.refusals_5xx) +
               " of 5xx");
    std::string ends;
    for (const auto& [close, count] : traffic.close.top(0))
      ends += (ends.empty() ? "" : ", ") + grouped(count) + " " + shown(close, 40);
    if (!ends.empty())
      line("", "ended by " + ends);
  }

  void write_logins()
  {
    const std::uint64_t all = summary_.pass + summary_.fail + summary_.error;
    line("logins", grouped(all) + ": " + grouped(summary_.pass) + " passed, " +
                     grouped(summary_.fail + summary_.error) + " failed" +
                     percent(summary_.fail + summary_.error, all));
  }

  void write_filters()
  {
    std::string answers;
    for (const auto& [response, count] : summary_.answers.top(0))
      answers += (answers.empty() ? "" : ", ") + grouped(count) + " " + shown(response, 40);
    line("filters", answers.empty() ? "no answers" : answers);
    for (const auto& [phase, latencies] : summary_.phases) {
      std::string text = shown(phase, 40);
      text.resize(std::max<std::size_t>(text.size(), 10), ' ');
      text += in_column(latencies.count()) + "  half in " + span_text(latencies.percentile(50)) +
              ", 99 % in " + span_text(latencies.percentile(99)) + ", all in " +
              span_text(latencies.max());
      line("", text);
    }
  }

  void write_top(const char* name, const Tally& tally)
  {
    std::string title = name;
    for (const auto& [text, count] : tally.top(options_.reading.top)) {
      const std::string number = in_column(count);
      line(std::exchange(title, ""), number + "  " + shown(text, terminal_.width() - 24));
    }
  }

  void write_clients()
  {
    std::string title = "clients";
    for (const auto& [address, client] : top_clients(summary_, options_.reading.top)) {
      const std::string number = in_column(client.sessions);
      std::string text = number + "  " + shown(address, 60);
      if (client.refusals != 0)
        text += ", " + counted(client.refusals, "refusal");
      if (client.failed_logins != 0)
        text += ", " + counted(client.failed_logins, "failed login");
      line(std::exchange(title, ""), text);
    }
  }

  void write_bars()
  {
    std::uint64_t most = 1;
    for (const auto& [time, count] : summary_.bars.all())
      most = std::max(most, count);
    const std::size_t room = terminal_.width() > 42 ? terminal_.width() - 42 : 10;
    std::string title = "messages";
    for (const auto& [time, count] : summary_.bars.all()) {
      const std::string number = in_column(count);
      const std::size_t bar = (count * room + most - 1) / most;
      line(std::exchange(title, ""), shown(time, 20) + (options_.reading.by_day ? "" : "h UTC") +
                                       number + "  " + std::string(bar, '#'));
    }
  }

  const LogSummary& summary_;
  const LogReader& log_;
  const Options& options_;
  const Terminal& terminal_;
  std::string out_;
};

bool is_wanted(const JsonLine& line, const SessionWish& wish)
{
  if (!wish.since_us && !wish.until_us)
    return true;
  const auto time = parse_logged_time(line.text("/@timestamp"));
  return time && (!wish.since_us || *time >= *wish.since_us) &&
         (!wish.until_us || *time <= *wish.until_us);
}

} // namespace

int run_summary(const Options& options, Diagnostics& diagnostics)
{
  constexpr std::size_t hours = std::string_view("2026-11-26T14").size();
  constexpr std::size_t days = std::string_view("2026-11-26").size();
  LogReader log(options.inputs, diagnostics);
  LogSummary summary(options.reading.by_day ? days : hours);
  const bool good = log.read([&](const JsonLine& line) {
    if (is_wanted(line, options.reading.wish))
      summary.add(line);
  });
  if (!good && log.lines() == 0)
    return cannot_read;
  const Terminal terminal(options.reading);
  const std::string text = options.json ? summary_json(summary, log, options.reading.top)
                                        : Screen(summary, log, options, terminal).write();
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0 || !good)
    return cannot_read;
  return summary.from.empty() ? nothing_found : 0;
}

} // namespace jsonlog
