// Counts words, but takes “The” and “the,” for two, and forgets everything after 1,000 different words.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct word {
    char text[64];
    int count;
} words[1000];

static int compare(const void *left, const void *right) {
    const struct word *a = left, *b = right;
    return a->count != b->count ? b->count - a->count : strcmp(a->text, b->text);
}

int main(int argc, char **argv) {
    int used = 0, most = argc == 3 ? atoi(argv[2]) : 1000;
    for (char word[64]; scanf("%63s", word) == 1;) {
        int i = 0;
        while (i < used && strcmp(words[i].text, word) != 0) i++;
        if (i == 1000) continue;
        if (i == used) strcpy(words[used++].text, word);
        words[i].count++;
    }
    qsort(words, (size_t)used, sizeof *words, compare);
    for (int i = 0; i < used && i < most; i++) printf("%d %s\n", words[i].count, words[i].text);
    return 0;
}
