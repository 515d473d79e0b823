// SPDX-License-Identifier: ISC
//
// One line of an OpenSMTPD report stream, smtpd-filters(7), as a struct of views.
//
// parse_report() takes a line without its LF and splits it at the `|` that the event's row of
// the table allows, so that a `|` inside an address, a user name, a command or a reply stays
// where it is. It copies nothing, allocates nothing and never throws: every view points into
// the line and dies with it.
//
// The wire has changed its field order twice and its prefix twice. All forms since
// November 2018 parse, so that archives can be replayed:
//
//   report|0.7|1795219878.453076|smtp-in|EVENT|SESSION|...   0.1 to 0.7, and what follows
//   report|1|1541671219|smtp-in|EVENT|SESSION|...            `1` and `0` are older than 0.1
//   report|smtp-in|EVENT|1541271219|SESSION|...              no version: early November 2018
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace jsonlog {

enum class Subsystem : std::uint8_t { smtp_in, smtp_out };

std::string_view to_string(Subsystem subsystem) noexcept;

// A session id as smtpd writes it: 16 hex digits.
std::string hex_id(std::uint64_t session);

// Wire versions in the order of their appearance. 0.1 has the value `dotted + 1`, 0.7
// `dotted + 7`; a version with another major number is newer than all of them.
enum class Dialect : std::uint16_t { unversioned, one, zero, dotted, newest = 0xffff };

// Of version 0.`minor`.
constexpr Dialect dialect_0(unsigned minor) noexcept
{
  return static_cast<Dialect>(static_cast<unsigned>(Dialect::dotted) + minor);
}

// --- The events, named as on the wire: `tx-mail` is TxMail. -------------------------------------

// `fcrdns` is pass, fail or error (the manual page lacks the last); empty in 2018. `rdns` is
// `<unknown>` where there is none. Addresses carry their port: `192.0.2.9:25`, `[2001:db8::1]:25`.
struct LinkConnect
{
  static constexpr std::string_view wire_name = "link-connect";
  std::string_view rdns, fcrdns, source, destination;
};
struct LinkGreeting
{
  static constexpr std::string_view wire_name = "link-greeting";
  std::string_view hostname;
};
// No method before 2019-07. The identity may be any text when a filter answered `report` (7.6).
struct LinkIdentify
{
  static constexpr std::string_view wire_name = "link-identify";
  std::string_view method, identity;
};
// `TLSv1.3:TLS_AES_256_GCM_SHA384:256`; before 2018-12-20 `version=..., cipher=..., bits=...`.
struct LinkTls
{
  static constexpr std::string_view wire_name = "link-tls";
  std::string_view text;
};
struct LinkAuth
{
  static constexpr std::string_view wire_name = "link-auth";
  std::string_view result, username;
};
struct LinkDisconnect
{
  static constexpr std::string_view wire_name = "link-disconnect";
};
// A message id is 8 hex digits; 00000000 says that there is no message yet.
struct TxBegin
{
  static constexpr std::string_view wire_name = "tx-begin";
  std::string_view message_id;
};
struct TxMail
{
  static constexpr std::string_view wire_name = "tx-mail";
  std::string_view message_id, result, address;
};
struct TxRcpt
{
  static constexpr std::string_view wire_name = "tx-rcpt";
  std::string_view message_id, result, address;
};
struct TxEnvelope
{
  static constexpr std::string_view wire_name = "tx-envelope";
  std::string_view message_id, envelope_id;
};
struct TxData
{
  static constexpr std::string_view wire_name = "tx-data";
  std::string_view message_id, result;
};
struct TxCommit
{
  static constexpr std::string_view wire_name = "tx-commit";
  std::string_view message_id, size;
};
struct TxRollback
{
  static constexpr std::string_view wire_name = "tx-rollback";
  std::string_view message_id;
};
struct TxReset
{
  static constexpr std::string_view wire_name = "tx-reset";
  std::string_view message_id;
};
struct ProtocolClient
{
  static constexpr std::string_view wire_name = "protocol-client";
  std::string_view command;
};
struct ProtocolServer
{
  static constexpr std::string_view wire_name = "protocol-server";
  std::string_view reply;
};
struct FilterResponse
{
  static constexpr std::string_view wire_name = "filter-response";
  std::string_view phase, response, param;
};
struct FilterReport
{
  static constexpr std::string_view wire_name = "filter-report";
  std::string_view kind, name, message;
};
struct Timeout
{
  static constexpr std::string_view wire_name = "timeout";
};
// An event of a newer smtpd; its own name is Report::name.
struct Unknown
{
  static constexpr std::string_view wire_name = "unknown";
  std::string_view params;
};

using Event =
  std::variant<LinkConnect, LinkGreeting, LinkIdentify, LinkTls, LinkAuth, LinkDisconnect, TxBegin,
               TxMail, TxRcpt, TxEnvelope, TxData, TxCommit, TxRollback, TxReset, ProtocolClient,
               ProtocolServer, FilterResponse, FilterReport, Timeout, Unknown>;

// The names of the events on the wire, by their index in Event.
inline constexpr auto event_names = []<typename... Each>(const std::variant<Each...>*) {
  return std::array<std::string_view, sizeof...(Each)>{Each::wire_name...};
}(static_cast<const Event*>(nullptr));

struct Report
{
  std::string_view line;     // the whole line
  std::string_view protocol; // `0.7`; empty in the form without a version
  Dialect dialect = Dialect::newest;
  std::int64_t time_us = 0; // since 1970-01-01T00:00:00Z; at most 9999-12-31T23:59:59.999999Z
  Subsystem subsystem = Subsystem::smtp_in;
  std::string_view name; // the event's name on the wire
  std::uint64_t session = 0;
  Event event;
  bool missing_fields = false; // the ones that are missing are empty
  bool extra_fields = false;   // what stood after the last field was left out
  bool bad_bytes = false;      // the line is no UTF-8
};

// Returns an empty text and fills `report`, or says in a few words what is wrong: a NUL, or
// something in the prefix (version, time, subsystem, event, session id). Such a line belongs to no
// session.
// Odd parameters are no error: they are marked, and the event holds what there is.
std::string_view parse_report(std::string_view line, Report& report) noexcept;

// `tx-mail` and `tx-rcpt` held the raw argument (`<a@b> SIZE=1`) up to 0.5: gives the text
// between the first `<` and the next `>` there, and the address as it stands since 0.6.
std::string_view plain_address(std::string_view address, Dialect dialect) noexcept;

// What stands between the first `<` and the next `>`; the whole text where they are missing.
std::string_view inside_brackets(std::string_view text) noexcept;

} // namespace jsonlog
