#pragma once
/// Tries to break one limit of the room it runs in. Returns 0 when the limit held, 1 when it was broken, 2 when unknown;
/// some attempts are ended from outside, which is the limit holding. `amount` is bytes, tasks or milliseconds.
int probe(const char *name, long amount);
