// SPDX-License-Identifier: ISC
//
// recorder FILE: a report-only filter that appends every byte smtpd sends it to FILE, handshake
// included. It registers for what filter-jsonlog registers for and stands in the same chain, so
// both are told the same.

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace {

bool write_all(int descriptor, std::string_view bytes)
{
  while (!bytes.empty()) {
    const auto written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string registration(std::string_view handshake)
{
  std::string answer;
  for (const std::string subsystem : {"smtp-in", "smtp-out"})
    if (handshake.find("config|subsystem|" + subsystem + "\n") != std::string_view::npos)
      answer += "register|report|" + subsystem + "|*\n";
  return answer + "register|ready\n";
}

} // namespace

int main(int argc, char** argv)
{
  const int file = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640) : -1;
  if (file < 0)
    return 2;
  std::string handshake;
  bool registered = false;
  char bytes[65536];
  while (const auto count = read(STDIN_FILENO, bytes, sizeof bytes)) {
    if (count < 0 || !write_all(file, {bytes, static_cast<std::size_t>(count)}))
      return 1;
    if (registered)
      continue;
    handshake.append(bytes, static_cast<std::size_t>(count));
    registered = handshake.find("config|ready\n") != std::string::npos;
    if (registered && !write_all(STDOUT_FILENO, registration(handshake)))
      return 1;
  }
  return 0;
}
