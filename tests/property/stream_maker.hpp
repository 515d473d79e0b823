// SPDX-License-Identifier: ISC
//
// Random report streams. The same seed gives the same stream, with every compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

class StreamMaker
{
public:
  using Lines = std::vector<std::string>;

  explicit StreamMaker(std::uint64_t seed)
    : state_(seed * 2 + 1)
  {}

  // A session of its own id, from its connect to its end: smtp-in, a relay, or a relay over LMTP.
  Lines well_formed_session();
  // As above, then beaten: reports doubled, lost, swapped, cut, with odd tokens and odd bytes.
  Lines odd_session();
  // The lines of all sessions in random order, each session's own order kept.
  Lines interleave(const std::vector<Lines>& sessions);

private:
  std::size_t below(std::size_t limit);
  bool chance(std::size_t percent) { return below(100) < percent; }
  std::string_view one_of(std::initializer_list<std::string_view> texts);
  std::string hex(std::size_t digits);
  std::string address();

  void tell(std::string_view name, const std::string& params = {});
  void command(const std::string& line) { tell("protocol-client", line); }
  void reply(const std::string& line) { tell("protocol-server", line); }
  void greet();
  void log_in();
  void message();
  void recipient();
  void verdict();

  std::uint64_t state_;
  Lines lines_;
  std::string prefix_, subsystem_, session_, message_id_;
  std::int64_t time_us_ = 1795219878'000000;
  bool out_ = false;
  bool lmtp_ = false;
  bool old_order_ = false; // 0.6: link-auth has the user first
};
