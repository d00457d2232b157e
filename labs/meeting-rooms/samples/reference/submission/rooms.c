// Sorts beginnings and ends apart and walks over both: a room is taken at each beginning and given back at each end before it.

#include <stdio.h>
#include <stdlib.h>

static int begins[200000], ends[200000];

static int compare(const void *left, const void *right) {
    int a = *(const int *)left, b = *(const int *)right;
    return (a > b) - (a < b);
}

int main(void) {
    int count = 0;
    if (scanf("%d", &count) != 1) return 1;
    for (int i = 0; i < count; i++)
        if (scanf("%d %d", &begins[i], &ends[i]) != 2) return 1;
    qsort(begins, (size_t)count, sizeof *begins, compare);
    qsort(ends, (size_t)count, sizeof *ends, compare);
    int used = 0, most = 0, since = 0;
    for (int i = 0, given = 0; i < count; i++) {
        while (ends[given] <= begins[i]) given++, used--;
        if (++used > most) most = used, since = begins[i];
    }
    printf("%d %d\n", most, since);
    return 0;
}
