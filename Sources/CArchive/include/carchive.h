#ifndef CARCHIVE_H
#define CARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

/// Loads libarchive, the first time. False when the machine has none: nothing else of it may be called then.
_Bool carchive_load(void);

#endif
