// SPDX-License-Identifier: ISC
#pragma once

#include "output/queued_sink.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>

// An output into memory that can be stopped, broken or made to hang.
class FakeSink : public jsonlog::QueuedSink
{
public:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  using QueuedSink::QueuedSink;

  // It takes so many bytes more, and then no line, for this reason.
  void set_room(std::size_t bytes, int reason = EAGAIN)
  {
    const std::lock_guard lock(state_);
    room_ = bytes;
    reason_ = reason;
  }
  void set_openable(bool openable)
  {
    const std::lock_guard lock(state_);
    openable_ = openable;
  }
  // write() does not come back until it is let go.
  void hang(bool on)
  {
    const std::lock_guard lock(state_);
    hanging_ = on;
    changed_.notify_all();
  }
  void set_losing(bool losing)
  {
    const std::lock_guard lock(state_);
    losing_ = losing;
  }

  std::string out()
  {
    const std::lock_guard lock(state_);
    return out_;
  }

  struct Calls
  {
    int open = 0, reopen = 0, write = 0, look_after = 0;
    bool signals_blocked = false;
  };
  // True when `condition` of the calls so far holds, false if it does not come to that.
  template <typename Condition>
  bool wait_until(Condition condition)
  {
    std::unique_lock lock(state_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return condition(calls_); });
  }

protected:
  bool open() noexcept override
  {
    const std::lock_guard lock(state_);
    ++calls_.open;
    changed_.notify_all();
    errno = ENOENT;
    return openable_;
  }
  void reopen() noexcept override
  {
    const std::lock_guard lock(state_);
    ++calls_.reopen;
    changed_.notify_all();
  }
  std::size_t write(std::string_view lines) noexcept override
  {
    std::unique_lock lock(state_);
    ++calls_.write;
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    calls_.signals_blocked = sigismember(&blocked, SIGTERM) == 1;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !hanging_; });
    const std::size_t whole = lines.substr(0, std::min(room_, lines.size())).rfind('\n') + 1;
    if (losing_)
      give_up(static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n')));
    else
      out_ += lines.substr(0, whole);
    if (room_ != unlimited)
      room_ -= whole;
    errno = reason_;
    return losing_ ? lines.size() : whole;
  }
  void look_after() noexcept override
  {
    const std::lock_guard lock(state_);
    ++calls_.look_after;
    changed_.notify_all();
  }

private:
  std::mutex state_;
  std::condition_variable changed_;
  std::size_t room_ = unlimited;
  int reason_ = EAGAIN;
  bool openable_ = true;
  bool hanging_ = false;
  bool losing_ = false;
  Calls calls_;
  std::string out_;
};
