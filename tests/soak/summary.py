# SPDX-License-Identifier: ISC
"""All lives together, in figures."""

from __future__ import annotations

from collections import defaultdict
from statistics import median

from tests.soak.account import Account
from tests.soak.life import Kill, Life

ENOUGH_FOR_MEMORY = 1_000_000  # reports of one process
MEMORY_SLACK_KIB = 4096
CATCHING_UP_S = 1.5  # after a fault: the longest pause between two tries, and what waited until then


class Summary:
    def __init__(self, account: Account) -> None:
        self.account = account
        self.lives: list[Life] = []

    def enter(self, life: Life) -> None:
        self.lives.append(life)
        how = "ended" if life.killed_at is None else "killed"
        where = "FIFO" if life.to_pipe else "file"
        print(f"life {len(self.lives)}: to a {where}, {life.offered:,} reports, {len(life.moments)} faults, {how}",
              flush=True)

    def print(self) -> list[str]:
        """Returns what is not as it should be."""
        complaints = list(self.account.invalid)
        reports = lines = dropped = 0
        kills: list[Kill] = []
        cost: dict[str, list[int]] = defaultdict(list)
        for life in self.lives:
            clean = life.killed_at is None
            done = self.account.settle(life.run, life.offered if clean else None)
            complaints += [f"run {life.run}: {complaint}" for complaint in done.complaints]
            reports += life.offered
            lines += done.lines
            dropped += sum(count for _, count in done.dropped)
            if not clean:
                kills.append(life.what_kill_cost(done.made))
            self.attribute(life, done.dropped, cost)
        if self.account.torn_files > len(kills):
            complaints.append(f"{self.account.torn_files} files with a torn end")
        print(f"{len(self.lives)} processes, {reports:,} reports; {lines:,} lines there, {dropped:,} counted as dropped; "
              f"{len(self.account.invalid)} invalid; {self.account.files} files, {self.account.bytes:,} bytes")
        for fault, drops in sorted(cost.items()):
            print(f"  {fault}: {len(drops)} times, {sum(d > 0 for d in drops)} with lines dropped, "
                  f"{sum(drops):,} in all")
        for where in sorted({kill.where for kill in kills}):
            lost = sorted((kill for kill in kills if kill.where == where), key=lambda kill: kill.lines)
            print(f"  killed, {where}: {len(lost)} times; lines lost, and ms of traffic: "
                  + ", ".join(f"{kill.lines:,} ({kill.milliseconds:.1f})" for kill in lost))
        print(f"  {self.account.repaired_bytes:,} bytes of torn lines cut off; torn ends that no filter came back to: "
              f"{self.account.torn_files}")
        return complaints + self.compare_memory()

    def attribute(self, life: Life, dropped: list[tuple[int, int]], cost: dict[str, list[int]]) -> None:
        """Each loss to the fault in which, or after which, it began."""
        begins = [moment.begin for moment in life.moments]
        drops = [0] * len(begins)
        for behind, count in dropped:
            at = max((i for i, begin in enumerate(begins) if begin <= behind), default=None)
            if at is None:
                cost["nothing"].append(count)
            else:
                drops[at] += count
        for moment, count in zip(life.moments, drops):
            cost[moment.fault].append(count)

    def compare_memory(self) -> list[str]:
        life = max(self.lives, key=lambda life: life.offered)
        highest = max(size for _, size in life.memory)
        print(f"  memory of the longest life, {life.offered:,} reports: at most {highest:,} KiB")
        if life.offered < ENOUGH_FOR_MEMORY:
            return []
        tenth = life.offered / 10
        first = [size for offered, size in life.memory if offered <= tenth]
        last = [size for offered, size in life.memory if offered >= 9 * tenth]
        print(f"  its first tenth: at most {max(first):,} KiB; its last tenth: median {median(last):,.0f} KiB")
        grown = median(last) - max(first)
        return [f"memory grew by {grown:,.0f} KiB"] if grown > MEMORY_SLACK_KIB else []
