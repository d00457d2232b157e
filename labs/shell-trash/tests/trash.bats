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
    box /bin/sh -c 'for name; do [ ! -e "$name" ] || exit 1; done' sh "$@" ||
        { tell "something is still there that should be put away"; return 1; }
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

@test "puts files and folders away" {
    write a.txt 1 folder/inside/b.txt 2 kept.txt 3
    run trash put a.txt folder/
    expect_status 0
    is_gone a.txt folder
    holds kept.txt 3
    run trash list
    expect_output $'a.txt\nfolder'
    run trash restore folder
    expect_status 0
    holds folder/inside/b.txt 2
}

@test "names with spaces, dashes, dots and line breaks" {
    tell "Quote every variable, end options with --, and think of * as a name."
    local names=("two  words" "-rf" ".hidden" "*" $'a\nb' "한글 이름.txt" 'quote"and\back' '$(touch x)')
    local files=()
    for name in "${names[@]}"; do files+=("./$name" "$name"); done
    write "${files[@]}"
    run trash put "${names[@]}"
    expect_status 0
    is_gone "${names[@]/#/./}"
    run trash restore "${names[@]}"
    expect_status 0
    holds "${files[@]}"
    is_gone x
}

@test "lists what was put away" {
    run trash list
    expect_status 0
    expect_nothing
    write b 1 B 2 a가 3 a 4 .c 5
    run trash put b B a가 a .c
    expect_status 0
    run trash list
    expect_status 0
    expect_output $'.c\nB\na\na가\nb'
}

@test "two files of one name" {
    tell "A second file of the same name is NAME~2, a third NAME~3."
    write x/same 1 y/same 2 same 3
    run trash put x/same
    expect_status 0
    run trash put y/same same
    expect_status 0
    run trash list
    expect_output $'same\nsame~2\nsame~3'
    run trash restore same~2
    expect_status 0
    holds y/same 2
    run trash restore same~3 same
    expect_status 0
    holds same 3 x/same 1
    run trash list
    expect_nothing
}

@test "puts them back where they were" {
    write deep/er/file 1
    run trash put deep/er/file
    expect_status 0
    box /bin/rm -r deep
    run trash restore file
    expect_status 0
    holds deep/er/file 1
    write other/one 2
    run box /bin/sh -c 'TRASH=$PWD/can && export TRASH && cd other && /submission/trash put one && cd .. && /submission/trash restore one'
    expect_status 0
    holds other/one 2
}

@test "never overwrites" {
    write f 1
    run trash put f
    expect_status 0
    write f 2
    run trash restore f
    expect_status 1
    holds f 2
    box /bin/rm f
    run trash restore f
    expect_status 0
    holds f 1
}

@test "empties only the trash" {
    write f 1 kept 2
    run trash put f
    expect_status 0
    run trash empty
    expect_status 0
    run trash list
    expect_status 0
    expect_nothing
    run trash restore f
    expect_status 1
    holds kept 2
    is_gone f
}

@test "says what is wrong" {
    tell "Status 1 and a sentence on standard error for what is not there, 2 for wrong use; the other files are put away all the same."
    write f 1
    run trash put nothing f
    expect_status 1
    is_gone f
    [ -n "$output" ]
    run trash restore nothing
    expect_status 1
    run trash list
    expect_output "f"
    run trash
    expect_status 2
    run trash burn f
    expect_status 2
    run trash put
    expect_status 2
}
