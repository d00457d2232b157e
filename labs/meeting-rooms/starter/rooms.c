// Reads meetings and prints how many rooms they need, and from when on; README.md says how.

#include <stdio.h>

int main(void) {
    // Your work starts here.
    return 0;
}
