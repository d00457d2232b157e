// Prints ranges in the order they are asked for, reads everything first, and takes any text for a range.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char lines[100000][120];

int main(int argc, char **argv) {
    int count = 0;
    while (count < 100000 && fgets(lines[count], sizeof *lines, stdin)) count++;
    for (char *range = argc > 1 ? strtok(argv[1], ",") : NULL; range; range = strtok(NULL, ",")) {
        char *dash = strchr(range, '-');
        int first = atoi(range), last = !dash ? first : dash[1] ? atoi(dash + 1) : count;
        for (int i = first; i <= last && i <= count; i++) fputs(lines[i - 1], stdout);
    }
    return 0;
}
