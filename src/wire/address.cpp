// SPDX-License-Identifier: ISC
#include "jsonlog/address.hpp"

#include "jsonlog/limits.hpp"
#include "jsonlog/text.hpp"

#include <array>
#include <charconv>

#include <arpa/inet.h>

namespace jsonlog {

namespace {

// The address in its canonical text (inet_ntop writes RFC 5952), or an empty string.
std::string canonical_ip(std::string_view text, int family)
{
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (text.size() >= buffer.size() || text.find('\0') != std::string_view::npos)
    return {};
  text.copy(buffer.data(), text.size());
  std::array<unsigned char, sizeof(in6_addr)> binary{};
  if (inet_pton(family, buffer.data(), binary.data()) != 1)
    return {};
  if (family == AF_INET) // inet_pton takes the canonical form only
    return std::string(text);
  if (inet_ntop(family, binary.data(), buffer.data(), buffer.size()) == nullptr)
    return {};
  return buffer.data();
}

std::string_view without_brackets(std::string_view text) noexcept
{
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
    return text.substr(1, text.size() - 2);
  return text;
}

std::uint16_t parse_port(std::string_view text) noexcept
{
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() ? port : std::uint16_t{0};
}

// Where the local part begins: behind a source route, if there is one.
std::size_t route_length(std::string_view address) noexcept
{
  if (!address.starts_with('@'))
    return 0;
  const std::size_t colon = address.find(':');
  return colon == std::string_view::npos ? 0 : colon + 1;
}

} // namespace

Endpoint parse_endpoint(std::string_view text)
{
  Endpoint endpoint;
  if (text.starts_with("unix:") || text == "local:0" || text == "local") {
    endpoint.address = limits::kept(text);
    endpoint.local = true;
    return endpoint;
  }
  std::string_view host = text;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    host = text.substr(0, colon);
    endpoint.port = parse_port(text.substr(colon + 1));
  }
  host = without_brackets(host);
  endpoint.address = limits::kept(host);
  endpoint.ip = canonical_ip(host, AF_INET);
  if (endpoint.ip.empty()) {
    endpoint.ip = canonical_ip(host.substr(0, host.find('%')), AF_INET6);
    endpoint.ipv6 = !endpoint.ip.empty();
  }
  return endpoint;
}

bool is_ip_address(std::string_view text)
{
  text = without_brackets(text);
  return !canonical_ip(text, AF_INET).empty() ||
         !canonical_ip(text.substr(0, text.find('%')), AF_INET6).empty();
}

std::string_view local_part(std::string_view address) noexcept
{
  address.remove_prefix(route_length(address));
  return address.substr(0, address.rfind('@'));
}

std::string domain_part(std::string_view address)
{
  address.remove_prefix(route_length(address));
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos)
    return {};
  std::string domain(address.substr(at + 1));
  to_lower(domain);
  return domain;
}

MailAddress parse_mail_address(std::string_view address)
{
  return {std::string(limits::kept(address)), std::string(limits::kept(local_part(address))),
          std::string(limits::kept(domain_part(address)))};
}

} // namespace jsonlog
