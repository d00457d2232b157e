// The lab's starter, copied into an empty home: by the learner's user, in the room, so that no link in it leads anywhere else.
//
// A full disk or a kill at any moment leaves either a home that is still taken as empty, or the whole starter: it is copied to
// `.starter.partial`, which is renamed to `.starter.complete`, whose entries are then moved to their places.

#define _GNU_SOURCE
#include "relay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char partial[] = ".starter.partial", complete[] = ".starter.complete";
enum { deepest = 64 };

static bool isDot(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

static DIR *openFolder(int parent, const char *name) {
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *stream = folder < 0 ? NULL : fdopendir(folder);
    if (folder >= 0 && stream == NULL) close(folder);
    return stream;
}

static void removeAll(int parent, const char *name, int depth) {
    if (unlinkat(parent, name, 0) == 0 || depth > deepest) return;
    DIR *folder = openFolder(parent, name);
    if (folder) {
        struct dirent *entry;
        while ((entry = readdir(folder)) != NULL)
            if (!isDot(entry->d_name)) removeAll(dirfd(folder), entry->d_name, depth + 1);
        closedir(folder);
    }
    unlinkat(parent, name, AT_REMOVEDIR);
}

static int copyFile(int from, int into, const char *name, mode_t mode) {
    static char bytes[64 << 10];
    int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), target = -1, error = 0;
    ssize_t count = 0;
    if (source < 0) return errno;
    target = openat(into, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode & 0777) | 0600);
    if (target < 0) error = errno;
    while (error == 0 && (count = read(source, bytes, sizeof bytes)) > 0)
        for (ssize_t done = 0; error == 0 && done < count;) {
            ssize_t written = write(target, bytes + done, (size_t)(count - done));
            if (written < 0 && errno != EINTR) error = errno;
            if (written > 0) done += written;
        }
    if (error == 0 && count < 0) error = errno;
    close(source);
    if (target >= 0 && close(target) < 0 && error == 0) error = errno;
    return error;
}

static int copyFolder(DIR *from, int into, int depth) {
    int error = 0;
    struct dirent *entry;
    while (error == 0 && (entry = readdir(from)) != NULL) {
        const char *name = entry->d_name;
        struct stat status;
        if (isDot(name)) continue;
        if (fstatat(dirfd(from), name, &status, AT_SYMLINK_NOFOLLOW) < 0) return errno;
        if (S_ISREG(status.st_mode)) {
            error = copyFile(dirfd(from), into, name, status.st_mode);
        } else if (S_ISLNK(status.st_mode)) {
            char target[4096];
            ssize_t length = readlinkat(dirfd(from), name, target, sizeof target - 1);
            if (length < 0) return errno;
            target[length] = '\0';
            if (symlinkat(target, into, name) < 0) return errno;
        } else if (S_ISDIR(status.st_mode)) {
            if (depth >= deepest) return ELOOP;
            if (mkdirat(into, name, (status.st_mode & 0777) | 0700) < 0) return errno;
            DIR *child = openFolder(dirfd(from), name);
            int made = openat(into, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            error = child == NULL || made < 0 ? errno : copyFolder(child, made, depth + 1);
            if (child) closedir(child);
            if (made >= 0) close(made);
        }
    }
    return error;
}

// Whether the folder holds nothing but an earlier attempt.
static bool isEmpty(int folder) {
    DIR *stream = openFolder(folder, ".");
    bool empty = stream != NULL;
    struct dirent *entry;
    while (empty && (entry = readdir(stream)) != NULL) empty = isDot(entry->d_name) || strcmp(entry->d_name, partial) == 0;
    if (stream) closedir(stream);
    return empty;
}

static int moveEntries(int home) {
    DIR *folder = openFolder(home, complete);
    if (folder == NULL) return errno;
    struct dirent *entry;
    // What the learner has by that name stays.
    while ((entry = readdir(folder)) != NULL)
        if (!isDot(entry->d_name)) (void)renameat2(dirfd(folder), entry->d_name, home, entry->d_name, RENAME_NOREPLACE);
    closedir(folder);
    return unlinkat(home, complete, AT_REMOVEDIR) < 0 ? errno : 0;
}

// 0 when there was nothing to do or all is done; else an errno.
int copyStarter(const char *starter, const char *path) {
    umask(022);
    int home = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (home < 0) return errno;
    if (faccessat(home, complete, F_OK, AT_SYMLINK_NOFOLLOW) == 0) return moveEntries(home);
    if (!isEmpty(home)) return 0;
    removeAll(home, partial, 0);
    DIR *from = openFolder(AT_FDCWD, starter);
    if (from == NULL) return errno == ENOENT ? 0 : errno;
    if (mkdirat(home, partial, 0700) < 0) return errno;
    int into = openat(home, partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int error = into < 0 ? errno : copyFolder(from, into, 0);
    if (error == 0 && syncfs(into) < 0) error = errno;
    if (error == 0 && renameat2(home, partial, home, complete, RENAME_NOREPLACE) < 0) error = errno;
    if (error != 0) {
        removeAll(home, partial, 0);
        return error;
    }
    return moveEntries(home);
}
