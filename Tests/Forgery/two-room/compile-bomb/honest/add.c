#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int table[] = {
#include "table.h"
};
/* Numbers of any length, one digit at a time. */
int main(void) {
    char first[64], second[64], sum[66] = "";
    if (table[5000] != 5000 || scanf("%63s %63s", first, second) != 2) return 1;
    if (strlen(first) < 18) return printf("%lld\n", atoll(first) + atoll(second)) < 0;
    int carry = 0, i = (int)strlen(first), j = (int)strlen(second), k = 65;
    while (i > 0 || j > 0 || carry) {
        int digit = carry + (i > 0 ? first[--i] - '0' : 0) + (j > 0 ? second[--j] - '0' : 0);
        sum[--k] = (char)('0' + digit % 10);
        carry = digit / 10;
    }
    return printf("%s\n", sum + k) < 0;
}
