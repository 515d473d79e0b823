// SPDX-License-Identifier: ISC
#include "jsonlog/report.hpp"

#include "jsonlog/text.hpp"
#include "text/words.hpp"
#include "wire/usual_prefix.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <optional>
#include <type_traits>

namespace jsonlog {

using namespace usual_prefix;

namespace {

constexpr std::size_t most_fields = 4;
using Fields = std::array<std::string_view, most_fields>;

// How the parameters of one event are split in a range of dialects. The free-text field is the
// one that may hold `|`: fields before it are counted from the left, fields after it from the
// right. `order` gives each field's place in the event's struct.
struct Row
{
  std::string_view name;
  std::size_t fields;
  std::optional<std::size_t> free_text;
  void (*make)(const Fields&, Event&);
  Dialect last; // the newest dialect of this form
  std::array<std::uint8_t, most_fields> order;
  bool exact; // take this row only for exactly so many fields (old forms differ in it)
};

template <typename E, std::size_t... I>
void make(const Fields& fields, Event& event)
{
  event.emplace<E>(E{fields[I]...});
}

template <typename E, std::size_t... I>
constexpr Row row(std::size_t fields, std::optional<std::size_t> free_text,
                  Dialect last = Dialect::newest,
                  std::array<std::uint8_t, most_fields> order = {0, 1, 2, 3}, bool exact = false)
{
  return {E::wire_name, fields, free_text, make<E, I...>, last, order, exact};
}

constexpr auto none = std::nullopt;

// The rows of an event stand together, old forms before the form that replaced them: the first
// that fits wins.
constexpr std::array rows{
  row<ProtocolServer, 0>(1, 0),
  row<ProtocolClient, 0>(1, 0),
  row<FilterResponse, 0, 1, 2>(3, 2),

  row<TxBegin>(0, none, Dialect::unversioned, {}, true),
  row<TxBegin, 0>(1, none),
  // Until 0.5 the result stands behind the address.
  row<TxMail, 0, 1, 2>(3, 1, dialect_0(5), {0, 2, 1, 3}),
  row<TxMail, 0, 1, 2>(3, 2),
  row<TxRcpt, 0, 1, 2>(3, 1, dialect_0(5), {0, 2, 1, 3}),
  row<TxRcpt, 0, 1, 2>(3, 2),
  row<TxEnvelope, 0, 1>(2, none),
  row<TxData, 0, 1>(2, none),
  row<TxCommit>(0, none, Dialect::unversioned, {}, true),
  row<TxCommit, 0, 1>(2, none),
  row<TxReset, 0>(1, none),
  row<TxRollback>(0, none, Dialect::one, {}, true),
  row<TxRollback, 0>(1, none),

  row<LinkConnect, 0, 1, 2, 3>(2, none, Dialect::unversioned, {2, 3}, true),
  row<LinkConnect, 0, 1, 2, 3>(3, none, Dialect::one, {0, 2, 3}, true),
  row<LinkConnect, 0, 1, 2, 3>(4, none),
  row<LinkGreeting, 0>(1, 0),
  row<LinkIdentify, 0, 1>(1, 0, Dialect::one, {1}, true),
  row<LinkIdentify, 0, 1>(2, 1),
  row<LinkTls, 0>(1, none),
  // Until 0.6 the result stands behind the user name.
  row<LinkAuth, 0, 1>(2, 0, dialect_0(6), {1, 0}),
  row<LinkAuth, 0, 1>(2, 1),
  row<LinkDisconnect>(0, none),
  row<FilterReport, 0, 1, 2>(3, 2),
  row<Timeout>(0, none),
};

template <typename... Each>
constexpr bool all_have_rows(const std::variant<Each...>*)
{
  const auto has_row = [](std::string_view name) {
    return std::ranges::find(rows, name, &Row::name) != rows.end();
  };
  return ((std::is_same_v<Each, Unknown> || has_row(Each::wire_name)) && ...);
}
static_assert(all_have_rows(static_cast<const Event*>(nullptr)));

// How many fields must be there: filter-response has its parameter only for some answers.
std::size_t fewest_fields(const Row& row)
{
  return row.name == FilterResponse::wire_name ? 2 : row.fields;
}

// Cuts the text up to the next `|` off the front of `rest`.
bool next_field(std::string_view& rest, std::string_view& field) noexcept
{
  const std::size_t bar = rest.find('|');
  if (bar == std::string_view::npos)
    return false;
  field = rest.substr(0, bar);
  rest.remove_prefix(bar + 1);
  return true;
}

std::size_t count_bars(std::string_view text) noexcept
{
  std::size_t bars = 0;
  for (const char c : text)
    bars += c == '|' ? 1 : 0;
  return bars;
}

// The first row of each event, found by length and two letters of its name.
constexpr std::size_t slot_of(std::string_view name)
{
  const auto letter = [&](std::size_t at) { return static_cast<unsigned char>(name[at]); };
  return name.size() < 4 ? 0 : (name.size() + letter(3) * 2U + letter(name.size() - 1) * 3U) % 64;
}

constexpr std::uint8_t no_row = 0xff;

constexpr std::array<std::uint8_t, 64> first_rows = [] {
  std::array<std::uint8_t, 64> first{};
  first.fill(no_row);
  for (std::size_t i = rows.size(); i-- > 0;) {
    std::uint8_t& slot = first[slot_of(rows[i].name)];
    if (slot != no_row && rows[slot].name != rows[i].name)
      throw "two events in one slot"; // not a constant then: it does not compile
    slot = static_cast<std::uint8_t>(i);
  }
  return first;
}();

// `params` is what follows the session id, or nothing at all where no `|` followed it.
const Row* find_row(std::string_view name, Dialect dialect,
                    std::optional<std::string_view> params) noexcept
{
  const std::size_t first = first_rows[slot_of(name)];
  if (first == no_row || rows[first].name != name)
    return nullptr;
  // Rows of one event share the characters of their name.
  for (std::size_t i = first; i < rows.size() && rows[i].name.data() == rows[first].name.data();
       ++i) {
    const Row& row = rows[i];
    if (dialect > row.last)
      continue;
    if (row.exact && row.fields != (params ? count_bars(*params) + 1 : 0))
      continue;
    return &row;
  }
  return nullptr;
}

void split(const Row& row, std::optional<std::string_view> params, Report& report) noexcept
{
  Fields fields{};
  std::size_t found = 0;
  if (params && row.fields > 0) {
    std::string_view rest = *params;
    const std::size_t last = row.fields - 1;
    const std::size_t free_text = row.free_text.value_or(last);
    while (found < free_text && next_field(rest, fields[row.order[found]]))
      ++found;
    if (found < free_text) {
      fields[row.order[found++]] = rest;
    } else {
      std::size_t behind = last;
      for (; behind > free_text; --behind) {
        const std::size_t bar = rest.rfind('|');
        if (bar == std::string_view::npos)
          break;
        fields[row.order[behind]] = rest.substr(bar + 1);
        rest = rest.substr(0, bar);
      }
      found = row.fields - (behind - free_text);
      if (!row.free_text) {
        const std::size_t bar = rest.find('|');
        report.extra_fields = bar != std::string_view::npos;
        rest = rest.substr(0, bar);
      }
      fields[row.order[free_text]] = rest;
    }
  } else {
    report.extra_fields = params.has_value();
  }
  report.missing_fields = found < fewest_fields(row);
  row.make(fields, report.event);
}

bool is_auth_result(std::string_view text) noexcept
{
  return text == "pass" || text == "fail" || text == "error";
}

// A wrong guess would turn a failed login into a user name: where only the last field reads
// like a result, the old order is meant, whatever the version says.
void guard_link_auth(std::string_view params, Report& report) noexcept
{
  auto* auth = std::get_if<LinkAuth>(&report.event);
  if (auth == nullptr || is_auth_result(auth->result))
    return;
  const std::size_t bar = params.rfind('|');
  if (bar == std::string_view::npos || !is_auth_result(params.substr(bar + 1)))
    return;
  *auth = {params.substr(bar + 1), params.substr(0, bar)};
}

// Decimal digits only, at most 12 of them.
std::optional<std::int64_t> parse_digits(std::string_view text) noexcept
{
  if (text.empty() || text.size() > 12)
    return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c))
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Eight characters, the first in the lowest byte.
std::uint64_t eight_characters(const char* text) noexcept
{
  std::uint64_t characters = 0;
  std::memcpy(&characters, text, sizeof characters);
  return std::endian::native == std::endian::little ? characters : __builtin_bswap64(characters);
}

// The number of eight digits, or -1. All are weighed at once: neighbours become pairs, pairs fours.
std::int64_t eight_digits(const char* text) noexcept
{
  std::uint64_t digits = eight_characters(text);
  constexpr std::uint64_t high_halves = 0xf0f0f0f0f0f0f0f0;
  constexpr std::uint64_t zeros = 0x3030303030303030; // "00000000"
  constexpr std::uint64_t sixes = 0x0606060606060606; // ':' and what follows it leave the threes
  if (((digits & high_halves) | (((digits + sixes) & high_halves) >> 4)) != (zeros | zeros >> 4))
    return -1;
  digits -= zeros;
  digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ff;
  digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffff;
  return static_cast<std::int64_t>((digits * 10'000 + (digits >> 32)) & 0xffffffff);
}

bool is_usual_version(std::string_view text) noexcept
{
  return text.starts_with("0.") && is_digit(text[version_size - 1]);
}

// As next_field(), which is asked only where the version is not of the usual form.
bool next_version_field(std::string_view& rest, std::string_view& field) noexcept
{
  if (rest.size() <= version_size || rest[version_size] != '|' || !is_usual_version(rest))
    return next_field(rest, field);
  field = rest.substr(0, version_size);
  rest.remove_prefix(version_size + 1);
  return true;
}

std::optional<Dialect> parse_version(std::string_view text) noexcept
{
  if (text.size() == version_size && is_usual_version(text))
    return dialect_0(static_cast<unsigned>(text[version_size - 1] - '0'));
  if (text == "1")
    return Dialect::one;
  if (text == "0")
    return Dialect::zero;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || text.size() > 9)
    return std::nullopt;
  const auto major = parse_digits(text.substr(0, dot));
  const auto minor = parse_digits(text.substr(dot + 1));
  if (!major || !minor)
    return std::nullopt;
  if (*major == 0 && *minor < 1000)
    return dialect_0(static_cast<unsigned>(*minor));
  return Dialect::newest;
}

// As next_field(), which is asked only where the time is not of the usual size. A `|` before its
// end would not be a digit: parse_time() sees it.
bool next_time_field(std::string_view& rest, std::string_view& field) noexcept
{
  if (rest.size() <= time_size || rest[seconds_size] != '.' || rest[time_size] != '|')
    return next_field(rest, field);
  field = rest.substr(0, time_size);
  rest.remove_prefix(time_size + 1);
  return true;
}

std::optional<std::int64_t> parse_usual_time(std::string_view text) noexcept
{
  std::array<char, time_size - 1> digits{};
  char* const rest = std::copy_n(text.begin(), seconds_size, digits.data());
  std::copy(text.begin() + seconds_size + 1, text.end(), rest);
  const std::int64_t high = eight_digits(digits.data());
  const std::int64_t low = eight_digits(digits.data() + 8);
  if (high < 0 || low < 0)
    return std::nullopt;
  return high * 100'000'000 + low;
}

// Microseconds. Seconds and six digits of fraction; whole seconds until 2018-12-13, in the oldest
// dialects.
std::optional<std::int64_t> parse_time(std::string_view text, Dialect dialect) noexcept
{
  if (text.size() == time_size && text[seconds_size] == '.')
    return parse_usual_time(text);
  constexpr std::int64_t year_10000 = 253402300800;
  const std::size_t dot = text.find('.');
  const auto seconds = parse_digits(text.substr(0, dot));
  if (!seconds || *seconds >= year_10000)
    return std::nullopt;
  if (dot == std::string_view::npos)
    return dialect < Dialect::dotted ? std::optional(*seconds * 1'000'000) : std::nullopt;
  const std::string_view fraction = text.substr(dot + 1);
  const auto microseconds = parse_digits(fraction);
  if (fraction.size() != 6 || !microseconds)
    return std::nullopt;
  return *seconds * 1'000'000 + *microseconds;
}

// The number of eight hex digits, each in the low half of its byte. As eight_digits().
std::uint64_t eight_hex_digits(const char* values) noexcept
{
  std::uint64_t digits = eight_characters(values);
  digits = (digits * 0x10 + (digits >> 8)) & 0x00ff00ff00ff00ff;
  digits = (digits * 0x100 + (digits >> 16)) & 0x0000ffff0000ffff;
  return (digits * 0x10000 + (digits >> 32)) & 0xffffffff;
}

// smtpd writes small letters only.
bool parse_session(std::string_view text, std::uint64_t& session) noexcept
{
  // One vector of whatever machine this is compiled for. A comparison gives -1 where it is true.
  using Digits [[gnu::vector_size(session_size)]] = signed char;
  if (text.size() != session_size)
    return false;
  Digits digits;
  std::memcpy(&digits, text.data(), sizeof digits);
  const Digits letters = (digits >= 'a') & (digits <= 'f');
  const Digits good = letters | ((digits >= '0') & (digits <= '9'));
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(good);
  if ((halves[0] & halves[1]) != ~std::uint64_t{0})
    return false;
  const auto values = std::bit_cast<std::array<char, session_size>>((digits & 0xf) + (letters & 9));
  session = eight_hex_digits(values.data()) << 32 | eight_hex_digits(values.data() + 8);
  return true;
}

constexpr Words<Subsystem> subsystems({{"smtp-in", Subsystem::smtp_in},
                                       {"smtp-out", Subsystem::smtp_out}});

// Cuts the subsystem and its `|` off the front of `rest`.
std::optional<Subsystem> take_subsystem(std::string_view& rest) noexcept
{
  for (const auto& [word, subsystem] : subsystems)
    if (rest.size() > word.size() && rest.starts_with(word) && rest[word.size()] == '|') {
      rest.remove_prefix(word.size() + 1);
      return subsystem;
    }
  return std::nullopt;
}

} // namespace

std::string_view to_string(Subsystem subsystem) noexcept
{
  return subsystems[subsystem];
}

std::string hex_id(std::uint64_t session)
{
  std::string text(session_size, '0');
  for (std::size_t i = text.size(); session != 0; session >>= 4)
    text[--i] = "0123456789abcdef"[session & 15];
  return text;
}

std::string_view parse_report(std::string_view line, Report& report) noexcept
{
  report.line = line;
  report.missing_fields = report.extra_fields = report.bad_bytes = false;
  if (!is_ascii(line)) {
    if (line.find('\0') != std::string_view::npos)
      return "NUL in line";
    report.bad_bytes = !is_utf8(line);
  }
  if (!line.starts_with(keyword))
    return "not a report";
  std::string_view rest = line.substr(keyword.size());

  std::string_view time;
  auto subsystem = take_subsystem(rest);
  if (subsystem) {
    report.protocol = {};
    report.dialect = Dialect::unversioned;
    if (!next_field(rest, report.name) || !next_field(rest, time))
      return "prefix too short";
  } else {
    if (!next_version_field(rest, report.protocol))
      return "no version";
    const auto dialect = parse_version(report.protocol);
    if (!dialect)
      return "bad version";
    report.dialect = *dialect;
    if (!next_time_field(rest, time))
      return "prefix too short";
    subsystem = take_subsystem(rest);
    if (!subsystem)
      return "bad subsystem";
    if (!next_field(rest, report.name))
      return "prefix too short";
  }
  report.subsystem = *subsystem;

  const auto time_us = parse_time(time, report.dialect);
  if (!time_us)
    return "bad time";
  report.time_us = *time_us;
  if (report.name.empty())
    return "no event";

  const std::string_view session = rest.substr(0, session_size);
  rest.remove_prefix(session.size());
  if (!parse_session(session, report.session) || (!rest.empty() && rest.front() != '|'))
    return "bad session id";
  std::optional<std::string_view> params;
  if (!rest.empty())
    params = rest.substr(1);

  if (const Row* row = find_row(report.name, report.dialect, params)) {
    split(*row, params, report);
    if (params)
      guard_link_auth(*params, report);
  } else {
    report.event = Unknown{params.value_or(std::string_view{})};
  }
  return {};
}

std::string_view inside_brackets(std::string_view text) noexcept
{
  return between_brackets(text).value_or(text);
}

std::string_view plain_address(std::string_view address, Dialect dialect) noexcept
{
  return dialect <= dialect_0(5) ? inside_brackets(address) : address;
}

} // namespace jsonlog
