// SPDX-License-Identifier: ISC
//
// Network endpoints as smtpd writes them, and the parts of a mail address.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jsonlog {

// One end of a connection: `192.0.2.9:33174`, `[2001:db8::1]:25`, `[fe80::1%eth0]:25`,
// `[(unknown)]:25`, `unix:/run/smtpd.sock`, `local:0` (2019), `:0` (unknown).
struct Endpoint
{
  std::string address; // without brackets and port; a local socket as it stands
  std::string ip;      // RFC 5952, without scope; empty if the address is none
  std::uint16_t port = 0;
  bool local = false;
  bool ipv6 = false;
};

Endpoint parse_endpoint(std::string_view text);

// True for an IPv4 or IPv6 address, in brackets or not: smtpd gives one for a host name when a
// remote server has no PTR record.
bool is_ip_address(std::string_view text);

// The local part and the domain, in lower case, of an address. A source route (RFC 5321,
// appendix C: `@relay.example:user@example.org`) belongs to neither. The views die with the
// address.
std::string_view local_part(std::string_view address) noexcept;
std::string domain_part(std::string_view address);

// An address and its parts, each taken from the whole address and then cut at limits::kept_text:
// a local part of any length does not hide the domain. All are empty for the bounce sender.
struct MailAddress
{
  std::string address, local, domain;
};

MailAddress parse_mail_address(std::string_view address);

} // namespace jsonlog
