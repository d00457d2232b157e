// lines: never ends, and ignores every signal that asks it to.

#include <signal.h>

int main(void) {
    for (int number = 1; number < 32; number++) signal(number, SIG_IGN);
    for (volatile unsigned long turns = 0;; turns++);
}
