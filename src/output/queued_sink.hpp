// SPDX-License-Identifier: ISC
//
// Lines on their way out of the process. The thread that makes lines appends them to one buffer;
// a writer thread takes the whole buffer, writes it with few large calls, and leaves its own,
// empty one in its place. So whoever makes lines never waits for a disk or a daemon.
//
// What the output does not keep up with is shed by worth, which is the level of an spdlog
// message: from half full the buffer takes `counted` and better, from three quarters full
// `session_end` and better, and when it is full nothing. Where no mail server feeds the process
// (a recorded stream), the maker of lines waits for room instead.
//
// A buffer goes out when the process is idle, or when enough has piled up to be worth a call.
#pragma once

#include "jsonlog/line_sink.hpp"
#include "output/diagnostics.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <spdlog/sinks/base_sink.h>

namespace jsonlog {

spdlog::level::level_enum level_of(Worth worth) noexcept;

class QueuedSink : public spdlog::sinks::base_sink<std::mutex>
{
public:
  // `name` is what diagnostics call the output. `queue_bytes` is the size of both buffers
  // together; a line may have half of it. The memory is touched as far as lines pile up. Where
  // there is not so much, they are smaller, down to 1 MiB, and a diagnostic says so.
  // Throws std::bad_alloc if there is less.
  QueuedSink(std::string name, std::size_t queue_bytes, Diagnostics& diagnostics);
  // REQUIRES: the writer thread has ended, as it calls what a derived class has destroyed by now.
  ~QueuedSink() override;

  // The maker of lines waits while the buffer is full, as long as `worthwhile` says so; it is
  // asked every 100 ms. REQUIRES: before start().
  using Worthwhile = bool (*)() noexcept;
  void wait_when_full(Worthwhile worthwhile) noexcept { worthwhile_ = worthwhile; }

  // Opens the output and starts the writer thread, in which all signals are blocked. If it cannot
  // be opened, a diagnostic says why, and the writer thread tries again; without `keep_trying`
  // none is started, and this returns false. If no thread can be had, a diagnostic says so, and
  // serve() does its work.
  bool start(bool keep_trying = true);
  // For the thread that makes lines, often: where there is no writer thread, writes what can be
  // written without waiting, and once a second tries to start one.
  void serve() noexcept
  {
    if (threadless_) [[unlikely]]
      write_here();
  }
  // Has reopen() called, by the writer thread.
  void request_reopen() noexcept;
  // Waits until every line is out; false if some are not after that time.
  bool drain(std::chrono::milliseconds limit);
  // Ends the writer thread, whether or not lines are left. False: it did not come back from a
  // hook within that time, and only the end of the process will end it.
  bool stop(std::chrono::milliseconds limit);
  // Waits for the writer thread's end for ever. REQUIRES: after stop().
  void join();

  // --- For the thread that makes lines ---

  // Lines taken so far: what this counted last it took.
  std::uint64_t taken() const noexcept { return taken_; }
  // Lines that were taken, and then lost by the output, since the last call.
  std::uint64_t take_lost() noexcept { return lost_.exchange(0, std::memory_order_relaxed); }
  // Lines still in the queue. REQUIRES: the writer thread has ended.
  std::uint64_t left() const noexcept;

  struct Counts
  {
    std::uint64_t bytes_out = 0; // lines that the output took
    std::uint64_t errors = 0;    // attempts to open or write that failed
    std::size_t queued = 0;      // bytes
    std::size_t queued_max = 0;  // since the start
  };
  Counts counts();

  // What diagnostics call it: the path of the file or socket.
  const std::string& name() const noexcept { return name_; }

protected:
  // --- The output: called by the writer thread alone (open() once before it starts) ---

