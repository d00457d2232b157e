/* Floating point, column by column, and the frames in blocks; output with spaces and CR, which is allowed. */
#include <math.h>
#include <stdio.h>
#include "weights.h"

enum { PIXELS = 196, HIDDEN = sizeof B / sizeof *B, DIGITS = 10, BLOCK = 64 };

int main(void)
{
    static unsigned char frames[BLOCK][PIXELS];
    size_t got;
    while ((got = fread(frames, PIXELS, BLOCK, stdin)) > 0)
        for (size_t frame = 0; frame < got; frame++) {
            float hidden[HIDDEN];
            for (int row = 0; row < HIDDEN; row++)
                hidden[row] = B[row];
            for (int place = 0; place < PIXELS; place++) {
                float pixel = frames[frame][place] / 255.0f;
                for (int row = 0; row < HIDDEN; row++)
                    hidden[row] += W[place * HIDDEN + row] * pixel;
            }
            int best = 0;
            float most = -INFINITY;
            for (int digit = 0; digit < DIGITS; digit++) {
                float total = C[digit];
                for (int row = 0; row < HIDDEN; row++)
                    total += V[digit * HIDDEN + row] * fmaxf(0, hidden[row]);
                if (total > most) {
                    most = total;
                    best = digit;
                }
            }
            printf(" %d\r\n", best);
        }
    return 0;
}
