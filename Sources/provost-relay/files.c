// Files of this room on their way to and from the supervisor, and standard input.

#define _GNU_SOURCE
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int input = -1;
static bool inputAsked = false;

static const char *pathText(size_t length) {
    static char path[PATH_MAX];
    if (length >= sizeof path) fail(exitInput, "the path of a file to send is too long");
    memcpy(path, incomingText(), length);
    path[length] = '\0';
    return path;
}

// What a command reads: once, to its end. `ownInput` is sent when no path is given.
void startInput(size_t length, int ownInput) {
    if (inputAsked || input >= 0) fail(exitChannel, "the supervisor asked for input twice");
    inputAsked = true;
    if (length == 0) {
        input = ownInput;
        return;
    }
    const char *path = pathText(length);
    input = open(path, O_RDONLY | O_CLOEXEC);
    if (input < 0) fail(exitInput, "cannot open %s: %s", path, strerror(errno));
}

// A file for the learner's room: its mode and size first, then its bytes. That it cannot be sent is never the learner's doing,
// and must not look like an exit status of theirs.
void startFile(size_t length) {
    if (input >= 0 || outgoing.done < outgoing.size) fail(exitChannel, "the supervisor asked for a file before it had the last one");
    const char *path = pathText(length);
    input = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (input < 0 || fstat(input, &status) != 0) fail(exitChannel, "cannot open %s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode)) fail(exitChannel, "%s is not a file; only files can be put into the learner's folder", path);
    uint64_t numbers[] = {status.st_mode & 07777, (uint64_t)status.st_size};
    unsigned char *bytes = outgoing.bytes + headerSize;
    for (int number = 0; number < 2; number++)
        for (int index = 0; index < 8; index++) *bytes++ = (unsigned char)(numbers[number] >> (56 - 8 * index));
    frameOutgoing('M', 16);
}

void writeFile(size_t length, bool append) {
    const char *path = incomingText();
    const char *end = memchr(path, '\0', length);
    if (end == NULL) fail(exitChannel, "the supervisor sent a file without a name");
    const char *bytes = end + 1;
    size_t left = length - (size_t)(bytes - path);
    int file = open(path, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC) | O_CLOEXEC, 0666);
    if (file < 0) fail(exitChannel, "cannot write %s: %s", path, strerror(errno));
    while (left > 0) {
        ssize_t count = write(file, bytes, left);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) fail(exitChannel, "cannot write %s: %s", path, strerror(errno));
        bytes += count;
        left -= (size_t)count;
    }
    if (close(file) != 0) fail(exitChannel, "cannot write %s: %s", path, strerror(errno));
}

void closeInput(void) {
    if (input > STDIN_FILENO) close(input);
    input = -1;
}

// `atEnd`: nobody writes to the input any more, so nothing to read now means its end.
void readInput(bool atEnd) {
    ssize_t count = read(input, outgoing.bytes + headerSize, inputChunk);
    if (count < 0 && atEnd && errno == EAGAIN) count = 0;
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count < 0) fail(exitInput, "cannot read the input: %s", strerror(errno));
    frameOutgoing('D', (size_t)count);
    if (count == 0) closeInput();
}
