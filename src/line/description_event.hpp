// SPDX-License-Identifier: ISC
//
// What a line says of its event, and not of the whole session. See description.hpp.
#pragma once

#include "jsonlog/secrets.hpp"
#include "line/description.hpp"
#include "line/event_line.hpp"

#include <string_view>

namespace jsonlog::description {

// event, which is open behind its `type`, up to its end.
void write_event(LineWriter auto& out, const EventLine& line, const EventTexts& texts,
                 bool original)
{
  const Session& session = line.session;
  const Moment& now = session.now;
  write_text<"event.action">(out, line.action());
  if (now.outcome != Outcome::none)
    out.token("outcome"_key, now.outcome == Outcome::success ? "success" : "failure");
  write_text<"event.reason">(out, now.reason);
  out.number("sequence"_key, line.sequence());
  out.composed("id"_key,
               [&](TextBuffer& text) { text << texts.id_prefix << '.' << line.sequence(); });
  out.token("start"_key, texts.start);
  if (session.final())
    write_time(out, "end"_key, session.time_us);
  out.number("duration"_key, line.duration_ns());
  if (original && line.report != nullptr)
    write_text<"event.original">(out, mask_report(*line.report, session.progress.in_auth_exchange),
                                 limits::original);
  out.close();
}

// opensmtpd.logger, which is open behind its `run`, up to its end.
void write_logger(LineWriter auto& out, const LoggerState& logger)
{
  out.number("sequence"_key, logger.sequence);
  out.number("dropped"_key, logger.dropped);
  out.close();
}

void write_times(LineWriter auto& out, const Session& session)
{
  const auto& gap_us = session.now.gap_us;
  if (!gap_us && !session.to_tls_us && !session.to_mail_us)
    return;
  out.open("time"_key);
  if (gap_us)
    out.number("gap_us"_key, *gap_us);
  if (session.to_tls_us)
    out.number("to_tls_us"_key, *session.to_tls_us);
  if (session.to_mail_us)
    out.number("to_mail_us"_key, *session.to_mail_us);
  out.close();
}

// From opensmtpd.protocol to opensmtpd.unknown.
void write_moment(LineWriter auto& out, const EventLine& line)
{
  const Session& session = line.session;
  const Moment& now = session.now;
  out.token("protocol"_key, session.protocol); // digits and a dot
  out.token("subsystem"_key, to_string(session.subsystem));
  write_times(out, session);
  if (now.anomalies.cut())
    out.cut(field<"opensmtpd.anomaly_new">);
  if (!now.anomalies.empty())
    write_anomalies(out, "anomaly_new"_key, now.anomalies);
  if (now.recipient) {
    const auto& [address, original, status] = *now.recipient;
    out.open("rcpt"_key);
    write_text<"opensmtpd.rcpt.address">(out, address.address);
    write_text<"opensmtpd.rcpt.address_original">(out, original);
    write_text<"opensmtpd.rcpt.local">(out, address.local);
    write_text<"opensmtpd.rcpt.domain">(out, address.domain);
    write_text<"opensmtpd.rcpt.status">(out, status);
    out.close();
  }
  if (line.report != nullptr && now.unknown_event) {
    out.open("unknown"_key);
    write_text<"opensmtpd.unknown.event">(out, line.report->name);
    write_text<"opensmtpd.unknown.params">(out, now.unknown_params);
    out.close();
  }
}

// The last member of opensmtpd; nothing if nothing was cut.
void write_truncated(LineWriter auto& out, const Cuts& cuts)
{
  if (!cuts.any())
    return;
  out.open_list("truncated"_key);
  for (std::size_t i = 0; i < field_names.size(); ++i)
    if (cuts.has(static_cast<Field>(i)))
      out.item(field_names[i]);
  out.close_list();
}

} // namespace jsonlog::description
