// SPDX-License-Identifier: ISC
#include "stream_maker.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

// A linear congruential generator (Knuth's MMIX): the standard library's distributions differ
// from one library to the next.
std::size_t StreamMaker::below(std::size_t limit)
{
  state_ = state_ * 6364136223846793005U + 1442695040888963407U;
  return (state_ >> 33) % limit;
}

std::string_view StreamMaker::one_of(std::initializer_list<std::string_view> texts)
{
  return texts.begin()[below(texts.size())];
}

std::string StreamMaker::hex(std::size_t digits)
{
  std::string text;
  while (text.size() < digits)
    text += "0123456789abcdef"[below(16)];
  return text;
}

std::string StreamMaker::address()
{
  return std::string(one_of({"alice", "bob", "a|b", "\"x y\"", "\xc3\xa9", "postmaster"})) +
         std::to_string(below(50)) + "@" + std::to_string(below(30)) + ".example";
}

void StreamMaker::tell(std::string_view name, const std::string& params)
{
  time_us_ += static_cast<std::int64_t>(below(5000));
  std::string line = prefix_ + std::to_string(time_us_ / 1'000'000) + "." +
                     std::to_string(1'000'000 + time_us_ % 1'000'000).substr(1) + "|" + subsystem_;
  line.append("|").append(name).append("|").append(session_);
  if (!params.empty())
    line.append("|").append(params);
  lines_.push_back(std::move(line));
}

void StreamMaker::greet()
{
  const std::string client =
    "192.0.2." + std::to_string(below(256)) + ":" + std::to_string(below(65536));
  const std::string_view name = one_of({"mail.example.net", "<unknown>", "192.0.2.1"});
  tell("link-connect", std::string(name) + "|" + std::string(one_of({"pass", "fail", "error"})) +
                         "|" +
                         std::string(one_of({client, "[2001:db8::1]:25", "unix:/run/smtpd.sock"})) +
                         "|198.51.100.25:25");
  if (!out_)
    tell("filter-response", "connected|proceed");
  reply("220 mx.example.org ESMTP");
  tell("link-greeting", "mx.example.org");
  const std::string method(lmtp_ ? "LHLO" : one_of({"EHLO", "EHLO", "HELO"}));
  command(method + " mail.example.net");
  tell("link-identify", method + "|mail.example.net");
  reply("250-mx.example.org");
  reply("250 HELP");
  if (!chance(30))
    return;
  command("STARTTLS");
  reply("220 2.0.0 Ready");
  tell("link-tls", "TLSv1.3:TLS_AES_256_GCM_SHA384:256");
}

void StreamMaker::log_in()
{
  command(std::string(one_of({"AUTH PLAIN ********", "AUTH  PLAIN eHg=", "AUTH LOGIN"})));
  if (chance(50)) {
    reply("334 UGFzc3dvcmQ6");
    command("eHg=");
  }
  const bool passed = chance(50);
  const std::string result(passed ? "pass" : one_of({"fail", "error"}));
  const std::string user = "user" + hex(1);
  tell("link-auth", old_order_ ? user + "|" + result : result + "|" + user);
  reply(passed ? "235 2.0.0 ok" : "535 5.7.8 no");
}

void StreamMaker::recipient()
{
  const std::string to = address();
  command("RCPT TO:<" + to + ">");
  if (chance(10))
    tell("filter-response",
         "rcpt-to|" + std::string(one_of({"rewrite|<x@y.example>", "junk", "proceed"})));
  const std::string_view result = one_of({"ok", "ok", "ok", "permfail", "tempfail"});
  if (result == "ok")
    tell("tx-envelope", message_id_ + "|" + message_id_ + hex(8));
  else if (out_)
    tell("tx-rollback", message_id_);
  tell("tx-rcpt", message_id_ + "|" + std::string(result) + "|" + to);
  reply(result == "ok" ? "250 2.1.5 ok" : "550 5.1.1 no such user");
}

