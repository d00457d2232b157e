// lines: prints some lines of standard input: lines RANGE[,RANGE…]

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct range {
    unsigned long first, last;
};

static struct range *ranges;
static size_t rangeCount;

static bool readNumber(const char **text, unsigned long *number) {
    if (!isdigit((unsigned char)**text)) return false;
    char *end;
    errno = 0;
    *number = strtoul(*text, &end, 10);
    *text = end;
    return errno == 0 && *number > 0;
}

static bool readRanges(const char *text) {
    for (;;) {
        struct range range;
        if (!readNumber(&text, &range.first)) return false;
        range.last = range.first;
        if (*text == '-') {
            text++;
            range.last = ULONG_MAX;
            if (*text != ',' && *text != '\0' && !readNumber(&text, &range.last)) return false;
        }
        if (range.last < range.first) return false;
        ranges = realloc(ranges, (rangeCount + 1) * sizeof *ranges);
        if (ranges == NULL) return false;
        ranges[rangeCount++] = range;
        if (*text == '\0') return true;
        if (*text++ != ',') return false;
    }
}

static bool isWanted(unsigned long line) {
    for (size_t i = 0; i < rangeCount; i++)
        if (line >= ranges[i].first && line <= ranges[i].last) return true;
    return false;
}

int main(int argc, char **argv) {
    if (argc != 2 || !readRanges(argv[1])) {
        fputs("usage: lines RANGE[,RANGE…], where a RANGE is 3, 3-5 or 3-; lines count from 1\n", stderr);
        return 2;
    }
    unsigned long last = 0, line = 1;
    for (size_t i = 0; i < rangeCount; i++)
        if (ranges[i].last > last) last = ranges[i].last;
    bool wanted = isWanted(line);
    for (int byte; line <= last && (byte = getchar()) != EOF;) {
        if (wanted) putchar(byte);
        if (byte == '\n') wanted = isWanted(++line);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
