#!/usr/bin/env bash
# Sets up whatever a goal still needs: setup.sh stack|demo|test. Safe to run again and again.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly GOAL=${1:?usage: setup.sh stack|demo|test}
readonly VENV=.venv STAMPS=build/stamps LOGS=build/log
readonly NODE_MAJOR=20
mkdir -p "$STAMPS" "$LOGS"

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

# --- One at a time, and nothing left behind --------------------------------------------------

exec 9>>build/lock # held by the jobs too: one that outlives us is still at work in this folder
if ! flock --nonblock 9; then
    say "another set-up is at work in this folder: waiting for it"
    flock 9
fi

# A job leads a process group of its own: one in ours would be started deaf to Ctrl-C, and go on.
jobs_at_work=() # process numbers are the keys
begin() {
    set -m
    "$@" </dev/null &
    set +m
    jobs_at_work[$!]=$1
}

finish() {
    local status=0
    wait "$1" || status=$?
    unset "jobs_at_work[$1]"
    return "$status"
}

tell_jobs() {
    local job
    for job in "${!jobs_at_work[@]}"; do
        # By sudo where sudo started what we may not signal ourselves.
        kill "-$1" -- "-$job" 2>/dev/null || sudo -n kill "-$1" -- "-$job" 2>/dev/null || true
    done
}

jobs_live() {
    local job
    [ -z "$(jobs -rp)" ] || return 0
    for job in "${!jobs_at_work[@]}"; do
        if kill -0 -- "-$job" 2>/dev/null; then return 0; fi
    done
    return 1
}

# Whatever ends us ends the jobs, in the way that lets apt and pip tidy up; a second Ctrl-C kills.
end_jobs() {
    local tenths
    jobs_live || return 0
    trap 'tell_jobs KILL' INT TERM HUP
    say "ending what is still at work"
    tell_jobs INT
    for ((tenths = 0; tenths < 3000; tenths++)); do
        jobs_live || return 0
        sleep 0.1
    done
}
trap end_jobs EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# A step is repeated only when the content of what it is made from has changed.
# step NAME "WHAT IT SAYS" INPUTS-HASH COMMAND...
step() {
    local name=$1 title=$2 inputs=$3
    shift 3
    [ "$(cat "$STAMPS/$name" 2>/dev/null)" = "$inputs" ] && return
    rm -f "$STAMPS/$name"
    logged "$name" "$title" "$@"
    printf '%s\n' "$inputs" >"$STAMPS/$name"
}

# Runs a long command with its output in a log, and shows that it is alive.
logged() {
    local log=$LOGS/$1.log title=$2 started=$SECONDS
    shift 2
    say "$title ..."
    begin "$@" >"$log" 2>&1
    local pid=$! beat=0
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        beat=$((beat + 1))
        [ $((beat % 75)) -ne 0 ] || say "    $((SECONDS - started)) s: $(last_line "$log")"
    done
    if ! finish "$pid"; then
        tail -n 25 "$log" >&2
        fail "failed: $title (all of its output: $log)"
    fi
    say "    done in $((SECONDS - started)) s"
}

last_line() { grep -v -e '^\s*$' -e '^WARNING' "$1" | tail -n 1 | cut -c 1-100; }

