// SPDX-License-Identifier: ISC
//
// bench_floor STREAM OUTPUT [PAIRS]: what the filter costs beside what no such filter can save.
//
// The floor reads the same lines, and for each copies as many bytes as the filter writes, from a
// buffer of that line's session into a buffer that a second thread writes to OUTPUT. The two take
// turns; seconds of user time and of the wall clock, and the ratio of the medians, are printed.
#include "jsonlog/pipeline.hpp"
#include "jsonlog/session_table.hpp"
#include "recorded.hpp"
#include "user_time.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace {

using jsonlog::Line;

// What a line of the stream takes: a session's buffer, and bytes of it.
struct Copy
{
  std::size_t session, bytes;
};

class Counter : public jsonlog::LineSink
{
public:
  bool write(std::string_view line, jsonlog::Worth) override
  {
    bytes += line.size();
    return true;
  }
  std::size_t bytes = 0;
};

std::vector<Copy> copies_of(const char* stream)
{
  std::vector<Copy> copies;
  Counter counter;
  jsonlog::Pipeline pipeline({bench_settings()}, counter);
  // Sessions take the place of one that has ended, as they do in the filter.
  jsonlog::SessionTable sessions(jsonlog::limits::max_sessions);
  each_line(stream, [&](const Line& line) {
    const std::size_t before = counter.bytes;
    pipeline.feed(line);
    std::optional<jsonlog::SessionTable::Slot> slot;
    jsonlog::Report report;
    if (jsonlog::parse_report(line.text, report).empty()) {
      slot = sessions.find(report.subsystem, report.session);
      if (!slot)
        slot = sessions.create(report.subsystem, report.session);
      if (std::holds_alternative<jsonlog::LinkDisconnect>(report.event))
        sessions.erase(*slot, false);
    }
    copies.push_back({slot.value_or(0), counter.bytes - before});
  });
  return copies;
}

// Two buffers: one is filled while the other is written.
class Writer
{
public:
  explicit Writer(const char* path)
    : output_(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640))
    , thread_([this] { run(); })
  {}
  ~Writer()
  {
    hand_over();
    hand_over(); // an empty buffer ends it
    thread_.join();
    close(output_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void copy(const char* data, std::size_t size)
  {
    if (used_ + size > filled_->size())
      hand_over();
    std::memcpy(filled_->data() + used_, data, size);
    used_ += size;
  }

private:
  using Buffer = std::vector<char>;
  static constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

  void hand_over()
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !full_; });
    std::swap(filled_, written_);
    size_ = std::exchange(used_, 0);
    full_ = true;
    changed_.notify_one();
  }
  void run()
  {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return full_; });
      if (size_ == 0)
        return;
      lock.unlock();
      for (std::size_t done = 0; done < size_;) {
        const ssize_t count = write(output_, written_->data() + done, size_ - done);
        if (count <= 0)
          std::exit(1);
        done += static_cast<std::size_t>(count);
      }
      lock.lock();
      full_ = false;
      changed_.notify_one();
    }
  }

  int output_;
  std::unique_ptr<Buffer> filled_ = std::make_unique<Buffer>(buffer_bytes);
  std::unique_ptr<Buffer> written_ = std::make_unique<Buffer>(buffer_bytes);
  std::size_t used_ = 0, size_ = 0;
  bool full_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
};

void floor_of(const char* stream, const char* output, const std::vector<Copy>& copies,
              const std::vector<std::vector<char>>& sessions)
{
  Writer writer(output);
  auto next = copies.begin();
  each_line(stream, [&](const Line&) {
    writer.copy(sessions[next->session].data(), next->bytes);
    ++next;
  });
}

struct Seconds
{
  double user, wall;
};

Seconds seconds_of(auto&& work)
{
  const double user = user_seconds();
  const auto began = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - began;
  return {user_seconds() - user, wall.count()};
}

double median(const std::vector<Seconds>& runs, double Seconds::*member)
{
  std::vector<double> values;
  for (const Seconds& run : runs)
    values.push_back(run.*member);
  std::ranges::sort(values);
  return values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv)
{
  if (argc < 3) {
    std::fputs("usage: bench_floor STREAM OUTPUT [PAIRS]\n", stderr);
    return 2;
  }
  const char* const stream = argv[1];
  const char* const output = argv[2];
  const std::vector<Copy> copies = copies_of(stream);
  std::vector<std::vector<char>> sessions;
  for (const Copy& copy : copies) {
    sessions.resize(std::max(sessions.size(), copy.session + 1));
    auto& session = sessions[copy.session];
    session.resize(std::max(session.size(), copy.bytes), 'x');
  }
  std::vector<Seconds> ours, floor;
  for (int pair = 0; pair < (argc > 3 ? std::atoi(argv[3]) : 5); ++pair) {
    ours.push_back(seconds_of([&] { filter_to_file(stream, output); }));
    unlink(output);
    floor.push_back(seconds_of([&] { floor_of(stream, output, copies, sessions); }));
    unlink(output);
    std::printf("filter %.2f s user, %.2f s wall; floor %.2f s user, %.2f s wall\n",
                ours.back().user, ours.back().wall, floor.back().user, floor.back().wall);
  }
  std::printf("medians: %.2f times the floor's user time, %.2f times its wall time\n",
              median(ours, &Seconds::user) / median(floor, &Seconds::user),
              median(ours, &Seconds::wall) / median(floor, &Seconds::wall));
}
