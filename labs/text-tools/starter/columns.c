// columns: aligns the fields of standard input: columns [-s C]

int main(void) {
    // Your work starts here; README.md says what the tool has to do.
    return 1;
}
