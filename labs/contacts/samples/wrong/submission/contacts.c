// Honest and mistaken: short lines only, no sorting, a second add of the same name is a second contact.
#include <stdio.h>
#include <string.h>

static char names[100][64], numbers[100][32];
static int count;

int main(void) {
    char line[128];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        char *tab = strchr(line, '\t');
        if (strncmp(line, "add ", 4) == 0 && tab) {
            *tab = '\0';
            snprintf(names[count], sizeof names[count], "%s", line + 4);
            snprintf(numbers[count++], sizeof numbers[0], "%s", tab + 1);
            puts("added");
        } else if (strncmp(line, "find ", 5) == 0 || strncmp(line, "remove ", 7) == 0) {
            const char *name = strchr(line, ' ') + 1;
            int i = 0;
            while (i < count && strcmp(names[i], name) != 0) i++;
            if (i == count) puts("not found");
            else if (line[0] == 'f') printf("%s\t%s\n", names[i], numbers[i]);
            else {
                puts("removed");
                names[i][0] = '\0';
            }
        } else if (strcmp(line, "list") == 0) {
            for (int i = 0; i < count; i++) printf("%s\t%s\n", names[i], numbers[i]);
        } else if (strcmp(line, "count") == 0) {
            printf("%d\n", count);
        }
    }
    return 0;
}