  // Opens the output if it is not open. False: errno says why. Called before every write and at
  // least every second, so it is quick when there is nothing to do.
  virtual bool open() noexcept = 0;
  // Closes the output and opens it again (SIGHUP); if that fails, open() will be called.
  virtual void reopen() noexcept = 0;
  // Writes whole lines, each with its LF; calls are large. Returns the bytes of those lines that
  // are out for good or given up, a line counts as a whole. Fewer than given: errno says why, and
  // the rest is offered again after a pause (1 ms, doubled up to 1 s), beginning with the same
  // line; whoever wrote a part of it goes on behind that. EAGAIN is no trouble, only slow. Must
  // not block for long, and not at all unless may_wait().
  virtual std::size_t write(std::string_view lines) noexcept = 0;
  // Called at least every second, idle or not, open or not.
  virtual void look_after() noexcept {}
  // What stands behind the reason of a failure in its diagnostic.
  virtual const char* advice(int) const noexcept { return "; will try again"; }

  // Lines that write() will never get out, but counts in what it returns.
  void give_up(std::uint64_t lines) noexcept
  {
    lost_.fetch_add(lines, std::memory_order_relaxed);
    given_up_ += lines;
    ++errors_;
  }

  // False where the maker of lines writes them itself.
  bool may_wait() const noexcept { return may_wait_; }

  Diagnostics& diagnostics() const noexcept { return diagnostics_; }

private:
  using Clock = std::chrono::steady_clock;
  using Level = spdlog::level::level_enum;
  enum class Sleep : std::uint8_t { none, idle, pausing };
  enum class Trouble : std::uint8_t { none, slow, failing }; // the worse, the higher

  struct Buffer
  {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;
  };

  void sink_it_(const spdlog::details::log_msg& msg) final;
  void flush_() final;
  void reach_mark() noexcept;
  void wait_for_room(std::size_t bytes);
  void wake() noexcept;
  bool is_empty() const noexcept { return front_.size == 0 && in_hand_ == 0; }

  bool allocate() noexcept;
  bool start_thread() noexcept;
  void write_here() noexcept;
  void step() noexcept;
  void run() noexcept;
  void look() noexcept;
  void take() noexcept;
  void offer() noexcept;
  bool sleep() noexcept;
  void fail() noexcept;
  void begin_trouble(Trouble trouble, const char* what, const char* more) noexcept;
  void end_trouble() noexcept;
  void tell(const char* what, const char* more = "") noexcept;

  const std::string name_;
  Diagnostics& diagnostics_;
  std::size_t capacity_; // of each buffer
  std::size_t wake_size_ = 0;
  Worthwhile worthwhile_ = nullptr;
  std::uint64_t taken_ = 0; // the maker's own
  std::thread writer_;
  bool threadless_ = false;         // the maker of lines writes them itself
  Clock::time_point next_thread_{}; // when it tries to get a thread
  Clock::time_point next_step_{};

  // Under mutex_, which is the base class's.
  Buffer front_;
  std::size_t mark_ = 0;                      // the size of front_ at which something happens
  Level lowest_taken_ = spdlog::level::trace; // by front_, now
  std::uint64_t refused_ = 0;                 // lines
  std::size_t queued_max_ = 0;
  Sleep asleep_ = Sleep::none; // the writer thread
  bool reopen_requested_ = false;
  bool wanted_ = false;  // the maker of lines is idle: front_ can go
  bool hurried_ = false; // somebody waits for the end of the queue
  bool ending_ = false;
  bool ended_ = true;
  std::condition_variable work_; // the writer thread waits
  std::condition_variable room_; // the maker of lines waits

  std::atomic<std::size_t> in_hand_{0}; // bytes of back_ that are not written
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> bytes_out_{0};
  std::atomic<std::uint64_t> errors_{0};

  // The writer thread's own, or while there is none the maker's.
  bool may_wait_ = true;
  Buffer back_;
  Clock::time_point next_look_{};
  Clock::duration pause_{}; // before the next try; zero: the last one went well
  Trouble trouble_ = Trouble::none;
  std::uint64_t refused_seen_ = 0; // of refused_
  std::uint64_t refused_told_ = 0;
  std::uint64_t given_up_ = 0; // since trouble was told of last
};

} // namespace jsonlog
