// SPDX-License-Identifier: ISC
//
// Against sockets of its own, in a folder of its own.
#include "output/syslog_sink.hpp"

#include "output/event_log.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

using namespace jsonlog;

namespace {

constexpr std::size_t queue_bytes = std::size_t{64} * 1024 * 1024;
constexpr auto patience = std::chrono::seconds(20);

class Folder
{
public:
  Folder()
  {
    std::string name = std::filesystem::temp_directory_path() / "jsonlog-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string socket() const { return path_ / "log"; }

private:
  std::filesystem::path path_;
};

// The other side of the socket.
class Daemon
{
public:
  explicit Daemon(const std::string& path, int type = SOCK_DGRAM)
    : descriptor_(socket(AF_UNIX, type | SOCK_CLOEXEC, 0))
  {
    std::filesystem::remove(path);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const timeval timeout = {patience.count(), 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  }
  ~Daemon() { close(descriptor_); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Waits for a datagram; empty if none comes.
  std::string receive()
  {
    std::string datagram(65536, '\0');
    const ssize_t size = recv(descriptor_, datagram.data(), datagram.size(), 0);
    datagram.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return datagram;
  }

  // What follows the header.
  std::string receive_payload()
  {
    const std::string datagram = receive();
    const std::size_t header = datagram.find("]: ");
    return header == std::string::npos ? datagram : datagram.substr(header + 3);
  }

private:
  const int descriptor_;
};

struct Log
{
  explicit Log(const std::string& socket)
    : sink(std::make_shared<SyslogSink>(SyslogSettings{.socket = socket}, queue_bytes, diagnostics))
    , log(sink)
  {}

  bool write(const std::string& text) { return log.write(text + "\n", Worth::ordinary); }
  void write_numbers(int first, int last)
  {
    for (int number = first; number <= last; ++number)
      REQUIRE(write(std::to_string(number)));
    log.idle();
  }

  Diagnostics diagnostics{"test_syslog_sink: "};
  std::shared_ptr<SyslogSink> sink;
  EventLog log;
};

} // namespace

TEST_SUITE("syslog_sink")
{
  TEST_CASE("each line is a datagram of its own, without its LF")
  {
    const Folder folder;
    Daemon daemon(folder.socket());
    Log log(folder.socket());
    REQUIRE(log.sink->start());
    REQUIRE(log.write("{\"a\":1}"));
    REQUIRE(log.write("{\"a\":2}"));
    log.log.idle();
    const std::string first = daemon.receive();
    CHECK(first.starts_with("<22>"));
    CHECK(first.ends_with(" filter-jsonlog[" + std::to_string(getpid()) + "]: {\"a\":1}"));
    CHECK(daemon.receive_payload() == "{\"a\":2}");
  }

  TEST_CASE("lines wait for a daemon that comes later")
  {
    const Folder folder;
    Log log(folder.socket());
    REQUIRE(log.sink->start());
    log.write_numbers(1, 3);
    Daemon daemon(folder.socket());
    for (int number = 1; number <= 3; ++number)
      CHECK(daemon.receive_payload() == std::to_string(number));
  }

  TEST_CASE("lines wait while the socket is full, and keep their order")
  {
    constexpr int many = 5000; // more than any socket's queue holds
    const Folder folder;
    Daemon daemon(folder.socket());
    Log log(folder.socket());
    REQUIRE(log.sink->start());
    log.write_numbers(1, many);
    CHECK_FALSE(log.sink->drain(std::chrono::milliseconds(300)));
    for (int number = 1; number <= many; ++number)
      REQUIRE(daemon.receive_payload() == std::to_string(number));
    CHECK(log.sink->drain(patience));
    CHECK(log.sink->take_lost() == 0);
    CHECK(log.sink->counts().errors == 0);
  }

  TEST_CASE("a daemon that comes back gets what follows")
  {
    const Folder folder;
    Log log(folder.socket());
    {
      Daemon daemon(folder.socket());
      REQUIRE(log.sink->start());
      log.write_numbers(1, 1);
      CHECK(daemon.receive_payload() == "1");
    }
    log.write_numbers(2, 3);
    CHECK_FALSE(log.sink->drain(std::chrono::milliseconds(50)));
    Daemon daemon(folder.socket());
    CHECK(daemon.receive_payload() == "2");
    CHECK(daemon.receive_payload() == "3");
  }

  TEST_CASE("another socket at the same path is noticed while the old one hangs")
  {
    const Folder folder;
    Daemon hung(folder.socket());
    Log log(folder.socket());
    REQUIRE(log.sink->start());
    log.write_numbers(1, 5000);
    CHECK_FALSE(log.sink->drain(std::chrono::milliseconds(50)));
    Daemon daemon(folder.socket());
    const std::string next = daemon.receive_payload();
    REQUIRE_FALSE(next.empty());
    for (int number = std::stoi(next) + 1; number <= 5000; ++number)
      REQUIRE(daemon.receive_payload() == std::to_string(number));
    for (int number = 1; number < std::stoi(next); ++number)
      REQUIRE(hung.receive_payload() == std::to_string(number));
  }

  TEST_CASE("a line that the socket never takes is lost, counted, and holds up nothing")
  {
    constexpr std::size_t too_long = std::size_t{12} * 1024 * 1024;
    const Folder folder;
    Daemon daemon(folder.socket());
    Log log(folder.socket());
    REQUIRE(log.sink->start());
    REQUIRE(log.write("1"));
    REQUIRE(log.write(std::string(too_long, 'x')));
    REQUIRE(log.write("2"));
    log.log.idle();
    CHECK(daemon.receive_payload() == "1");
    CHECK(daemon.receive_payload() == "2");
    CHECK(log.sink->drain(patience));
    CHECK(log.sink->take_lost() == 1);
  }

  TEST_CASE("SIGHUP connects anew")
  {
    const Folder folder;
    Daemon old(folder.socket());
    Log log(folder.socket());
    REQUIRE(log.sink->start());
    log.write_numbers(1, 1);
    CHECK(old.receive_payload() == "1");
    Daemon daemon(folder.socket());
    log.sink->request_reopen();
    log.write_numbers(2, 2);
    CHECK(daemon.receive_payload() == "2");
  }

  TEST_CASE("what is no datagram socket is trouble")
  {
    const Folder folder;
    Log log(folder.socket());
    SUBCASE("a stream socket")
    {
      const Daemon daemon(folder.socket(), SOCK_STREAM);
      CHECK_FALSE(log.sink->start(false));
    }
    SUBCASE("a folder")
    {
      std::filesystem::create_directory(folder.socket());
      CHECK_FALSE(log.sink->start(false));
    }
  }

  TEST_CASE("a path has to fit into an address")
  {
    CHECK(SyslogSink::fits_socket_address("/dev/log"));
    CHECK_FALSE(SyslogSink::fits_socket_address("/" + std::string(200, 'x')));
  }
}
