# For Bats tests of labs: load "$PROVOST_BATS"
#
# Only what is told reaches the learner. Bats's own words, with the failing line of the hidden test, stay with the grader.

# Tells the learner something about this test, shown when it fails.
tell() { printf '%s\n' "$*" >> "$PROVOST_NOTES/${BATS_SUITE_TEST_NUMBER:-0}.told"; }

# After `run`: each fails the test and tells why, without the hidden value.
expect_status() {
    [ "$status" -eq "$1" ] && return
    tell "exit status $status instead of $1"
    return 1
}

expect_failure() {
    [ "$status" -ne 0 ] && return
    tell "exit status 0 where something was wrong"
    return 1
}

expect_output() {
    [ "$output" = "$1" ] && return
    local number
    # The last character lets the shorter of two texts differ where it ends. One process, however many lines there are.
    number=$(LC_ALL=C cmp <(printf '%s\n\177' "$output") <(printf '%s\n\177' "$1") 2> /dev/null | sed -n 's/.* line //p')
    tell "line ${number:-1} of the output is wrong"
    return 1
}

expect_match() {
    [[ "$output" =~ $1 ]] && return
    tell "the output has the wrong form"
    return 1
}

expect_contains() {
    [[ "$output" == *"$1"* ]] && return
    tell "something is missing in the output"
    return 1
}

expect_nothing() {
    [ -z "$output" ] && return
    tell "nothing should have been printed"
    return 1
}
