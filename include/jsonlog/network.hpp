// SPDX-License-Identifier: ISC
//
// A block of IP addresses, RFC 4632: `192.0.2.0/24`, `2001:db8::/32`; without bits one address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace jsonlog {

class Network
{
public:
  // Nothing if the text is none. Bits behind the prefix are ignored.
  static std::optional<Network> parse(std::string_view text);

  // False for a text that is no address, and for one of the other family.
  bool contains(std::string_view ip) const;

private:
  std::array<std::uint8_t, 16> address_{};
  bool ipv6_ = false;
  unsigned bits_ = 0;
};

} // namespace jsonlog
