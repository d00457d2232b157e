/* The median of a window and of the distances from it, for each place of a series. */
#include <math.h>
#include <string.h>

static double middle(double *values, int count)
{
    for (int i = 1; i < count; i++) {
        double value = values[i];
        int place = i;
        while (place > 0 && values[place - 1] > value) {
            values[place] = values[place - 1];
            place--;
        }
        values[place] = value;
    }
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* Sets marks[i] where a value is far from what came before it. */
void far(const double *values, int count, unsigned char *marks)
{
    double window[15];
    for (int i = 0; i < count; i++) {
        int size = i < 14 ? i + 1 : 15;
        memcpy(window, values + i + 1 - size, size * sizeof *window);
        double center = middle(window, size);
        for (int k = 0; k < size; k++)
            window[k] = fabs(window[k] - center);
        marks[i] = fabs(values[i] - center) > 4 * middle(window, size) + 0.017;
    }
}
