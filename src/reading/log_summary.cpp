// SPDX-License-Identifier: ISC
#include "reading/log_summary.hpp"

#include <algorithm>

namespace jsonlog {

namespace {

constexpr std::array<const char*, 7> responses = {"proceed",    "junk",   "rewrite", "reject",
                                                  "disconnect", "report", "other"};

std::uint64_t count_of(const JsonLine& line, std::string_view pointer)
{
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, line.number(pointer)));
}

std::uint64_t answers_of(const JsonLine& line, const char* response)
{
  return count_of(line, std::string("/opensmtpd/filter/count/") + response);
}

bool is_inbound(const JsonLine& line)
{
  return line.text("/opensmtpd/subsystem") == "smtp-in";
}

} // namespace

void Tally::add(std::string_view name, std::uint64_t count)
{
  if (count == 0 || name.empty())
    return;
  const auto at = counts_.find(name);
  if (at != counts_.end())
    at->second += count;
  else
    counts_[counts_.size() < most_names ? std::string(name) : std::string("other")] += count;
}

std::vector<std::pair<std::string, std::uint64_t>> Tally::top(std::size_t count) const
{
  std::vector<std::pair<std::string, std::uint64_t>> top(counts_.begin(), counts_.end());
  std::ranges::stable_sort(top, [](const auto& a, const auto& b) { return a.second > b.second; });
  if (count != 0 && top.size() > count)
    top.resize(count);
  return top;
}

void Latencies::add(std::int64_t us)
{
  max_ = std::max(max_, us);
  ++count_;
  if (counts_.size() >= most_values && !counts_.contains(us)) {
    std::int64_t unit = 1;
    while (us / unit >= 1000)
      unit *= 10;
    us = us / unit * unit;
  }
  ++counts_[us];
}

std::int64_t Latencies::percentile(unsigned percent) const
{
  std::vector<std::pair<std::int64_t, std::uint64_t>> in_order(counts_.begin(), counts_.end());
  std::ranges::sort(in_order);
  const std::uint64_t rank = (count_ * percent + 99) / 100;
  std::uint64_t below = 0;
  for (const auto& [us, count] : in_order) {
    below += count;
    if (below >= rank)
      return us;
  }
  return 0;
}

void LogSummary::add(const JsonLine& line)
{
  add_record(line);
  if (!line.is_event())
    return;
  const std::string_view time = line.text("/@timestamp");
  if (from.empty() || time < from)
    from = time;
  if (time > to)
    to = time;
  add_event(line, is_inbound(line));
}

// Losses show in the numbers of the records, per host and run.
void LogSummary::add_record(const JsonLine& line)
{
  const std::string_view record = line.record();
  const auto sequence = line.find_number("/opensmtpd/logger/sequence");
  if (!sequence)
    return;
  const bool counted = record == "event" || record == "anomaly";
  const auto number = static_cast<std::uint64_t>(*sequence);
  const std::uint64_t dropped =
    std::max(count_of(line, "/opensmtpd/logger/dropped"),
             record == "stats" ? count_of(line, "/opensmtpd/stats/lines/dropped") : 0);
  const auto [at, is_new] = runs_.try_emplace(
    {std::string(line.text("/host/name")), std::string(line.text("/opensmtpd/logger/run"))});
  Run& run = at->second;
  if (is_new) {
    run.first = counted ? number : number + 1;
    run.end = run.first;
    run.dropped_before = dropped;
  }
  run.first = counted ? std::min(run.first, number) : run.first;
  run.end = std::max(run.end, number + 1);
  run.records += counted ? 1U : 0U;
  run.dropped = std::max(run.dropped, dropped);
}

LogSummary::Lost LogSummary::lost() const
{
  Lost lost;
  for (const auto& [key, run] : runs_) {
    const std::uint64_t expected = run.end - run.first;
    const std::uint64_t gone = expected - std::min(expected, run.records);
    lost.dropped += run.dropped;
    lost.missing += gone - std::min(gone, run.dropped - run.dropped_before);
  }
  return lost;
}

