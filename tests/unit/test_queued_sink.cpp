// SPDX-License-Identifier: ISC
#include "output/queued_sink.hpp"

#include "fake_sink.hpp"
#include "output/event_log.hpp"

#include <atomic>
#include <memory>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

using namespace jsonlog;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t line_size = 100;
constexpr std::size_t lines_in_half = 100; // of the queue: one of its two buffers
constexpr std::size_t queue_bytes = 2 * line_size * lines_in_half;
constexpr auto long_enough = 30s; // for what will happen, sooner or later

std::string line(std::size_t number)
{
  std::string text = std::to_string(number);
  text.resize(line_size - 1, ' ');
  return text + '\n';
}

// The log of a process into memory, and what it says about itself.
struct Log
{
  explicit Log(std::size_t bytes = queue_bytes)
    : sink(std::make_shared<FakeSink>("fake", bytes, diagnostics))
    , events(sink)
  {}
  ~Log() { sink->hang(false); }

  // Writes the next line and keeps it in mind if it is taken.
  bool write(Worth worth = Worth::ordinary)
  {
    const std::string text = line(number++);
    const bool took = events.write(text, worth);
    if (took)
      taken += text;
    return took;
  }
  std::size_t write_many(std::size_t lines, Worth worth = Worth::ordinary)
  {
    std::size_t took = 0;
    for (std::size_t i = 0; i < lines; ++i)
      took += write(worth) ? std::size_t{1} : 0;
    return took;
  }
  // An output that takes nothing more, and has one line in hand.
  void stop_the_output(int reason = EAGAIN)
  {
    sink->set_room(0, reason);
    sink->start();
    write();
    events.idle();
    REQUIRE(sink->wait_until([](const FakeSink::Calls& calls) { return calls.write > 0; }));
  }

  std::ostringstream said;
  Diagnostics diagnostics{"", std::make_shared<spdlog::sinks::ostream_sink_mt>(said)};
  std::shared_ptr<FakeSink> sink;
  EventLog events;
  std::size_t number = 0;
  std::string taken;
};

std::atomic<bool> worthwhile{true};

bool is_worthwhile() noexcept
{
  return worthwhile;
}

} // namespace

