#!/usr/bin/env bash
# `PYTHON=python3 scripts/install.sh LOCK VENV` installs what a lock file names into an environment
# of Python, which is made first unless it is there.
#
# pip brings uv, which is in the lock too, and uv the rest: in a fifth of pip's time. uv does not
# read pip's configuration, so pip installs everything where that names an index of its own, and
# also where uv fails.
set -euo pipefail
lock=$1 venv=$2
pip=("$venv/bin/python" -m pip --disable-pip-version-check)
packages=(install --require-hashes --no-deps -r "$lock")

if [[ -z ${PYTHON:-} ]]; then
    echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python3" >&2
    exit 1
fi

with_uv() {
    ! "${pip[@]}" config list | grep -E "[.](index-url|no-index)=" >/dev/null || return 1
    local own
    own=$(mktemp)
    sed -n '/^uv==/,/[^\\]$/p' "$lock" >"$own"
    "${pip[@]}" install --quiet --require-hashes --no-deps -r "$own" || { rm -f "$own"; return 1; }
    rm -f "$own"
    # Says what it downloads and how big that is; the list of what is installed is left out.
    VIRTUAL_ENV=$venv "$venv/bin/uv" --no-progress pip "${packages[@]}" 2>&1 |
        while IFS= read -r line; do [[ $line == ' '* ]] || echo "  $line"; done
}

began=$SECONDS
if ! "${pip[@]}" --version >/dev/null 2>&1; then
    echo "Making $venv with $("$PYTHON" --version) ..."
    "$PYTHON" -m venv --clear "$venv"
fi
echo "Installing $(grep -c '==' "$lock") packages of $lock into $venv ..."
with_uv || { echo "... with pip, which takes longer"; "${pip[@]}" "${packages[@]}"; }
echo "Installed: $(($(du -sk "$venv/" | cut -f1) / 1024)) MB in $venv after $((SECONDS - began)) s."
