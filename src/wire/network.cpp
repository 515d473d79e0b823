// SPDX-License-Identifier: ISC
#include "jsonlog/network.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace jsonlog {

namespace {

using Binary = std::array<std::uint8_t, 16>;

constexpr unsigned bits_of(bool ipv6) noexcept
{
  return ipv6 ? 128 : 32;
}

// The bytes of an address, and whether it is one of IPv6.
std::optional<std::pair<Binary, bool>> parse_ip(std::string_view text)
{
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (text.size() >= buffer.size() || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  text.copy(buffer.data(), text.size());
  Binary binary{};
  for (const bool ipv6 : {false, true})
    if (inet_pton(ipv6 ? AF_INET6 : AF_INET, buffer.data(), binary.data()) == 1)
      return std::pair(binary, ipv6);
  return std::nullopt;
}

} // namespace

std::optional<Network> Network::parse(std::string_view text)
{
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto address = parse_ip(text.substr(0, slash));
  if (!address)
    return std::nullopt;
  Network network;
  network.address_ = address->first;
  network.ipv6_ = address->second;
  network.bits_ = bits_of(network.ipv6_);
  if (slash == text.size())
    return network;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), network.bits_);
  if (error != std::errc{} || end != bits.data() + bits.size() ||
      network.bits_ > bits_of(network.ipv6_))
    return std::nullopt;
  return network;
}

bool Network::contains(std::string_view ip) const
{
  const auto address = parse_ip(ip);
  if (!address || address->second != ipv6_)
    return false;
  const auto& [binary, ipv6] = *address;
  for (unsigned bit = 0; bit < bits_; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if (((binary[bit / 8] ^ address_[bit / 8]) & mask) != 0)
      return false;
  }
  return true;
}

} // namespace jsonlog
