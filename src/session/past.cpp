// SPDX-License-Identifier: ISC
#include "jsonlog/past.hpp"

namespace jsonlog {

void Past::add(std::string_view line, bool written, std::shared_ptr<const Origin> origin)
{
  const Head head{static_cast<std::uint32_t>(line.size()), written, origin != nullptr};
  const std::size_t before = reports_.size();
  reports_.append(reinterpret_cast<const char*>(&head), sizeof head);
  try {
    reports_.append(line);
    if (origin != nullptr)
      origins_.push_back(std::move(origin));
  } catch (...) {
    reports_.resize(before);
    throw;
  }
  unwritten_ += written ? 0U : 1U;
}

void Past::begin_at(const Session& session)
{
  start_ = std::make_unique<Session>(session);
  start_bytes_ = memory_of(session);
  std::string().swap(reports_);
  origins_ = {};
  unwritten_ = 0;
}

std::size_t Past::bytes() const noexcept
{
  return start_bytes_ + reports_.capacity() + origins_.capacity() * sizeof(origins_.front());
}

} // namespace jsonlog
