// SPDX-License-Identifier: ISC
//
// Input: a line. Every view of a parsed report lies inside the line, masks do not fail, and packed
// it comes back as it was.
#include "fuzz_target.hpp"
#include "jsonlog/command.hpp"
#include "jsonlog/packed_report.hpp"
#include "jsonlog/secrets.hpp"

#include <array>
#include <bit>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

using namespace jsonlog;

namespace {

void require_inside(std::string_view line, std::string_view part)
{
  const std::less_equal<> not_behind;
  require(part.empty() || (not_behind(line.data(), part.data()) &&
                           not_behind(part.data() + part.size(), line.data() + line.size())),
          "views lie inside the line");
}

template <typename Event>
void require_inside(std::string_view line, const Event& event)
{
  if constexpr (!std::is_empty_v<Event>) {
    using Views = std::array<std::string_view, sizeof(Event) / sizeof(std::string_view)>;
    for (const std::string_view view : std::bit_cast<Views>(event))
      require_inside(line, view);
  }
}

void require_packed(const Report& report)
{
  const PackedReport packed(report);
  std::string bytes(packed.size(), '\0');
  packed.write(bytes.data());
  TextBuffer line;
  const std::size_t size = PackedReport::unpack(bytes, report.subsystem, report.session, line);
  require(size == bytes.size() && line.view() == report.line, "a packed report comes back");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  require(mask_unknown(line).size() <= size + secret_mask.size(), "a mask replaces text");
  Report report;
  if (!parse_report(line, report).empty())
    return 0;
  require_inside(line, report.protocol);
  require_inside(line, report.name);
  require_packed(report);
  std::visit([line](const auto& event) { require_inside(line, event); }, report.event);
  for (const bool in_auth_exchange : {false, true})
    require(!mask_report(report, in_auth_exchange).empty(), "a masked report is still a line");
  if (const auto* client = std::get_if<ProtocolClient>(&report.event)) {
    require(!command_verb(client->command).empty(), "every command has a verb");
    require_inside(line, command_address(client->command));
  }
  return 0;
}
