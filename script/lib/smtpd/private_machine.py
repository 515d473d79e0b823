# SPDX-License-Identifier: ISC
"""A process tree, mount table and network of our own: nothing is left when we end."""

from __future__ import annotations

import atexit
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

from script.lib.waiting import wait_until

ENTERED = "FILTER_JSONLOG_PRIVATE_MACHINE"


def enter() -> None:
    """Runs this program again from its start, in namespaces of its own, and returns there."""
    if ENTERED in os.environ:
        del os.environ[ENTERED]
        # The first process of a process namespace ignores signals that it has not asked for.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
        bring_up_loopback()
        return
    os.environ[ENTERED] = "1"
    namespaces = ["--net", "--pid", "--fork", "--kill-child"]
    if can_have_mounts():
        namespaces += ["--mount", "--mount-proc"]
    os.execvp("unshare", ["unshare", *namespaces, sys.executable, *sys.orig_argv[1:]])


def can_have_mounts() -> bool:
    """The kernel gives no mount table to those who live in a plain chroot."""
    return subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL).returncode == 0


def mount(target: Path, *arguments: str) -> None:
    """Mounts, and unmounts when this program ends: the mount table need not be our own."""
    run("mount", *arguments, str(target))
    atexit.register(run, "umount", "--lazy", str(target))


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def bring_up_loopback() -> None:
    set_interface_flags, interface_is_up = 0x8914, 0x1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, set_interface_flags, struct.pack("16sh14x", b"lo", interface_is_up))


def make_local(address: str, netmask: str) -> None:
    """Every address of that network is this machine's, as those of 127.0.0.0/8 are."""
    set_address, set_netmask = 0x8916, 0x891C
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for request, value in ((set_address, address), (set_netmask, netmask)):
            inet = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(value))
            fcntl.ioctl(any_socket, request, struct.pack("16s16s8x", b"lo:1", inet))


def has_inet6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def wait_for_orphans() -> None:
    """Waits until no process but this one is left on this machine."""

    def nobody_left() -> bool:
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
            return False
        except ChildProcessError:
            return True

    wait_until("every process of the mail server and its filters ends", nobody_left)