void LogSummary::add_event(const JsonLine& line, bool inbound)
{
  Traffic& traffic = inbound ? in_ : out_;
  const std::string_view action = line.action();
  const std::string_view id = line.text("/event/id");
  key_ = inbound ? '<' : '>';
  key_ += id.substr(0, id.rfind('.'));
  const auto session = seen_.try_emplace(key_).first;
  Seen& seen = session->second;
  ++seen.lines;
  const auto odd = line.list("/opensmtpd/anomaly_new");
  for (const std::string_view anomaly : odd)
    anomalies.add(anomaly);
  if (action == "tx-rcpt") {
    const std::string_view status = line.text("/opensmtpd/rcpt/status");
    const bool bogus = std::ranges::find(odd, "bogus-result") != odd.end();
    traffic.ok += !bogus && status == "ok" ? 1U : 0U;
    traffic.tempfail += !bogus && status == "tempfail" ? 1U : 0U;
    traffic.permfail += !bogus && status == "permfail" ? 1U : 0U;
    if (status == "ok" && inbound)
      recipient_domains.add(line.text("/opensmtpd/rcpt/domain"));
  } else if (action == "tx-commit") {
    ++traffic.messages;
    traffic.bytes += count_of(line, "/opensmtpd/tx/size");
    bars.add(line.text("/@timestamp").substr(0, span_));
    if (inbound)
      sender_domains.add(line.text("/opensmtpd/tx/from/domain"));
  } else if (action == "link-auth") {
    const std::string_view result = line.text("/opensmtpd/auth/result");
    pass += result == "pass" ? 1U : 0U;
    fail += result == "fail" ? 1U : 0U;
    error += result == "error" ? 1U : 0U;
    if (result != "pass" && inbound)
      ++client(line).failed_logins;
  } else if (action == "protocol-server") {
    add_refusal(line, traffic);
  } else if (action == "filter-response") {
    add_answer(line, seen);
  }
  if (!line.truth("/opensmtpd/session/final"))
    return;
  add_end(line, traffic, seen);
  seen_.erase(session);
}

void LogSummary::add_refusal(const JsonLine& line, Traffic& traffic)
{
  const std::int64_t reply_class = line.number("/opensmtpd/last/reply/class");
  if (!line.truth("/opensmtpd/last/reply/complete") || (reply_class != 4 && reply_class != 5))
    return;
  ++(reply_class == 4 ? traffic.refusals_4xx : traffic.refusals_5xx);
  refused.add(std::to_string(line.number("/opensmtpd/last/reply/code")) + " " +
              std::string(line.text("/opensmtpd/last/reply/text")));
  if (is_inbound(line))
    ++client(line).refusals;
}

void LogSummary::add_answer(const JsonLine& line, Seen& seen)
{
  const std::string_view response = line.text("/opensmtpd/filter/last/response");
  const bool known = std::ranges::find(responses, response) != responses.end();
  answers.add(response.empty() ? response : known ? response : std::string_view("other"));
  seen.proceeds += response == "proceed" ? 1U : 0U;
  if (const auto us = line.find_number("/opensmtpd/filter/last/latency_us"))
    phases[std::string(line.text("/opensmtpd/filter/last/phase"))].add(*us);
}

void LogSummary::add_end(const JsonLine& line, Traffic& traffic, const Seen& seen)
{
  ++traffic.sessions;
  traffic.tls += line.truth("/tls/established") ? 1U : 0U;
  traffic.close.add(line.text("/opensmtpd/session/close"));
  if (is_inbound(line))
    ++client(line).sessions;
  // Where not every event has a line, the end tells what the others would have.
  if (!line.find_number("/opensmtpd/session/line"))
    return;
  const std::uint64_t events = count_of(line, "/event/sequence") + 1;
  if (seen.lines == 1 && events > 1) {
    add_totals(line, traffic);
  } else {
    const std::uint64_t proceeds = answers_of(line, "proceed");
    answers.add("proceed", proceeds - std::min(proceeds, seen.proceeds));
  }
}

void LogSummary::add_totals(const JsonLine& line, Traffic& traffic)
{
  const std::uint64_t messages = count_of(line, "/opensmtpd/session/tx/committed");
  traffic.messages += messages;
  traffic.bytes += count_of(line, "/opensmtpd/session/tx/bytes");
  bars.add(line.text("/@timestamp").substr(0, span_), messages);
  traffic.ok += count_of(line, "/opensmtpd/count/rcpt_ok");
  traffic.tempfail += count_of(line, "/opensmtpd/count/rcpt_tempfail");
  traffic.permfail += count_of(line, "/opensmtpd/count/rcpt_permfail");
  traffic.refusals_4xx += count_of(line, "/opensmtpd/count/reply/4xx");
  traffic.refusals_5xx += count_of(line, "/opensmtpd/count/reply/5xx");
  const std::uint64_t failures = count_of(line, "/opensmtpd/auth/failures");
  pass += count_of(line, "/opensmtpd/auth/attempts") - failures;
  fail += failures;
  if (is_inbound(line)) {
    client(line).failed_logins += failures;
    client(line).refusals +=
      count_of(line, "/opensmtpd/count/reply/4xx") + count_of(line, "/opensmtpd/count/reply/5xx");
  }
  for (const char* const response : responses)
    answers.add(response, answers_of(line, response));
}

Client& LogSummary::client(const JsonLine& line)
{
  const std::string_view address = line.text("/source/address");
  const auto at = clients.find(address);
  if (at != clients.end())
    return at->second;
  return clients[clients.size() < Tally::most_names ? std::string(address) : std::string("other")];
}

} // namespace jsonlog
