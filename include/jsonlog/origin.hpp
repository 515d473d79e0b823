// SPDX-License-Identifier: ISC
//
// Where an outbound message came from: the inbound session that brought it.
#pragma once

#include <cstdint>
#include <string>

namespace jsonlog {

// An unknown text is empty.
struct Origin
{
  std::uint64_t session = 0;
  std::string address, ip, domain; // of the client, as in Session::source
  std::string user;                // it had logged in with this name
  std::string with;                // as with_protocol()
  std::string from;                // the effective reverse-path; empty for the bounce sender too
  std::int64_t accepted_us = 0;    // time of the tx-commit
};

} // namespace jsonlog
