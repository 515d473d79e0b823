// SPDX-License-Identifier: ISC
#include "jsonlog/past.hpp"

namespace jsonlog {

void Past::add(std::string_view line, bool written, const std::shared_ptr<const Origin>& origin)
{
  const Head head{static_cast<std::uint32_t>(line.size()), written, origin != nullptr};
  char* const place = reports_.room(sizeof head + line.size());
  if (origin != nullptr)
    origins_.push_back(origin);
  std::memcpy(place, &head, sizeof head);
  line.copy(place + sizeof head, line.size());
  reports_.take(sizeof head + line.size());
  unwritten_ += written ? 0U : 1U;
}

void Past::begin_at(const Session& session)
{
  start_ = std::make_unique<Session>(session);
  start_bytes_ = memory_of(session);
  reports_ = {};
  origins_ = {};
  unwritten_ = 0;
}

} // namespace jsonlog
