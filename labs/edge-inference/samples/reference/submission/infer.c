/* Reads frames of 196 bytes and writes the digit on each: whole numbers in the large layer, so that the compiler can take many at once. */
#include <stdio.h>
#include "model.h"

static int digit(const unsigned char *pixels)
{
    float hidden[HIDDEN];
    for (int row = 0; row < HIDDEN; row++) {
        int total = FIRST_BIAS[row];
        for (int column = 0; column < INPUTS; column++)
            total += FIRST[row][column] * pixels[column];
        hidden[row] = total > 0 ? (float)total : 0;
    }
    int best = 0;
    float most = -1e30f;
    for (int row = 0; row < OUTPUTS; row++) {
        float total = LAST_BIAS[row];
        for (int column = 0; column < HIDDEN; column++)
            total += LAST[row][column] * hidden[column];
        if (total > most) {
            most = total;
            best = row;
        }
    }
    return best;
}

int main(void)
{
    static unsigned char frame[INPUTS];
    while (fread(frame, 1, INPUTS, stdin) == INPUTS)
        printf("%d\n", digit(frame));
    return 0;
}
