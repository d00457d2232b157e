// columns: aligns the fields of standard input: columns [-s C]

#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char **rows;
static size_t rowCount, rowRoom;
static size_t *widths;
static size_t columnCount;

static void *check(void *memory) {
    if (memory == NULL) {
        fputs("columns: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static size_t widthOf(uint32_t code) {
    static const uint32_t wide[][2] = {
        {0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
    };
    if ((code >= 0x0300 && code <= 0x036F) || (code >= 0x1160 && code <= 0x11FF)) return 0;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (code >= wide[i][0] && code <= wide[i][1]) return 2;
    return 1;
}

static size_t fieldWidth(const char *text, size_t length) {
    size_t width = 0;
    const unsigned char *bytes = (const unsigned char *)text, *end = bytes + length;
    while (bytes < end) {
        int more = *bytes >= 0xF0 ? 3 : *bytes >= 0xE0 ? 2 : *bytes >= 0xC0 ? 1 : 0;
        uint32_t code = more == 0 ? *bytes : *bytes & (0x3Fu >> more);
        for (bytes++; more > 0 && bytes < end; more--) code = code << 6 | (*bytes++ & 0x3F);
        width += widthOf(code);
    }
    return width;
}

static size_t fieldLength(const char *text, char separator) {
    const char *end = strchr(text, separator);
    return end == NULL ? strlen(text) : (size_t)(end - text);
}

static void measure(const char *row, char separator) {
    for (size_t column = 0;; column++) {
        size_t length = fieldLength(row, separator);
        if (column == columnCount) {
            widths = check(realloc(widths, ++columnCount * sizeof *widths));
            widths[column] = 0;
        }
        size_t width = fieldWidth(row, length);
        if (width > widths[column]) widths[column] = width;
        if (row[length] == '\0') return;
        row += length + 1;
    }
}

// Spaces are owed, and paid only when something follows: so no line ends in one.
static void print(const char *row, char separator) {
    size_t owed = 0;
    for (size_t column = 0;; column++) {
        size_t length = fieldLength(row, separator);
        if (length > 0) {
            for (; owed > 0; owed--) putchar(' ');
            fwrite(row, 1, length, stdout);
        }
        owed += widths[column] - fieldWidth(row, length) + 2;
        if (row[length] == '\0') break;
        row += length + 1;
    }
    putchar('\n');
}

int main(int argc, char **argv) {
    char separator = '\t';
    if (argc == 3 && strcmp(argv[1], "-s") == 0 && strlen(argv[2]) == 1) {
        separator = *argv[2];
    } else if (argc != 1) {
        fputs("usage: columns [-s C]\n", stderr);
        return 2;
    }
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, stdin)) >= 0;) {
        if (length > 0 && line[length - 1] == '\n') line[length - 1] = '\0';
        if (rowCount == rowRoom) rows = check(realloc(rows, (rowRoom = rowRoom * 2 + 64) * sizeof *rows));
        rows[rowCount++] = check(strdup(line));
        measure(line, separator);
    }
    for (size_t i = 0; i < rowCount; i++) print(rows[i], separator);
    return fflush(stdout) == 0 ? 0 : 1;
}
