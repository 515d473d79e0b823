// SPDX-License-Identifier: ISC
//
// Who brought the messages that were accepted: smtpd gives a message the same id on its way in and
// on its way out, so that an outbound session can say where its message came from.
//
// Bounded in number and in bytes; what was accepted first is forgotten first. Every operation
// takes constant time on average.
#pragma once

#include "jsonlog/origin.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace jsonlog {

class MessageTable
{
public:
  // Memory for one message on average; those that are longer push out more than one.
  static constexpr std::size_t message_bytes = 1024;

  // Holds at most so many messages; 0: none.
  explicit MessageTable(std::size_t capacity)
    : capacity_(capacity)
  {}

  // `id` is smtpd's message id, eight hex digits; any other text is not kept. A message that is
  // there already (LMTP commits once a recipient) is replaced. May throw std::bad_alloc.
  void add(std::string_view id, Origin origin);

  // Null where the message is not known. The origin outlives its place in the table.
  std::shared_ptr<const Origin> find(std::string_view id) const noexcept;

  std::size_t size() const noexcept { return by_id_.size(); }
  void clear() noexcept;

private:
  struct Message
  {
    std::uint32_t id;
    std::shared_ptr<const Origin> origin; // null: replaced
  };

  static std::optional<std::uint32_t> parse_id(std::string_view text) noexcept;
  void drop(Message& message) noexcept;
  void drop_oldest() noexcept;

  std::size_t capacity_;
  std::size_t bytes_ = 0;
  std::deque<Message> messages_;                           // the oldest first
  std::uint64_t dropped_ = 0;                              // from the front of messages_, so far
  std::unordered_map<std::uint32_t, std::uint64_t> by_id_; // place, counted from the first ever
};

} // namespace jsonlog
