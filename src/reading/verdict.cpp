// SPDX-License-Identifier: ISC
#include "reading/verdict.hpp"

#include "line/json.hpp"

#include <algorithm>
#include <string_view>

namespace jsonlog {

namespace {

// `12,345`
std::string grouped(std::uint64_t number)
{
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3)
    text.insert(at - 3, 1, ',');
  return text;
}

// `1 session`, `2 sessions`
std::string counted(std::uint64_t number, const std::string& noun)
{
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

} // namespace

bool Verdict::good() const
{
  return std::all_of(problems.begin(), problems.end(), [](std::uint64_t n) { return n == 0; });
}

std::string verdict_text(const Verdict& verdict)
{
  const Sums& sums = verdict.sums;
  std::string text = verdict.good() ? "ok: " : "bad: ";
  text += counted(verdict.lines, "line") + ", " + counted(sums.sessions, "session");
  if (sums.open > 0)
    text += " (" + grouped(sums.open) + " still open)";
  text += ", " + grouped(verdict.count(Problem::lost)) + " lost";
  const auto add = [&text](std::uint64_t number, const std::string& what) {
    if (number > 0)
      text += ", " + what;
  };
  add(sums.declared, grouped(sums.declared) + " declared lost");
  text += ", " + grouped(verdict.count(Problem::duplicate)) + " duplicate";
  const auto add_problem = [&](Problem problem, const std::string& before,
                               const std::string& after) {
    add(verdict.count(problem), before + grouped(verdict.count(problem)) + after);
  };
  add_problem(Problem::invalid, "", " invalid");
  add_problem(Problem::torn, "", " torn at the end of a file");
  add_problem(Problem::surplus, "", " declared lost but there");
  add_problem(Problem::session_gap, "", " missing within sessions");
  add_problem(Problem::unended, "", " sessions without an end");
  add_problem(Problem::unaccounted, "", " runs without a closing account");
  add_problem(Problem::not_followed, "", " not followed");
  add(sums.late, grouped(sums.late) + " out of order");
  add(sums.repaired_bytes, counted(sums.repaired_bytes, "byte") + " of torn lines cut off");
  return text + "\n";
}

std::string verdict_json(const Verdict& verdict)
{
  const Sums& sums = verdict.sums;
  Json json;
  json.begin_object();
  json.token_member("verdict", verdict.good() ? "ok" : "bad");
  json.member("files", verdict.files);
  json.member("lines", verdict.lines);
  json.member("runs", sums.runs);
  json.member("sessions", sums.sessions);
  json.member("open", sums.open);
  json.member("lost", verdict.count(Problem::lost));
  json.member("declared", sums.declared);
  json.member("duplicate", verdict.count(Problem::duplicate));
  json.member("invalid", verdict.count(Problem::invalid));
  json.member("torn", verdict.count(Problem::torn));
  json.member("surplus", verdict.count(Problem::surplus));
  json.member("session_gap", verdict.count(Problem::session_gap));
  json.member("unended", verdict.count(Problem::unended));
  json.member("unaccounted", verdict.count(Problem::unaccounted));
  json.member("not_followed", verdict.count(Problem::not_followed));
  json.member("late", sums.late);
  json.member("repaired_bytes", sums.repaired_bytes);
  json.end_object();
  return std::string(json.text()) + "\n";
}

} // namespace jsonlog
