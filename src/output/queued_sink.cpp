// SPDX-License-Identifier: ISC
#include "output/queued_sink.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace jsonlog {

namespace {

using namespace std::chrono_literals;

// Under load: enough for the threads to meet seldom, and little enough to stay in the last cache.
constexpr std::size_t worth_a_write = std::size_t{4} * 1024 * 1024;
constexpr auto first_pause = 1ms;
constexpr auto longest_pause = 1000ms;
constexpr auto look_interval = 1000ms;
constexpr auto ask_interval = 100ms;
constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

// A thread starts with its maker's signals blocked.
class NoSignals
{
public:
  NoSignals()
  {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

private:
  sigset_t before_;
};

} // namespace

spdlog::level::level_enum level_of(Worth worth) noexcept
{
  switch (worth) {
  case Worth::ordinary: return spdlog::level::info;
  case Worth::counted: return spdlog::level::warn;
  case Worth::session_end: return spdlog::level::err;
  case Worth::always: break;
  }
  return spdlog::level::critical;
}

QueuedSink::QueuedSink(std::string name, std::size_t queue_bytes, Diagnostics& diagnostics)
  : name_(std::move(name))
  , diagnostics_(diagnostics)
  , capacity_(queue_bytes / 2)
{
  constexpr std::size_t least = std::size_t{512} * 1024;
  while (!allocate()) {
    if (capacity_ <= least)
      throw std::bad_alloc();
    capacity_ = std::max(least, capacity_ / 2);
  }
  wake_size_ = std::min(worth_a_write, capacity_ / 4);
  mark_ = wake_size_;
  if (capacity_ < queue_bytes / 2)
    diagnostics_.say(name_ + ": no memory for the queue; it is one of " +
                     std::to_string(2 * capacity_ / 1024) + " KB, not " +
                     std::to_string(queue_bytes / 1024) + " KB");
}

bool QueuedSink::allocate() noexcept
{
  front_.data.reset();
  back_.data.reset();
  front_.data.reset(new (std::nothrow) char[capacity_]);
  back_.data.reset(new (std::nothrow) char[capacity_]);
  return front_.data != nullptr && back_.data != nullptr;
}

QueuedSink::~QueuedSink() = default;

bool QueuedSink::start(bool keep_trying)
{
  if (!open()) {
    if (!keep_trying) {
      diagnostics_.say(name_ + ": " + std::strerror(errno));
      return false;
    }
    fail();
  }
  ended_ = false;
  if (!start_thread()) {
    threadless_ = true;
    may_wait_ = false;
    tell("no second thread to be had; lines are written between reads");
  }
  return true;
}

bool QueuedSink::start_thread() noexcept
{
  const NoSignals blocked;
  next_thread_ = Clock::now() + look_interval;
  try {
    writer_ = std::thread([this] { run(); });
  } catch (...) {
    return false;
  }
  return true;
}

void QueuedSink::write_here() noexcept
{
  const auto now = Clock::now();
  if (now >= next_thread_ && start_thread())
    threadless_ = false;
  else if (now >= next_step_)
    step();
  if (!threadless_)
    tell("there is a second thread now");
}

// What the writer thread does between two sleeps.
void QueuedSink::step() noexcept
{
  look();
  if (in_hand_ == 0)
    take();
  if (in_hand_ > 0)
    offer();
  next_step_ = Clock::now() + pause_;
}

void QueuedSink::request_reopen() noexcept
{
  const std::lock_guard lock(mutex_);
  reopen_requested_ = true;
  wake();
}

bool QueuedSink::drain(std::chrono::milliseconds limit)
{
  if (threadless_) {
    const auto end = Clock::now() + limit;
    for (step(); !is_empty() && Clock::now() < end; step())
      std::this_thread::sleep_for(std::min<Clock::duration>(pause_, 10ms));
    return is_empty();
  }
  std::unique_lock lock(mutex_);
  hurried_ = true;
  wake();
  const bool empty = room_.wait_for(lock, limit, [this] { return is_empty() || ended_; });
  hurried_ = false;
  return empty && is_empty();
}

bool QueuedSink::stop(std::chrono::milliseconds limit)
{
  if (threadless_)
    return true;
  {
    std::unique_lock lock(mutex_);
    ending_ = true;
    wake();
    if (!room_.wait_for(lock, limit, [this] { return ended_; }))
      return false;
  }
  join();
  return true;
}

void QueuedSink::join()
{
  if (writer_.joinable())
    writer_.join();
}

std::uint64_t QueuedSink::left() const noexcept
{
  const char* const front = front_.data.get();
  const char* const back = back_.data.get();
  return static_cast<std::uint64_t>(
    std::count(front, front + front_.size, '\n') +
    std::count(back + back_.size - in_hand_, back + back_.size, '\n'));
}

QueuedSink::Counts QueuedSink::counts()
{
  const std::lock_guard lock(mutex_);
  return {bytes_out_, errors_, front_.size + in_hand_, queued_max_};
}

// --- The thread that makes lines ---

void QueuedSink::sink_it_(const spdlog::details::log_msg& msg)
{
  const std::size_t size = msg.payload.size();
  if (capacity_ - front_.size < size && worthwhile_ != nullptr)
    wait_for_room(size);
  if (msg.level < lowest_taken_ || capacity_ - front_.size < size) [[unlikely]] {
    ++refused_;
    return;
  }
  std::memcpy(front_.data.get() + front_.size, msg.payload.data(), size);
  front_.size += size;
  ++taken_;
  if (front_.size >= mark_) [[unlikely]]
    reach_mark();
}

// The maker of lines is idle: what there is can go.
void QueuedSink::flush_()
{
  if (front_.size == 0)
    return;
  wanted_ = true;
  if (asleep_ == Sleep::idle)
    wake();
}

void QueuedSink::reach_mark() noexcept
{
  if (asleep_ == Sleep::idle)
    wake();
  const std::size_t half = capacity_ / 2;
  const std::size_t three_quarters = half + capacity_ / 4;
  if (worthwhile_ != nullptr) {
    mark_ = never;
  } else if (front_.size < half) {
    mark_ = half;
  } else if (front_.size < three_quarters) {
    mark_ = three_quarters;
    lowest_taken_ = level_of(Worth::counted);
  } else {
    mark_ = never;
    lowest_taken_ = level_of(Worth::session_end);
  }
}

// The lock on mutex_ that the base class holds is given up meanwhile.
void QueuedSink::wait_for_room(std::size_t bytes)
{
  if (bytes > capacity_)
    return;
  std::unique_lock lock(mutex_, std::adopt_lock);
  while (capacity_ - front_.size < bytes && !ended_ && worthwhile_()) {
    if (!threadless_) {
      room_.wait_for(lock, ask_interval);
      continue;
    }
    lock.unlock();
    step();
    std::this_thread::sleep_for(std::min<Clock::duration>(pause_, ask_interval));
    lock.lock();
  }
  lock.release();
}

void QueuedSink::wake() noexcept
{
  if (std::exchange(asleep_, Sleep::none) != Sleep::none)
    work_.notify_one();
}

// --- The writer thread ---

void QueuedSink::run() noexcept
{
  may_wait_ = true;
  do
    step();
  while (sleep());
  {
    const std::lock_guard lock(mutex_);
    refused_seen_ = refused_;
  }
  end_trouble();
  const std::lock_guard lock(mutex_);
  ended_ = true;
  room_.notify_one();
}

void QueuedSink::look() noexcept
{
  bool reopening = false;
  std::uint64_t refused = 0;
  {
    const std::lock_guard lock(mutex_);
    reopening = std::exchange(reopen_requested_, false);
    refused = refused_;
    queued_max_ = std::max(queued_max_, front_.size + in_hand_);
  }
  if (refused != std::exchange(refused_seen_, refused))
    begin_trouble(Trouble::slow, "too slow", "; lines are dropped");
  if (reopening)
    reopen();
  const auto now = Clock::now();
  if (now < next_look_ && !reopening)
    return;
  next_look_ = now + look_interval;
  look_after();
  if (!open())
    fail();
  else if (in_hand_ == 0)
    pause_ = {};
}

void QueuedSink::take() noexcept
{
  std::size_t size = 0;
  bool refusing = false;
  {
    const std::lock_guard lock(mutex_);
    size = front_.size;
    refusing = refused_ != refused_seen_;
    back_.size = 0;
    std::swap(front_, back_);
    in_hand_ = size;
    mark_ = wake_size_;
    lowest_taken_ = spdlog::level::trace;
    wanted_ = false;
    if (worthwhile_ != nullptr)
      room_.notify_one();
  }
  if (!refusing && size < capacity_ / 2)
    end_trouble();
}

void QueuedSink::offer() noexcept
{
  const std::size_t rest = in_hand_;
  errno = 0;
  const std::size_t out =
    open() ? write({back_.data.get() + back_.size - rest, rest}) : std::size_t{0};
  in_hand_ = rest - out;
  bytes_out_ += out;
  if (out == rest)
    pause_ = {};
  else
    fail();
  if (out > 0 && out < rest)
    pause_ = first_pause;
}

// For the reason that errno gives, there will have to be another try.
void QueuedSink::fail() noexcept
{
  const int reason = errno;
  pause_ = std::clamp<Clock::duration>(2 * pause_, first_pause, longest_pause);
  if (reason == EAGAIN)
    return;
  ++errors_;
  begin_trouble(Trouble::failing, std::strerror(reason), advice(reason));
}

// Until there is something to do; false: it is time to end.
bool QueuedSink::sleep() noexcept
{
  std::unique_lock lock(mutex_);
  if (is_empty())
    room_.notify_one();
  if (!ending_ && !reopen_requested_) {
    const auto now = Clock::now();
    auto until = next_look_;
    const bool worth_taking = hurried_ ? front_.size > 0 : wanted_ || front_.size >= wake_size_;
    if (in_hand_ > 0) {
      asleep_ = Sleep::pausing;
      until = std::min(until, now + (hurried_ ? std::min<Clock::duration>(pause_, 10ms) : pause_));
    } else if (!worth_taking) {
      asleep_ = Sleep::idle;
    }
    work_.wait_until(lock, until, [this] { return asleep_ == Sleep::none; });
    asleep_ = Sleep::none;
  }
  return !ending_;
}

// Says so, unless it is known already, or is only a consequence of what is known.
void QueuedSink::begin_trouble(Trouble trouble, const char* what, const char* more) noexcept
{
  if (trouble <= trouble_)
    return;
  trouble_ = trouble;
  tell(what, more);
}

// Says so, if there was any, and the output took what it was given last. REQUIRES: it keeps up.
void QueuedSink::end_trouble() noexcept
{
  if (trouble_ == Trouble::none || pause_ != Clock::duration::zero())
    return;
  trouble_ = Trouble::none;
  const std::uint64_t refused =
    refused_seen_ - std::exchange(refused_told_, refused_seen_) + std::exchange(given_up_, 0);
  try {
    tell("writing again, ", (std::to_string(refused) + " lines dropped").c_str());
  } catch (...) { // no memory to say so
  }
}

void QueuedSink::tell(const char* what, const char* more) noexcept
{
  try {
    diagnostics_.say(name_ + ": " + what + more);
  } catch (...) { // no memory to say so
  }
}

} // namespace jsonlog
