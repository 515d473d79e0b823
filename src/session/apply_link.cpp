// SPDX-License-Identifier: ISC
#include "session/apply.hpp"

#include "jsonlog/text.hpp"

namespace jsonlog {

namespace {

// The piece of `version=TLSv1.2, cipher=..., bits=256` that follows the key.
std::string_view value_of(std::string_view text, std::string_view key) noexcept
{
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos)
    return {};
  text.remove_prefix(at + key.size());
  return text.substr(0, text.find(','));
}

// The address of a socket that is bound to none: it says nothing of who is there.
bool is_unspecified(std::string_view ip) noexcept
{
  return ip == "0.0.0.0" || ip == "::";
}

} // namespace

void Apply::operator()(const LinkConnect& event)
{
  if (s_.connected)
    raise(Anomaly::reconnect);
  if (s_.connected || s_.partial) // there was a connection, which we need not have seen
    forget_connection();
  s_.connected = true;
  s_.source = parse_endpoint(event.source);
  s_.destination = parse_endpoint(event.destination);
  s_.rdns.clear();
  if (event.rdns != "<unknown>" && !is_ip_address(event.rdns))
    s_.rdns = kept(event.rdns);
  s_.fcrdns.clear();
  if (s_.subsystem == Subsystem::smtp_in)
    s_.fcrdns = kept(event.fcrdns);
  expect_token(event.fcrdns, {"pass", "fail", "error"});
  for (const Endpoint* const end : {&s_.source, &s_.destination})
    if (!is_unspecified(end->ip))
      relate(s_.related_ip, end->ip);
  relate(s_.related_hosts, s_.rdns);
  s_.progress.command_us = time_us_;
  s_.progress.command_timed = true;
  s_.progress.banner_expected = true;
  note('C');
  move(Step::link_connect);
  mark(Section::link);
}

void Apply::operator()(const LinkGreeting& event)
{
  s_.progress.greeted = true;
  s_.banner = kept(event.hostname);
  relate(s_.related_hosts, s_.banner);
  note('G');
  move(Step::link_greeting);
  mark(Section::banner);
}

void Apply::operator()(const LinkIdentify& event)
{
  expect_token(event.method, {"HELO", "EHLO", "LHLO"});
  s_.helo_method = kept(event.method);
  s_.helo_name = kept(event.identity);
  ++s_.helo_count;
  relate(s_.related_hosts, s_.helo_name);
  const std::string_view method = event.method.empty() ? s_.command.verb : event.method;
  note(method == "EHLO" ? 'E' : method == "LHLO" ? 'L' : 'H');
  move(Step::link_identify);
  mark(Section::helo);
  mark(Section::session);
}

void Apply::operator()(const LinkTls& event)
{
  s_.tls_established = true;
  s_.progress.tls_expected = false;
  parse_tls(event.text);
  if (!s_.to_tls_us)
    s_.to_tls_us = elapsed(s_.start_us, time_us_);
  note('T');
  if (s_.subsystem == Subsystem::smtp_in)
    move(Step::starttls);
  mark(Section::tls);
  mark(Section::session);
}

void Apply::operator()(const LinkAuth& event)
{
  expect_token(event.result, {"pass", "fail", "error"});
  const bool passed = event.result == "pass";
  ++s_.auth_attempts;
  s_.auth_failures += passed ? 0U : 1U;
  s_.authenticated = s_.authenticated || passed;
  s_.auth_result = kept(event.result);
  s_.user = kept(event.username);
  relate(s_.related_user, s_.user);
  if (passed)
    s_.now.outcome = Outcome::success;
  else
    fail();
  if (passed)
    note('A');
  else
    note_refusal('a');
  mark(Section::auth);
  mark(Section::session);
}

void Apply::operator()(const LinkDisconnect&)
{
  close(inferred_close());
}

void Apply::operator()(const Timeout&)
{
  ++s_.count.timeout;
  s_.progress.timed_out = true;
  mark(Section::count);
  note('O');
}

