"""Becomes another program: as another user if requested, ending with its parent.

Run as a script, on the standard library alone:
`python -I -S launcher.py <parent pid> <signal on parent's death> <user or nothing> <command...>`.
Between fork and exec no Python code of the parent runs, so its threads cannot interfere.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1
CANNOT_RUN = 127


def become_user(name: str) -> None:
    """Give up root for the named user of the operating system."""
    entry = pwd.getpwnam(name)
    os.setgroups([entry.pw_gid])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask Linux to send the signal when the parent ends; end at once if it already has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            sys.exit(CANNOT_RUN)


def main(parent: str, signal_number: str, user: str, *command: str) -> None:
    """Replace this process by the command."""
    if user:
        become_user(user)
    die_with_parent(int(parent), int(signal_number))
    try:
        os.execvp(command[0], command)  # noqa: S606
    except OSError as error:
        sys.exit(f"cannot run {command[0]}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