hash_of() { cat -- "$@" | sha256sum | cut -d ' ' -f 1; }
hash_of_web() {
    find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' \
        -not -path 'web/test-results/*' -not -path web/src/data/schema.d.ts -print0 | sort -z | xargs -0 sha256sum | hash_of
}

# --- Debian packages -----------------------------------------------------------------------

find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

node_is_new() {
    [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge "$NODE_MAJOR" ]
}

# The packages that are missing, one a line: each is asked for by what it brings, because the
# user may have it from elsewhere.
missing_packages() {
    command -v mmdebstrap >/dev/null || echo mmdebstrap
    command -v bwrap >/dev/null || echo bubblewrap
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || echo debian-archive-keyring
    [ "$(id -u)" = 0 ] || command -v newuidmap >/dev/null || echo uidmap
    find_python >/dev/null || echo python3
    "$(find_python || echo false)" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    [ "$GOAL" != stack ] || return 0
    node_is_new || echo nodejs
    command -v npm >/dev/null || echo npm
    [ "$GOAL" = test ] || return 0
    command -v chromium >/dev/null || echo chromium
    [ -d /usr/share/fonts/opentype/noto ] || echo fonts-noto-cjk
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null || fail "missing: ${missing[*]} (no apt-get here to install them)"
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        if sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null; }; then
            as_root=(sudo)
            say "sudo is needed to install: ${missing[*]}"
            sudo true
        else
            fail "missing Debian packages. As root, run: apt-get install ${missing[*]}"
        fi
    fi
    logged apt-update "package lists" "${as_root[@]}" apt-get update -q
    logged apt-install "Debian packages: ${missing[*]}" "${as_root[@]}" \
        env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
    [ "$GOAL" = stack ] || node_is_new ||
        fail "Node $NODE_MAJOR or newer is needed; this Debian has $(node --version 2>/dev/null || echo none)"
}

# --- Python, root file system, web ----------------------------------------------------------

make_venv() {
    [ -x "$VENV/bin/python" ] || "$1" -m venv "$VENV"
    # Byte code is made at the first import: most of what is installed is never imported.
    local pip=("$VENV/bin/python" -m pip install --progress-bar off --disable-pip-version-check
        --no-compile)
    "${pip[@]}" --require-hashes -r requirements.lock
    "${pip[@]}" --no-deps --no-build-isolation -e .
    # What pyproject.toml asks for and the lock lacks is found here, not by a program at work.
    "$VENV/bin/python" -m pip check
}

set_up_python() {
    local python inputs
    python=$(find_python) || fail "Python 3.11 or newer is needed"
    if [ -d "$VENV" ] && ! "$VENV/bin/python" -c '' 2>/dev/null; then
        say "the Python environment is broken (its Python went away): making it anew"
        rm -rf "$VENV"
    fi
    [ -d "$VENV" ] || rm -f "$STAMPS/python"
    inputs=$(hash_of requirements.lock pyproject.toml)
    step python "Python packages (about a minute)" "$inputs" make_venv "$python"
}

set_up_rootfs() {
    "$VENV/bin/python" -m deploy.stack rootfs >/dev/null
}

# The lock of the web packages is npm 11's. npm 10, which comes with Node 20, sees other peers and
# refuses it, but installs the one npm of deploy/npm/package-lock.json, by its hash.
npm_is_new() { [ "$(npm --version | cut -d . -f 1)" -ge 11 ]; }
install_npm() {
    mkdir -p build/npm
    cp deploy/npm/package.json deploy/npm/package-lock.json build/npm
    npm --prefix build/npm ci --no-audit --no-fund --loglevel=error
}
npm_of_the_lock() {
    if npm_is_new; then npm "$@"; else build/npm/node_modules/.bin/npm "$@"; fi
}
install_web() { npm_of_the_lock --prefix web ci --no-audit --no-fund --loglevel=error; }
build_web() { npm --prefix web run build; }

set_up_web() {
    [ -d web/node_modules ] || rm -f "$STAMPS/web-packages"
    [ -f web/dist/index.html ] || rm -f "$STAMPS/web-build"
    [ -x build/npm/node_modules/.bin/npm ] || rm -f "$STAMPS/npm"
    npm_is_new || step npm "npm of the web's lock" "$(hash_of deploy/npm/*.json)" install_npm
    step web-packages "web packages" "$(hash_of web/package.json web/package-lock.json)" install_web
    step web-build "web pages" "$(hash_of_web)" build_web
}

install_packages
set_up_python
# The two long steps that do not need each other share the cores.
begin set_up_rootfs
rootfs=$!
[ "$GOAL" = stack ] || set_up_web
finish "$rootfs" || fail "the root file system could not be built"
