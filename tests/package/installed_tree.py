# SPDX-License-Identifier: ISC
"""A copy of a private Debian with OpenSMTPD, to install packages into and to break."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ENVIRONMENT = ["/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive"]
PACKAGES = "root/packages"


class InstalledTree:
    """Commands run in it with chroot; whether that is also in namespaces is the caller's affair."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def copy_from(self, tree: Path, packages: Path) -> None:
        subprocess.run(["cp", "-a", f"{tree}/.", self.folder], check=True)
        shutil.copytree(packages, self.folder / PACKAGES, ignore=lambda _, names: [n for n in names if n[-4:] != ".deb"])

    def use_network_of_this_machine(self) -> None:
        """For apt: the same name server, proxy and tolerance for old lists."""
        shutil.copy("/etc/resolv.conf", self.folder / "etc/resolv.conf")
        settings = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout.splitlines()
        wanted = ("Acquire::http", "Acquire::https", "Acquire::Check-")
        chosen = [line for line in settings if line.startswith(wanted)]
        (self.folder / "etc/apt/apt.conf.d/99machine").write_text("\n".join(chosen) + "\n", encoding="utf-8")

    def package(self, name: str) -> str:
        """The path of a package inside."""
        found = sorted((self.folder / PACKAGES).glob(f"{name}_*.deb"))
        return f"/{PACKAGES}/{found[-1].name}"

    def newer_package(self, name: str) -> str:
        """The same package once more, under a higher version."""
        new = f"/{PACKAGES}/newer.deb"
        self.run("sh", "-c", "rm -rf /root/parts && dpkg-deb -R $1 /root/parts &&"
                 " sed -i 's/^Version: .*/&+newer/' /root/parts/DEBIAN/control &&"
                 " dpkg-deb -b /root/parts $2 && rm -r /root/parts", "sh", self.package(name), new)
        return new

    def try_run(self, *command: str, given: str = "", seconds: float = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["chroot", str(self.folder), *ENVIRONMENT, *command], input=given, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)

    def run(self, *command: str, given: str = "", seconds: float = 300) -> str:
        """What it printed; anything but exit status 0 is an error, which shows it."""
        result = self.try_run(*command, given=given, seconds=seconds)
        if result.returncode:
            raise AssertionError(f"{' '.join(command)} ended with {result.returncode}:\n{result.stdout}")
        return result.stdout
