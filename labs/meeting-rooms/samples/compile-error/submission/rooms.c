// Is no C, and tries to read what lies around while it is compiled.

#include "/grade/lab/tests/data/secret/1-small/01.ans"
#include "/proc/self/environ"

int main(void) { return rooms }
