// Gives a room back only after its meeting: meetings that touch need two.

#include <stdio.h>
#include <stdlib.h>

static int begins[200000], ends[200000];

static int compare(const void *left, const void *right) {
    return *(const int *)left - *(const int *)right;
}

int main(void) {
    int count = 0;
    scanf("%d", &count);
    for (int i = 0; i < count; i++) scanf("%d %d", &begins[i], &ends[i]);
    qsort(begins, (size_t)count, sizeof *begins, compare);
    qsort(ends, (size_t)count, sizeof *ends, compare);
    int used = 0, most = 0, since = 0;
    for (int i = 0, given = 0; i < count; i++) {
        while (ends[given] < begins[i]) given++, used--;
        if (++used > most) most = used, since = begins[i];
    }
    printf("%d %d\n", most, since);
    return 0;
}
