// SPDX-License-Identifier: ISC
#include "jsonlog/past.hpp"

namespace jsonlog {

bool Past::add(const Report& report, bool written, const std::shared_ptr<const Origin>& origin)
{
  const PackedReport packed(report);
  const std::size_t capacity = reports_.capacity();
  char* const place = reports_.room(1 + packed.size());
  if (origin != nullptr)
    origins_.push_back(origin);
  *place = static_cast<char>((written ? written_mark : 0) | (origin != nullptr ? origin_mark : 0));
  packed.write(place + 1);
  reports_.take(1 + packed.size());
  unwritten_ += written ? 0U : 1U;
  return origin != nullptr || reports_.capacity() != capacity;
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
