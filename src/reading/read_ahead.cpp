// SPDX-License-Identifier: ISC
#include "reading/read_ahead.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace jsonlog {

namespace {

constexpr std::size_t block_size = std::size_t{512} * 1024;

} // namespace

ReadAhead::ReadAhead(PackedFile& file)
  : file_(file)
{
  in_hand_.data.reset(new char[block_size]);
  next_.data.reset(new char[block_size]);
  thread_ = std::thread([this] { run(); });
}

ReadAhead::~ReadAhead()
{
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

ssize_t ReadAhead::read(char* text, std::size_t size)
{
  if (given_ == in_hand_.size && in_hand_.last > 0) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_full_; });
    std::swap(in_hand_, next_);
    given_ = 0;
    is_full_ = false;
    lock.unlock();
    changed_.notify_one();
  }
  const std::size_t count = std::min(size, in_hand_.size - given_);
  if (count == 0) {
    errno = in_hand_.error;
    return in_hand_.last;
  }
  std::memcpy(text, in_hand_.data.get() + given_, count);
  given_ += count;
  return static_cast<ssize_t>(count);
}

// Only this thread touches a block that is not full.
void ReadAhead::run()
{
  for (ssize_t last = 1; last > 0;) {
    fill(next_);
    last = next_.last;
    std::unique_lock lock(mutex_);
    is_full_ = true;
    changed_.notify_one();
    changed_.wait(lock, [this] { return !is_full_ || ending_; });
    if (ending_)
      return;
  }
}

void ReadAhead::fill(Block& block)
{
  block.size = 0;
  do {
    block.last = file_.read(block.data.get() + block.size, block_size - block.size);
    block.error = errno;
    block.size += static_cast<std::size_t>(std::max<ssize_t>(0, block.last));
  } while (block.last > 0 && block.size < block_size);
}

} // namespace jsonlog