TEST_SUITE("queued_sink")
{
  TEST_CASE("a line is written as soon as the process is idle")
  {
    Log log;
    REQUIRE(log.sink->start());
    CHECK(log.write());
    log.events.idle();
    CHECK(log.sink->wait_until([](const FakeSink::Calls& calls) { return calls.write == 1; }));
    CHECK(log.sink->drain(long_enough));
    CHECK(log.sink->out() == log.taken);
    log.write();
    log.events.idle();
    CHECK(log.sink->wait_until([](const FakeSink::Calls& calls) { return calls.write == 2; }));
  }

  TEST_CASE("a process that is never idle is written when enough has piled up")
  {
    Log log;
    REQUIRE(log.sink->start());
    log.write_many(lines_in_half / 4);
    CHECK(log.sink->wait_until([](const FakeSink::Calls& calls) { return calls.write > 0; }));
  }

  TEST_CASE("lines come out in their order")
  {
    Log log(std::size_t{64} * 1024 * 1024);
    REQUIRE(log.sink->start());
    CHECK(log.write_many(100'000) == 100'000);
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.sink->out() == log.taken);
    CHECK(log.sink->counts().bytes_out == log.taken.size());
    CHECK(log.sink->counts().queued == 0);
    CHECK(log.sink->counts().queued_max > 0);
    CHECK(log.said.str().empty());
  }

  TEST_CASE("a stopped output: lines are shed by worth, and the account adds up")
  {
    Log log;
    log.stop_the_output();
    CHECK(log.write_many(lines_in_half / 2) == lines_in_half / 2);
    CHECK_FALSE(log.write());
    CHECK(log.write_many(lines_in_half / 4, Worth::counted) == lines_in_half / 4);
    CHECK_FALSE(log.write());
    CHECK_FALSE(log.write(Worth::counted));
    CHECK(log.write_many(lines_in_half / 4 - 1, Worth::session_end) == lines_in_half / 4 - 1);
    CHECK(log.write(Worth::always));
    CHECK_FALSE(log.write(Worth::session_end));
    CHECK_FALSE(log.write(Worth::always));
    CHECK(log.sink->counts().queued == (lines_in_half + 1) * line_size);

    log.sink->set_room(FakeSink::unlimited);
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.sink->out() == log.taken);
    CHECK(log.write());
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.sink->out() == log.taken);
  }

  TEST_CASE("shedding is said when it begins, and counted when it is over")
  {
    Log log;
    log.stop_the_output();
    log.write_many(lines_in_half);
    log.sink->set_room(FakeSink::unlimited);
    REQUIRE(log.sink->drain(long_enough));
    log.write();
    REQUIRE(log.sink->drain(long_enough));
    REQUIRE(log.sink->stop(long_enough));
    CHECK(log.said.str() == "fake: too slow; lines are dropped\n"
                            "fake: writing again, 50 lines dropped\n");
  }

  TEST_CASE("a broken output is said once, and once when it works again")
  {
    Log log;
    log.stop_the_output(ENOSPC);
    REQUIRE(log.sink->wait_until([](const FakeSink::Calls& calls) { return calls.write > 5; }));
    log.sink->set_room(FakeSink::unlimited);
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.sink->out() == log.taken);
    CHECK(log.sink->counts().errors > 4);
    log.write();
    REQUIRE(log.sink->drain(long_enough));
    REQUIRE(log.sink->stop(long_enough));
    CHECK(log.said.str() == "fake: No space left on device; will try again\n"
                            "fake: writing again, 0 lines dropped\n");
  }

  TEST_CASE("an output that was only slow and then breaks says why")
  {
    Log log;
    log.stop_the_output();
    log.write_many(lines_in_half);
    int writes = -1;
    const auto has_written_twice = [&writes](const FakeSink::Calls& calls) {
      writes = writes < 0 ? calls.write : writes;
      return calls.write > writes + 1;
    };
    REQUIRE(log.sink->wait_until(has_written_twice));
    log.sink->set_room(0, ENOSPC);
    writes = -1;
    REQUIRE(log.sink->wait_until(has_written_twice));
    REQUIRE(log.sink->stop(long_enough));
    CHECK(log.said.str() == "fake: too slow; lines are dropped\n"
                            "fake: No space left on device; will try again\n");
  }

  TEST_CASE("an output that cannot be opened is tried again, and loses nothing meanwhile")
  {
    Log log;
    log.sink->set_openable(false);
    REQUIRE(log.sink->start());
    CHECK(log.write());
    log.events.idle();
    REQUIRE(log.sink->wait_until([](const FakeSink::Calls& calls) { return calls.open > 3; }));
    log.sink->set_openable(true);
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.sink->out() == log.taken);
    REQUIRE(log.sink->stop(long_enough));
    CHECK(log.said.str() == "fake: No such file or directory; will try again\n"
                            "fake: writing again, 0 lines dropped\n");
  }

  TEST_CASE("an output that has to be there is not tried again")
  {
    Log log;
    log.sink->set_openable(false);
    CHECK_FALSE(log.sink->start(false));
    CHECK(log.sink->stop(long_enough));
    CHECK(log.said.str() == "fake: No such file or directory\n");
  }

  TEST_CASE("what was not written is offered again, from the beginning of a line")
  {
    Log log;
    log.sink->set_room(10 * line_size + line_size / 2);
    log.write_many(20);
    REQUIRE(log.sink->start());
    CHECK_FALSE(log.sink->drain(100ms));
    CHECK(log.sink->out() == log.taken.substr(0, 10 * line_size));
    log.sink->set_room(FakeSink::unlimited);
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.sink->out() == log.taken);
  }

  TEST_CASE("what the output gives up is told, and is no trouble")
  {
    Log log;
    log.sink->set_losing(true);
    REQUIRE(log.sink->start());
    log.write_many(7);
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.sink->take_lost() == 7);
    CHECK(log.sink->take_lost() == 0);
    CHECK(log.said.str().empty());
  }

  TEST_CASE("where lines wait for room, none is shed")
  {
    Log log;
    worthwhile = true;
    log.sink->wait_when_full(is_worthwhile);
    REQUIRE(log.sink->start());
    CHECK(log.write_many(100 * lines_in_half) == 100 * lines_in_half);
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.sink->out() == log.taken);
  }

  TEST_CASE("a line that waits for room is given up when that is not worthwhile any more")
  {
    Log log;
    worthwhile = false;
    log.sink->wait_when_full(is_worthwhile);
    log.stop_the_output();
    CHECK(log.write_many(lines_in_half + 3) == lines_in_half);
  }

  TEST_CASE("a line longer than half the queue is refused, also where lines wait")
  {
    Log log;
    worthwhile = true;
    log.sink->wait_when_full(is_worthwhile);
    REQUIRE(log.sink->start());
    CHECK(log.events.write(std::string(queue_bytes / 2, 'x'), Worth::ordinary));
    CHECK_FALSE(log.events.write(std::string(queue_bytes / 2 + 1, 'x'), Worth::always));
  }

  TEST_CASE("an end with a stopped output knows how many lines are left")
  {
    Log log;
    log.stop_the_output();
    log.write_many(9);
    CHECK_FALSE(log.sink->drain(1ms));
    CHECK(log.sink->stop(long_enough));
    CHECK(log.sink->left() == 10);
  }

  TEST_CASE("an end does not wait for an output that hangs")
  {
    Log log;
    log.sink->hang(true);
    log.stop_the_output();
    CHECK_FALSE(log.sink->drain(1ms));
    CHECK_FALSE(log.sink->stop(1ms));
    log.sink->hang(false);
    log.sink->join();
    CHECK(log.sink->left() == 1);
  }

  TEST_CASE("the output is looked after and opened again by a thread that takes no signals")
  {
    Log log;
    REQUIRE(log.sink->start());
    CHECK(log.sink->wait_until([](const FakeSink::Calls& calls) { return calls.look_after > 1; }));
    log.sink->request_reopen();
    CHECK(log.sink->wait_until([](const FakeSink::Calls& calls) { return calls.reopen == 1; }));
    log.write();
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.sink->wait_until([](const FakeSink::Calls& calls) { return calls.signals_blocked; }));
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    CHECK(sigismember(&blocked, SIGTERM) == 0);
  }
}