void Apply::close(Close close, std::string_view reason)
{
  const bool reported = report_ != nullptr;
  if (s_.tx && reported)
    end_transaction();
  s_.close = close;
  move(Step::link_disconnect);
  s_.now.outcome = close == Close::quit ? Outcome::success : Outcome::failure;
  s_.now.reason = reason;
  if (close == Close::filter_disconnect)
    s_.now.reason = s_.filter.param;
  else if (close == Close::rejected)
    s_.now.reason = s_.rejection;
  else if (close == Close::server_421 || close == Close::server_5xx)
    s_.now.reason = s_.reply.whole();
  mark(Section::session);
}

void Apply::forget_connection()
{
  s_.progress.greeted = s_.progress.replied = s_.progress.connect_passed = false;
  s_.progress.tls_expected = s_.progress.in_auth_exchange = s_.tls_established = false;
  s_.progress.unanswered = s_.authenticated = false;
  s_.reply.broken_off = true;
  s_.banner.clear();
  s_.rejection.clear();
  s_.helo_method.clear();
  s_.helo_name.clear();
  s_.tls_version.clear();
  s_.tls_protocol.clear();
  s_.tls_cipher.clear();
  s_.tls_bits.reset();
  changed_ |= section_bit(Section::banner) | section_bit(Section::helo) |
              section_bit(Section::tls) | section_bit(Section::session);
}

void Apply::parse_tls(std::string_view text)
{
  std::string_view version = text.substr(0, text.find(':'));
  std::string_view cipher;
  std::string_view bits;
  if (text.starts_with("version=")) {
    version = value_of(text, "version=");
    cipher = value_of(text, "cipher=");
    bits = value_of(text, "bits=");
  } else if (version.size() < text.size()) {
    cipher = text.substr(version.size() + 1);
    const std::size_t colon = cipher.rfind(':');
    if (colon != std::string_view::npos) {
      bits = cipher.substr(colon + 1);
      cipher = cipher.substr(0, colon);
    }
  }
  const std::size_t v = version.find('v');
  s_.tls_protocol = kept(version.substr(0, v));
  to_lower(s_.tls_protocol);
  s_.tls_version = v == std::string_view::npos ? std::string_view{} : kept(version.substr(v + 1));
  s_.tls_cipher = kept(cipher);
  s_.tls_bits = parse_number<int>(bits);
  if (s_.tls_version.empty() || s_.tls_cipher.empty() || !s_.tls_bits)
    raise(Anomaly::unknown_token);
}

Close Apply::inferred_close() const
{
  const bool out = s_.subsystem == Subsystem::smtp_out;
  if (s_.progress.timed_out)
    return Close::timeout;
  if (s_.filter.response == "disconnect")
    return Close::filter_disconnect;
  if (out && !s_.connected && !s_.partial)
    return Close::connect_failed;
  if (s_.progress.tls_expected || handshake_failed_at_once())
    return Close::tls_failed;
  if (!s_.progress.greeted && !s_.rejection.empty())
    return Close::rejected;
  if (s_.progress.quit_said)
    return Close::quit;
  if (s_.reply.complete && s_.reply.code == 421)
    return Close::server_421;
  if (s_.reply.complete && s_.reply.code_class() == 5 && !s_.progress.unanswered)
    return Close::server_5xx;
  return out ? Close::server_lost : Close::client_lost;
}

// SMTPS: the server says nothing before TLS is there. A plain listener greets in the same
// breath in which the filters let the connection in; for a relay only the port tells.
bool Apply::handshake_failed_at_once() const
{
  constexpr std::uint16_t smtps = 465; // RFC 8314
  if (s_.partial || !s_.connected || s_.progress.greeted || s_.progress.replied ||
      s_.tls_established)
    return false;
  return s_.subsystem == Subsystem::smtp_in ? s_.progress.connect_passed
                                            : s_.destination.port == smtps;
}

} // namespace jsonlog
