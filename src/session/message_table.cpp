// SPDX-License-Identifier: ISC
#include "jsonlog/message_table.hpp"

#include <charconv>
#include <string>
#include <utility>

namespace jsonlog {

namespace {

// With what the containers need around it, about.
std::size_t bytes_of(const Origin& origin) noexcept
{
  constexpr std::size_t around = 128;
  std::size_t bytes = sizeof(Origin) + around;
  for (const std::string* const text :
       {&origin.address, &origin.ip, &origin.domain, &origin.user, &origin.with, &origin.from})
    bytes += text->capacity() > std::string().capacity() ? text->capacity() : 0;
  return bytes;
}

} // namespace

void MessageTable::add(std::string_view text, Origin origin)
{
  const auto id = parse_id(text);
  if (!id || capacity_ == 0)
    return;
  const std::size_t bytes = bytes_of(origin);
  Messages news;
  news.push_back({*id, bytes, std::make_shared<const Origin>(std::move(origin))});
  if (const auto known = by_id_.find(*id); known != by_id_.end())
    erase(known->second);
  by_id_.emplace(*id, news.begin());
  messages_.splice(messages_.end(), news);
  bytes_ += bytes;
  while (messages_.size() > capacity_ ||
         (bytes_ > capacity_ * message_bytes && messages_.size() > 1))
    erase(messages_.begin());
}

std::shared_ptr<const Origin> MessageTable::find(std::string_view text) const noexcept
{
  const auto id = parse_id(text);
  if (!id)
    return nullptr;
  const auto known = by_id_.find(*id);
  return known == by_id_.end() ? nullptr : known->second->origin;
}

void MessageTable::clear() noexcept
{
  messages_.clear();
  by_id_.clear();
  bytes_ = 0;
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

void MessageTable::erase(Messages::iterator message) noexcept
{
  bytes_ -= message->bytes;
  by_id_.erase(message->id);
  messages_.erase(message);
}

} // namespace jsonlog
