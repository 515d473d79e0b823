// SPDX-License-Identifier: ISC
#include "program/confinement.hpp"

#include "output/diagnostics.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

bool has_landlock()
{
#ifdef SYS_landlock_create_ruleset
  return syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) > 0;
#else
  return false;
#endif
}

// A folder with `logs/smtpd/` and `elsewhere/` in it.
class Place
{
public:
  Place()
  {
    REQUIRE(mkdtemp(root_.data()) != nullptr);
    for (const char* const name : {"/logs", "/logs/smtpd", "/elsewhere"})
      REQUIRE(mkdir((root_ + name).c_str(), 0700) == 0);
  }
  ~Place()
  {
    for (const char* const name : {"/logs/smtpd/new", "/logs/smtpd/renamed", "/elsewhere/new"})
      unlink((root_ + name).c_str());
    for (const char* const name : {"/logs/smtpd", "/logs", "/elsewhere", ""})
      rmdir((root_ + name).c_str());
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::string operator/(const std::string& name) const { return root_ + "/" + name; }

private:
  std::string root_ = "/tmp/confinement-XXXXXX";
};

// What the call leaves in errno, in a process of its own that is confined to the log; 0: it went
// well.
int confined(const Place& place, const std::function<bool()>& call)
{
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Diagnostics diagnostics("");
    confine({place / "logs/smtpd/events.json", {}}, diagnostics);
    _exit(call() ? 0 : errno);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

bool opens(const std::string& path, int flags)
{
  return open(path.c_str(), flags, 0600) >= 0;
}

bool connects(int family, const sockaddr* address, socklen_t size)
{
  return connect(socket(family, SOCK_STREAM, 0), address, size) == 0;
}

} // namespace

TEST_SUITE("confinement")
{
  TEST_CASE("the log's folder can be used")
  {
    const Place place;
    const std::string file = place / "logs/smtpd/new";
    const std::string other = place / "logs/smtpd/renamed";
    CHECK(confined(place, [&] { return opens(file, O_WRONLY | O_APPEND | O_CREAT); }) == 0);
    CHECK(confined(place, [&] { return opens(file, O_RDONLY); }) == 0);
    CHECK(confined(place, [&] { return truncate(file.c_str(), 0) == 0; }) == 0);
    CHECK(confined(place, [&] { return rename(file.c_str(), other.c_str()) == 0; }) == 0);
    CHECK(confined(place, [&] { return opendir((place / "logs/smtpd").c_str()) != nullptr; }) == 0);
    CHECK(confined(place, [&] { return unlink(other.c_str()) == 0; }) == 0);
    CHECK(confined(place, [] { return opens("/etc/localtime", O_RDONLY) || errno == ENOENT; }) ==
          0);
  }

  TEST_CASE("a socket of syslogd can be used")
  {
    const Place place;
    sockaddr_un address = {AF_UNIX, {}};
    const std::string path = place / "elsewhere/new";
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    const int server = socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(bind(server, generic, sizeof address) == 0);
    REQUIRE(listen(server, 1) == 0);
    CHECK(confined(place, [&] { return connects(AF_UNIX, generic, sizeof address); }) == 0);
    close(server);
  }

  TEST_CASE("everything else is refused" * doctest::skip(!has_landlock()))
  {
    const Place place;
    const std::string file = place / "elsewhere/new";
    CHECK(confined(place, [&] { return opens(file, O_WRONLY | O_CREAT); }) == EACCES);
    CHECK(confined(place, [] { return opens("/etc/passwd", O_RDONLY); }) == EACCES);
    CHECK(confined(place, [] { return opendir("/etc") != nullptr; }) == EACCES);
    CHECK(confined(place, [] { return execl("/bin/true", "true", nullptr) == 0; }) == EACCES);
    CHECK(confined(place, [&] { return mkdir((place / "logs/new").c_str(), 0700) == 0; }) ==
          EACCES);
    CHECK(confined(place, [&] { return rmdir((place / "logs/smtpd").c_str()) == 0; }) == EACCES);
    CHECK(confined(place, [&] { return symlink("a", (place / "logs/new").c_str()) == 0; }) ==
          EACCES);
  }
}
