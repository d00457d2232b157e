// Works by luck: a copy lacks the byte for its end, and a removed contact moves one too many.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct contact {
    char *name, *number;
};

static struct contact *contacts;
static size_t count, capacity;

static void *must(void *memory) {
    if (!memory) {
        fputs("contacts: out of memory\n", stderr);
        exit(3);
    }
    return memory;
}

static char *copy(const char *text) {
    size_t length = strlen(text);
    return strcpy(must(malloc(length)), text);
}

/// A line without its end, of any length, in memory of its own; NULL at the end of the input.
static char *readLine(FILE *file) {
    size_t length = 0, size = 64;
    char *line = must(malloc(size));
    int character;
    while ((character = getc(file)) != EOF && character != '\n') {
        if (length + 1 == size) line = must(realloc(line, size *= 2));
        line[length++] = (char)character;
    }
    if (character == EOF && length == 0) {
        free(line);
        return NULL;
    }
    line[length] = '\0';
    return line;
}

/// Where `name` is, or belongs.
static size_t place(const char *name, int *found) {
    size_t low = 0, high = count;
    *found = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(contacts[middle].name, name);
        if (order == 0) {
            *found = 1;
            return middle;
        }
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

/// Adds or changes; whether it was there already. `entry` is NAME TAB NUMBER; -1 when it is not.
static int add(char *entry) {
    char *tab = strchr(entry, '\t');
    if (!tab || tab == entry || !tab[1] || strchr(tab + 1, '\t')) return -1;
    *tab = '\0';
    int found;
    size_t index = place(entry, &found);
    if (found) {
        free(contacts[index].number);
        contacts[index].number = copy(tab + 1);
        return 1;
    }
    if (count == capacity) {
        capacity = capacity ? capacity * 2 : 16;
        contacts = must(realloc(contacts, capacity * sizeof *contacts));
    }
    memmove(contacts + index + 1, contacts + index, (count - index) * sizeof *contacts);
    contacts[index] = (struct contact){copy(entry), copy(tab + 1)};
    count++;
    return 0;
}

static void removeAt(size_t index) {
    free(contacts[index].name);
    free(contacts[index].number);
    memmove(contacts + index, contacts + index + 1, (count - index) * sizeof *contacts);
    count--;
}

static void list(FILE *file) {
    for (size_t i = 0; i < count; i++) fprintf(file, "%s\t%s\n", contacts[i].name, contacts[i].number);
}

static int save(const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) return 0;
    list(file);
    return fclose(file) == 0;
}

/// Whether the command was understood.
static int obey(char *line) {
    char *rest = strchr(line, ' ');
    if (rest) *rest++ = '\0';
    int found;
    if (strcmp(line, "add") == 0 && rest) {
        int changed = add(rest);
        if (changed < 0) return 0;
        puts(changed ? "changed" : "added");
    } else if (strcmp(line, "find") == 0 && rest && *rest) {
        size_t index = place(rest, &found);
        if (found) printf("%s\t%s\n", contacts[index].name, contacts[index].number);
        else puts("not found");
    } else if (strcmp(line, "remove") == 0 && rest && *rest) {
        size_t index = place(rest, &found);
        if (found) removeAt(index);
        puts(found ? "removed" : "not found");
    } else if (strcmp(line, "list") == 0 && !rest) {
        list(stdout);
    } else if (strcmp(line, "count") == 0 && !rest) {
        printf("%zu\n", count);
    } else if (strcmp(line, "save") == 0 && rest && *rest) {
        if (!save(rest)) return 0;
        puts("saved");
    } else {
        return 0;
    }
    return 1;
}

static int load(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    char *line;
    int good = 1;
    while ((line = readLine(file))) {
        if (*line && add(line) < 0) good = 0;
        free(line);
    }
    fclose(file);
    return good;
}

int main(int argumentCount, char **arguments) {
    if (argumentCount > 2 || (argumentCount == 2 && !load(arguments[1]))) {
        fputs("usage: contacts [FILE]; FILE has lines of NAME TAB NUMBER\n", stderr);
        return 2;
    }
    int status = 0;
    char *line;
    for (size_t number = 1; (line = readLine(stdin)); number++) {
        if (*line && !obey(line)) {
            fprintf(stderr, "line %zu: not understood\n", number);
            status = 2;
        }
        free(line);
    }
    while (count) removeAt(count - 1);
    free(contacts);
    return status;
}
