// wordfreq: counts the words of standard input: wordfreq [-n N]

int main(void) {
    // Your work starts here; README.md says what the tool has to do.
    return 1;
}
