// Takes memory and uses every page of it.

#include <stdlib.h>
#include <string.h>

int main(void) {
    for (;;) {
        char *piece = malloc(4 << 20);
        if (piece != NULL) memset(piece, 'x', 4 << 20);
    }
}
