// columns: prints a little and falls over.

#include <stdio.h>

int main(void) {
    volatile char *nowhere = NULL;
    puts("1 the");
    fflush(stdout);
    *nowhere = 'x';
    return 0;
}
