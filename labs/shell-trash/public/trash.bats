#!/usr/bin/env bats
# Each test has a folder of its own in the learner's room. What is there is looked at by programs of the system.

load "$PROVOST_BATS"

# Runs a command in this test's folder of the learner's room.
box() {
    learner run -- /bin/sh -c 'mkdir -p "$1" && cd "$1" && shift && exec "$@"' sh "/submission/box-$BATS_SUITE_TEST_NUMBER" "$@"
}

trash() { box /submission/trash "$@"; }

# write NAME TEXT …: files, with the folders they lie in.
write() {
    box /bin/sh -c 'while [ $# -gt 1 ]; do mkdir -p -- "$(dirname -- "$1")" && printf %s "$2" > "$1"; shift 2; done' sh "$@"
}

is_gone() {
    box /bin/sh -c 'for name; do [ ! -e "$name" ] || exit 1; done' sh "$@" || { tell "something is still there that should be put away"; return 1; }
}
# holds NAME TEXT …
holds() {
    box /bin/sh -c 'while [ $# -gt 1 ]; do [ -f "$1" ] && [ "$(cat -- "$1")" = "$2" ] || exit 1; shift 2; done' sh "$@" ||
        { tell "a file does not hold what it held before"; return 1; }
}

@test "the example of the handout" {
    write notes.txt "tea"
    run trash put notes.txt
    expect_status 0
    expect_nothing
    is_gone notes.txt
    run trash list
    expect_output "notes.txt"
    run trash restore notes.txt
    expect_status 0
    holds notes.txt "tea"
}
