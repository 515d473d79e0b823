// SPDX-License-Identifier: ISC
//
// Which events get a line, and the lines of the past of a session that turns out to be worth all of
// them.
#include "jsonlog/pipeline.hpp"

#include "line/worth.hpp"

#include <utility>

namespace jsonlog {

namespace {

// SessionTable gives it to no session: its text is that of the session whose past is written.
constexpr SessionTable::Slot slot_of_the_past = SlotIndex::none;

bool is_selected(LineChoice lines, const Session& session, const Report& report) noexcept
{
  if (lines == LineChoice::ends)
    return session.final(); // whatever the event is worth
  return selects(lines, worth_of(session, report));
}

} // namespace

Pipeline::Watch& Pipeline::watch(SessionTable::Slot slot)
{
  if (slot >= watches_.size())
    watches_.resize(slot + std::size_t{1});
  return watches_[slot];
}

void Pipeline::erase_session(SessionTable::Slot slot, bool closed) noexcept
{
  sessions_.erase(slot, closed);
  if (slot < watches_.size())
    watches_[slot] = {};
  pasts_.drop(slot);
}

void Pipeline::select_event(SessionTable::Slot slot, const Report& report, Sections changed,
                            bool in_auth_exchange, const std::shared_ptr<const Origin>& origin)
{
  Session& session = sessions_[slot];
  Watch& watch = this->watch(slot);
  const Selection& selection = settings_.selection;
  watch.unwritten |= changed;
  if (session.events == 1)
    watch.after_close = session.after_close;
  const bool becomes_whole =
    !watch.whole && seeks_whole_ && meets(selection.whole, session, &report);
  if (becomes_whole)
    write_past(slot, watch);
  const bool selected = watch.whole || is_selected(selection.lines, session, report);
  if (selected) {
    number_line(session, watch);
    write_event(slot, session, report, std::exchange(watch.unwritten, 0), in_auth_exchange);
  } else {
    ++counts_.unselected;
  }
  if (!watch.whole && seeks_whole_)
    remember(slot, report, selected, origin);
}

// A session's last line is always made.
Sections Pipeline::select_end(SessionTable::Slot slot, Sections changed)
{
  Session& session = sessions_[slot];
  Watch& watch = this->watch(slot);
  if (!watch.whole && seeks_whole_ && meets(settings_.selection.whole, session, nullptr))
    write_past(slot, watch);
  number_line(session, watch);
  return watch.unwritten | changed | section_bit(Section::session);
}

void Pipeline::number_line(Session& session, Watch& watch)
{
  session.line = watch.lines++;
  session.forgotten = watch.whole ? watch.forgotten : 0;
  watch.unwritten |= section_bit(Section::session);
}

// From now on every line of the session is written, and those that were not, now. What there is no
// memory for is counted as forgotten.
void Pipeline::write_past(SessionTable::Slot slot, Watch& watch) noexcept
{
  watch.whole = true;
  Past past = pasts_.take(slot);
  std::uint64_t left = past.unwritten();
  try {
    replay_past(past, sessions_[slot], watch, left);
  } catch (...) {
    watch.forgotten += left;
  }
}

// The reports walk again through a session that stands where they began. Lines that are out already
// are not written twice. `now`: the session. `left`: lines still to be written.
void Pipeline::replay_past(Past& past, const Session& now, Watch& watch, std::uint64_t& left)
{
  std::unique_ptr<Session> session = past.take_start();
  if (session == nullptr) {
    session = std::make_unique<Session>();
    session->after_close = watch.after_close;
  }
  Sections unwritten = all_sections;
  past.for_each(
    now.subsystem, now.id,
    [&](std::string_view line, bool written, const std::shared_ptr<const Origin>& origin) {
      Report report;
      parse_report(line, report); // a report it was
      const bool in_auth_exchange = session->progress.in_auth_exchange;
      unwritten |= apply(*session, report, caps_);
      unwritten |= tell_origin(*session, &report, origin, caps_);
      if (written)
        return;
      number_line(*session, watch);
      write_event(slot_of_the_past, *session, report,
                  std::exchange(unwritten, 0) | section_bit(Section::session), in_auth_exchange);
      --counts_.unselected;
      --left;
    });
}

void Pipeline::remember(SessionTable::Slot slot, const Report& report, bool written,
                        const std::shared_ptr<const Origin>& origin) noexcept
{
  const auto lose = [this](SessionTable::Slot loser, std::uint64_t lines) {
    if (loser < watches_.size())
      watches_[loser].forgotten += lines;
  };
  const std::uint64_t line = written ? 0U : 1U;
  if (pasts_.is_off(slot)) {
    lose(slot, line);
    return;
  }
  try {
    if (!pasts_.remember(slot, report, written, origin))
      return;
  } catch (...) { // out of memory
    lose(slot, line + pasts_.give_up(slot));
  }
  while (const auto loser = pasts_.must_forget(slot))
    lose(*loser, pasts_.forget(*loser, sessions_[*loser]));
}

} // namespace jsonlog
