#include <stdio.h>

int main(void) { printf("added\n") }
