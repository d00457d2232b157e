// libarchive, loaded with the first archive and not with the program.
//
// It brings nine libraries more, ICU among them, which together take longer to load than most commands run; and a workspace's image may hold
// none of them, where `provost` is to run all the same. Each function that is used stands here under its own name and calls the real one.

#define _GNU_SOURCE 1
#include "carchive.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/types.h>

static void *library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) { library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL); }

_Bool carchive_load(void) {
    pthread_once(&once, load);
    return library != NULL;
}

// A function that this libarchive does not have, or any without it: a crash that names it in the trace.
static void *find(const char *name) {
    void *found = carchive_load() ? dlsym(library, name) : NULL;
    if (found == NULL) __builtin_trap();
    return found;
}

#define FOUND(name) \
    static __typeof__(&name) real; \
    __typeof__(&name) call = __atomic_load_n(&real, __ATOMIC_RELAXED); \
    if (call == NULL) { \
        call = (__typeof__(&name))find(#name); \
        __atomic_store_n(&real, call, __ATOMIC_RELAXED); \
    }
#define FORWARD(result, name, parameters, arguments) \
    result name parameters { \
        FOUND(name) \
        return call arguments; \
    }
#define FORWARD_VOID(name, parameters, arguments) \
    void name parameters { \
        FOUND(name) \
        call arguments; \
    }

FORWARD(struct archive_entry *, archive_entry_clear, (struct archive_entry *a), (a))
FORWARD(mode_t, archive_entry_filetype, (struct archive_entry *a), (a))
FORWARD_VOID(archive_entry_free, (struct archive_entry *a), (a))
FORWARD(la_int64_t, archive_entry_gid, (struct archive_entry *a), (a))
FORWARD(const char *, archive_entry_hardlink, (struct archive_entry *a), (a))
FORWARD(int, archive_entry_is_encrypted, (struct archive_entry *a), (a))
FORWARD(time_t, archive_entry_mtime, (struct archive_entry *a), (a))
FORWARD(long, archive_entry_mtime_nsec, (struct archive_entry *a), (a))
FORWARD(struct archive_entry *, archive_entry_new, (void), ())
FORWARD(const char *, archive_entry_pathname, (struct archive_entry *a), (a))
FORWARD(const char *, archive_entry_pathname_utf8, (struct archive_entry *a), (a))
FORWARD(mode_t, archive_entry_perm, (struct archive_entry *a), (a))
FORWARD_VOID(archive_entry_set_filetype, (struct archive_entry *a, unsigned int b), (a, b))
FORWARD_VOID(archive_entry_set_mtime, (struct archive_entry *a, time_t b, long c), (a, b, c))
FORWARD_VOID(archive_entry_set_pathname_utf8, (struct archive_entry *a, const char *b), (a, b))
FORWARD_VOID(archive_entry_set_perm, (struct archive_entry *a, mode_t b), (a, b))
FORWARD_VOID(archive_entry_set_size, (struct archive_entry *a, la_int64_t b), (a, b))
FORWARD_VOID(archive_entry_set_symlink_utf8, (struct archive_entry *a, const char *b), (a, b))
FORWARD_VOID(archive_entry_set_uname_utf8, (struct archive_entry *a, const char *b), (a, b))
FORWARD(la_int64_t, archive_entry_size, (struct archive_entry *a), (a))
FORWARD(int, archive_entry_size_is_set, (struct archive_entry *a), (a))
FORWARD(const char *, archive_entry_symlink, (struct archive_entry *a), (a))
FORWARD(la_int64_t, archive_entry_uid, (struct archive_entry *a), (a))
FORWARD(const char *, archive_entry_uname, (struct archive_entry *a), (a))
FORWARD(int, archive_errno, (struct archive *a), (a))
FORWARD(const char *, archive_error_string, (struct archive *a), (a))
FORWARD(la_int64_t, archive_filter_bytes, (struct archive *a, int b), (a, b))
FORWARD(int, archive_read_data_block, (struct archive *a, const void **b, size_t *c, la_int64_t *d), (a, b, c, d))
FORWARD(int, archive_read_free, (struct archive *a), (a))
FORWARD(int, archive_read_has_encrypted_entries, (struct archive *a), (a))
FORWARD(la_int64_t, archive_read_header_position, (struct archive *a), (a))
FORWARD(struct archive *, archive_read_new, (void), ())
FORWARD(int, archive_read_next_header, (struct archive *a, struct archive_entry **b), (a, b))
FORWARD(int, archive_read_open_fd, (struct archive *a, int b, size_t c), (a, b, c))
FORWARD(int, archive_read_support_filter_bzip2, (struct archive *a), (a))
FORWARD(int, archive_read_support_filter_gzip, (struct archive *a), (a))
FORWARD(int, archive_read_support_filter_xz, (struct archive *a), (a))
FORWARD(int, archive_read_support_filter_zstd, (struct archive *a), (a))
FORWARD(int, archive_read_support_format_7zip, (struct archive *a), (a))
FORWARD(int, archive_read_support_format_tar, (struct archive *a), (a))
FORWARD(int, archive_read_support_format_zip_seekable, (struct archive *a), (a))
FORWARD(int, archive_write_add_filter_none, (struct archive *a), (a))
FORWARD(int, archive_write_add_filter_zstd, (struct archive *a), (a))
FORWARD(int, archive_write_close, (struct archive *a), (a))
FORWARD(la_ssize_t, archive_write_data, (struct archive *a, const void *b, size_t c), (a, b, c))
FORWARD(int, archive_write_free, (struct archive *a), (a))
FORWARD(int, archive_write_header, (struct archive *a, struct archive_entry *b), (a, b))
FORWARD(struct archive *, archive_write_new, (void), ())
FORWARD(int, archive_write_open_fd, (struct archive *a, int b), (a, b))
FORWARD(int, archive_write_set_bytes_in_last_block, (struct archive *a, int b), (a, b))
FORWARD(int, archive_write_set_filter_option, (struct archive *a, const char *b, const char *c, const char *d), (a, b, c, d))
FORWARD(int, archive_write_set_format_pax_restricted, (struct archive *a), (a))
