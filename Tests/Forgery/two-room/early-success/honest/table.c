int table[10];
__attribute__((constructor)) static void fill(void) {
    for (int i = 0; i < 10; i++) table[i] = i;
}
