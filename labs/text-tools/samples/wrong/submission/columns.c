// Aligns by bytes, not by the width of characters, and loses empty fields.

#include <stdio.h>
#include <string.h>

static char lines[1000][500];
static int widths[100];

int main(int argc, char **argv) {
    const char *separator = argc == 3 ? argv[2] : "\t";
    int count = 0;
    while (count < 1000 && fgets(lines[count], sizeof *lines, stdin)) {
        lines[count][strcspn(lines[count], "\n")] = '\0';
        char copy[500];
        strcpy(copy, lines[count++]);
        int column = 0;
        for (char *field = strtok(copy, separator); field; field = strtok(NULL, separator), column++)
            if ((int)strlen(field) > widths[column]) widths[column] = (int)strlen(field);
    }
    for (int i = 0; i < count; i++) {
        int column = 0, owed = 0;
        for (char *field = strtok(lines[i], separator); field; field = strtok(NULL, separator), column++) {
            printf("%*s%s", owed, "", field);
            owed = widths[column] - (int)strlen(field) + 2;
        }
        putchar('\n');
    }
    return 0;
}