void StreamMaker::verdict()
{
  if (chance(70)) {
    reply("250 2.0.0 accepted");
    tell("tx-commit", message_id_ + "|" + std::to_string(below(100000)));
  } else {
    reply("554 5.7.1 no");
    tell("tx-rollback", message_id_);
  }
  tell("tx-reset", message_id_);
}

void StreamMaker::message()
{
  message_id_ = hex(8);
  const std::string from = chance(10) ? std::string() : address();
  command("MAIL FROM:<" + from + ">");
  tell("tx-begin", message_id_);
  tell("tx-mail", message_id_ + "|ok|" + from);
  reply("250 2.0.0 ok");
  std::size_t recipients = 1 + below(chance(10) ? 60 : 4);
  while (recipients-- > 0)
    recipient();
  if (chance(20)) {
    command("RSET");
    if (!out_) { // a relay's RSET is told by nothing else
      tell("tx-rollback", message_id_);
      tell("tx-reset", message_id_);
    }
    return;
  }
  command("DATA");
  tell("tx-data", message_id_ + "|ok");
  reply("354 go");
  command(".");
  for (std::size_t verdicts = lmtp_ ? 1 + below(3) : 1; verdicts > 0; --verdicts)
    verdict();
}

StreamMaker::Lines StreamMaker::well_formed_session()
{
  out_ = chance(40);
  lmtp_ = out_ && chance(40);
  old_order_ = chance(50);
  prefix_ = old_order_ ? "report|0.6|" : "report|0.7|";
  subsystem_ = out_ ? "smtp-out" : "smtp-in";
  session_ = hex(16);
  time_us_ = 1795219878'000000 + static_cast<std::int64_t>(below(1'000'000'000));
  lines_.clear();
  greet();
  if (chance(30))
    log_in();
  for (std::size_t messages = below(4); messages > 0; --messages)
    message();
  if (chance(20))
    tell("filter-report", "proc|spam|" + hex(4));
  if (chance(10))
    tell("timeout");
  if (chance(80))
    command("QUIT");
  if (chance(90))
    tell("link-disconnect");
  return std::move(lines_);
}

StreamMaker::Lines StreamMaker::odd_session()
{
  Lines lines = well_formed_session();
  for (std::size_t blows = 1 + below(10); blows > 0 && lines.size() > 1; --blows) {
    std::string& line = lines[below(lines.size())];
    const std::size_t behind_prefix = std::min<std::size_t>(line.size(), 60);
    const std::size_t at = behind_prefix + below(line.size() - behind_prefix + 1);
    switch (below(10)) {
    case 0: std::swap(line, lines[below(lines.size())]); break;
    case 1:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(below(lines.size())), line);
      break;
    case 2:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(below(lines.size() - 1)));
      break;
    case 3: line.resize(at); break;
    case 4: line.insert(at, 1, static_cast<char>(below(256))); break;
    case 5: line.insert(at, std::string(below(3000), "x\"\\\x01\xff\x7f"[below(6)])); break;
    case 6: line.insert(at, "|"); break;
    case 7: line.append(one_of({"|more", " AUTH eHg=", "\r", "\t", "\xf0\x9f\x93\xac"})); break;
    case 8:
      tell(one_of({"tx-dsn", "tx-mail", "filter-response", "x"}),
           std::string(one_of({"auth|report|a", "00000000|ok|a", "|", "odd"})));
      lines.push_back(lines_.back());
      break;
    default:
      line = std::string(one_of({"", "nonsense", "report|0.7|", "AUTH PLAIN eHg=", line}));
      break;
    }
    // A LF would make two lines of one.
    for (std::string& text : lines)
      for (char& c : text)
        c = c == '\n' ? ' ' : c;
  }
  return lines;
}

StreamMaker::Lines StreamMaker::interleave(const std::vector<Lines>& sessions)
{
  Lines all;
  std::vector<std::size_t> next(sessions.size(), 0);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < sessions.size(); ++i)
    open.push_back(i);
  while (!open.empty()) {
    const std::size_t at = below(open.size());
    const std::size_t session = open[at];
    if (next[session] < sessions[session].size())
      all.push_back(sessions[session][next[session]++]);
    else
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return all;
}
