// SPDX-License-Identifier: ISC
#include "jsonlog/slot_index.hpp"

#include <map>
#include <random>
#include <utility>

#include <doctest/doctest.h>

using jsonlog::SessionKey;
using jsonlog::SlotIndex;
using jsonlog::Subsystem;

TEST_SUITE("slot_index")
{
  TEST_CASE("an id stands for two sessions, one in each direction")
  {
    SlotIndex index;
    index.insert({7, Subsystem::smtp_in}, 1);
    index.insert({7, Subsystem::smtp_out}, 2);
    CHECK(index.find({7, Subsystem::smtp_in}) == 1);
    CHECK(index.find({7, Subsystem::smtp_out}) == 2);
    CHECK(index.find({8, Subsystem::smtp_in}) == SlotIndex::none);
    CHECK(index.size() == 2);
    index.erase({7, Subsystem::smtp_in});
    CHECK(index.find({7, Subsystem::smtp_in}) == SlotIndex::none);
    CHECK(index.find({7, Subsystem::smtp_out}) == 2);
    CHECK(index.size() == 1);
  }

  TEST_CASE("whatever comes and goes, it finds what a map finds")
  {
    SlotIndex index;
    std::map<std::pair<std::uint64_t, Subsystem>, SlotIndex::Slot> model;
    std::mt19937_64 dice(7); // few ids, so that they come and go and share their places
    bool same = true;
    for (SlotIndex::Slot step = 1; step <= 20'000; ++step) {
      const SessionKey key{dice() % 300,
                           dice() % 2 == 0 ? Subsystem::smtp_in : Subsystem::smtp_out};
      const auto known = model.find({key.id, key.subsystem});
      if (known == model.end()) {
        same = same && index.find(key) == SlotIndex::none;
        index.insert(key, step);
        model[{key.id, key.subsystem}] = step;
      } else {
        same = same && index.find(key) == known->second;
        index.erase(key);
        model.erase(known);
      }
      same = same && index.size() == model.size();
    }
    CHECK(same);
    for (const auto& [key, slot] : model)
      CHECK(index.find({key.first, key.second}) == slot);
  }
}
