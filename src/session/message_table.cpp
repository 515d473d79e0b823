// SPDX-License-Identifier: ISC
#include "jsonlog/message_table.hpp"

#include <charconv>
#include <utility>

namespace jsonlog {

namespace {

std::size_t bytes_of(const Origin& origin) noexcept
{
  constexpr std::size_t around = 112; // what the containers need, about
  return origin.bytes() + around;
}

} // namespace

void MessageTable::add(std::string_view text, Origin origin)
{
  const auto id = parse_id(text);
  if (!id || capacity_ == 0)
    return;
  auto shared = std::make_shared<const Origin>(std::move(origin));
  const auto [known, is_new] = by_id_.try_emplace(*id);
  const std::uint64_t place = dropped_ + messages_.size();
  try {
    messages_.push_back({*id, nullptr});
  } catch (...) {
    if (is_new)
      by_id_.erase(known);
    throw;
  }
  if (!is_new)
    drop(messages_[known->second - dropped_]);
  known->second = place;
  bytes_ += bytes_of(*shared);
  messages_.back().origin = std::move(shared);
  // Replaced ones keep their place until it is the oldest.
  while (by_id_.size() > capacity_ || messages_.size() > 2 * capacity_ ||
         messages_.front().origin == nullptr ||
         (bytes_ > capacity_ * message_bytes && by_id_.size() > 1))
    drop_oldest();
}

std::shared_ptr<const Origin> MessageTable::find(std::string_view text) const noexcept
{
  const auto id = parse_id(text);
  if (!id)
    return nullptr;
  const auto known = by_id_.find(*id);
  return known == by_id_.end() ? nullptr : messages_[known->second - dropped_].origin;
}

void MessageTable::clear() noexcept
{
  messages_.clear();
  by_id_.clear();
  bytes_ = 0;
  dropped_ = 0;
}

std::optional<std::uint32_t> MessageTable::parse_id(std::string_view text) noexcept
{
  constexpr std::size_t digits = 8;
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  if (text.size() != digits || error != std::errc{} || end != text.data() + digits)
    return std::nullopt;
  return id;
}

void MessageTable::drop(Message& message) noexcept
{
  bytes_ -= bytes_of(*message.origin);
  message.origin = nullptr;
}

void MessageTable::drop_oldest() noexcept
{
  if (Message& oldest = messages_.front(); oldest.origin != nullptr) {
    drop(oldest);
    by_id_.erase(oldest.id);
  }
  messages_.pop_front();
  ++dropped_;
}

} // namespace jsonlog
