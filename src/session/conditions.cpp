// SPDX-License-Identifier: ISC
#include "jsonlog/conditions.hpp"

#include "jsonlog/text.hpp"

#include <algorithm>

namespace jsonlog {

namespace {

// Ids need not be random: the finalizer of SplitMix64 makes every bit depend on all of them.
std::uint64_t mix(std::uint64_t number) noexcept
{
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

struct MeetsByEvent
{
  const Conditions& conditions;
  const Session& session;

  bool operator()(const LinkConnect&) const
  {
    return std::ranges::any_of(conditions.clients, [this](const Network& network) {
      return network.contains(session.source.ip);
    });
  }
  bool operator()(const LinkAuth& event) const noexcept
  {
    return conditions.login_failed && event.result != "pass";
  }
  bool operator()(const ProtocolClient&) const noexcept
  {
    return names(session.command.address.address);
  }
  bool operator()(const ProtocolServer&) const noexcept
  {
    return conditions.refused && session.reply.refuses();
  }
  bool operator()(const TxMail&) const noexcept
  {
    if (!session.tx || !session.tx->from)
      return false;
    return names(session.tx->from->address.address) || names(session.tx->from->original);
  }
  bool operator()(const TxRcpt&) const noexcept
  {
    const auto& recipient = session.now.recipient;
    return recipient && (names(recipient->address.address) || names(recipient->original));
  }
  bool operator()(const FilterResponse& event) const noexcept
  {
    const std::string_view response = event.response;
    const auto& latency_us = session.filter.latency_us;
    return (conditions.refused && (response == "reject" || response == "disconnect")) ||
           (conditions.junk && response == "junk") ||
           (conditions.rewritten && response == "rewrite") ||
           (conditions.slow_us && latency_us && *latency_us >= *conditions.slow_us);
  }
  bool operator()(const Timeout&) const noexcept { return conditions.timeout; }
  // No condition is about the others.
  bool operator()(const auto&) const noexcept { return false; }

private:
  bool names(std::string_view address) const noexcept
  {
    return !address.empty() &&
           std::ranges::any_of(conditions.addresses, [address](const std::string& pattern) {
             return matches(address, pattern);
           });
  }
};

} // namespace

bool Conditions::any() const noexcept
{
  return refused || login_failed || anomaly || junk || rewritten || timeout || lost || slow_us ||
         !addresses.empty() || !clients.empty() || sampled != 0;
}

bool meets(const Conditions& conditions, const Session& session, const Report* report)
{
  const Moment& now = session.now;
  if (conditions.anomaly && !now.anomalies.empty())
    return true;
  if (conditions.lost && session.final() && session.close != Close::quit)
    return true;
  if (conditions.slow_us && now.gap_us && *now.gap_us >= *conditions.slow_us)
    return true;
  if (conditions.sampled != 0 && mix(session.id) <= conditions.sampled - 1)
    return true;
  return report != nullptr && std::visit(MeetsByEvent{conditions, session}, report->event);
}

// Where the text behind a `*` does not match, the `*` takes one character more.
bool matches(std::string_view text, std::string_view pattern) noexcept
{
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::size_t star = std::string_view::npos; // the last one met
  std::size_t star_end = 0;                  // of what it takes of the text
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      star_end = at;
    } else if (in_pattern < pattern.size() &&
               equals_ignoring_case(text.substr(at, 1), pattern.substr(in_pattern, 1))) {
      ++at;
      ++in_pattern;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      at = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

} // namespace jsonlog
