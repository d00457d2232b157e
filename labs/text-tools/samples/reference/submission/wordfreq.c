// wordfreq: counts the words of standard input: wordfreq [-n N]

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    char *text;
    size_t length;
    unsigned long count;
};

static struct word *table;
static size_t capacity, used;

static void *check(void *memory) {
    if (memory == NULL) {
        fputs("wordfreq: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static struct word *find(struct word *words, size_t size, const char *text, size_t length) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    size_t place = hash & (size - 1);
    while (words[place].text != NULL && (words[place].length != length || memcmp(words[place].text, text, length) != 0))
        place = (place + 1) & (size - 1);
    return &words[place];
}

static void grow(void) {
    size_t size = capacity == 0 ? 1024 : capacity * 2;
    struct word *larger = check(calloc(size, sizeof *larger));
    for (size_t i = 0; i < capacity; i++)
        if (table[i].text != NULL) *find(larger, size, table[i].text, table[i].length) = table[i];
    free(table);
    table = larger;
    capacity = size;
}

static void count(char *text, size_t length) {
    while (length > 0 && ispunct((unsigned char)text[length - 1])) length--;
    while (length > 0 && ispunct((unsigned char)*text)) text++, length--;
    if (length == 0) return;
    for (size_t i = 0; i < length; i++) text[i] = (char)tolower((unsigned char)text[i]);
    if (used * 2 >= capacity) grow();
    struct word *word = find(table, capacity, text, length);
    if (word->text == NULL) {
        word->text = memcpy(check(malloc(length)), text, length);
        word->length = length;
        used++;
    }
    word->count++;
}

static int compare(const void *left, const void *right) {
    const struct word *a = left, *b = right;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static void readWords(void) {
    char *word = NULL;
    size_t length = 0, room = 0;
    for (int byte; (byte = getchar()) != EOF;) {
        if (isspace(byte)) {
            count(word, length);
            length = 0;
            continue;
        }
        if (length == room) word = check(realloc(word, room = room == 0 ? 64 : room * 2));
        word[length++] = (char)byte;
    }
    count(word, length);
    free(word);
}

int main(int argc, char **argv) {
    unsigned long most = (unsigned long)-1;
    if (argc == 3 && strcmp(argv[1], "-n") == 0 && isdigit((unsigned char)*argv[2])) {
        char *end;
        errno = 0;
        most = strtoul(argv[2], &end, 10);
        if (*end != '\0' || errno != 0) argc = 0;
    } else if (argc != 1) {
        argc = 0;
    }
    if (argc == 0) {
        fputs("usage: wordfreq [-n N]\n", stderr);
        return 2;
    }
    readWords();
    size_t filled = 0;
    for (size_t i = 0; i < capacity; i++)
        if (table[i].text != NULL) table[filled++] = table[i];
    if (filled > 0) qsort(table, filled, sizeof *table, compare);
    for (size_t i = 0; i < filled && i < most; i++) {
        printf("%lu ", table[i].count);
        fwrite(table[i].text, 1, table[i].length, stdout);
        putchar('\n');
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
