// lines: prints some lines of standard input: lines RANGE[,RANGE…]

int main(void) {
    // Your work starts here; README.md says what the tool has to do.
    return 1;
}
