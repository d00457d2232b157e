// What the parts of provost-relay share; main.c says what each part is for.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>

enum { headerSize = 5, payloadLimit = 1 << 20, inputChunk = 64 << 10 };
enum { exitInput = 1, exitUsage = 2, exitChannel = 125, exitOutputClosed = 128 + SIGPIPE };

// One frame on its way; `done` counts what has left (or arrived, for the received one).
struct frame {
    unsigned char bytes[headerSize + payloadLimit];
    size_t size;
    size_t done;
};

// frames.c: one connection and its frames.
extern struct frame outgoing, incoming;
extern const char *program;     // the name under which we were called
extern int channel;
extern bool channelTakes;       // false once the supervisor stopped reading: its last frames may still wait for us

_Noreturn void fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void failLost(void);
void connectChannel(void);
void frameOutgoing(unsigned char type, size_t length);
void frameArguments(int count, char **arguments);
void sendOutgoing(void);
bool receiveIncoming(void);     // true when a whole frame is there
size_t incomingLength(void);
const char *incomingText(void);
void clearIncoming(void);

// files.c: files of this room, both ways, and standard input.
extern int input;               // where D frames come from; −1 when no input is asked for, or all of it is sent
void startInput(size_t length, int ownInput);
void startFile(size_t length);
void writeFile(size_t length, bool append);
void readInput(bool atEnd);
void closeInput(void);

// pair.c: `learner pair`.
extern bool pairAsked;
int pairSplit(int count, char **arguments);  // how many of the arguments are for the supervisor
int pairStart(void);                         // starts GRADER; the descriptor that its standard output comes from
bool pairEnded(void);
int pairProcess(void);                       // becomes readable when GRADER ends; −1 before its start and after its end
void pairReap(void);
bool pairIsFull(void);
void pairTake(const void *bytes, size_t size);
int pairSink(void);                          // where GRADER's input is to be written, or −1
void pairWrite(void);
_Noreturn void pairFinish(unsigned char status);

// shared.c: `shared-run`.
_Noreturn void sharedRun(int count, char **arguments);

// sessions.c: `sessions`, the first program of a workspace's room.
_Noreturn void serveSessions(void);

// starter.c: the lab's starter for an empty home; 0 or an errno.
int copyStarter(const char *starter, const char *home);
