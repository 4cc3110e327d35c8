#pragma once

#include <stdint.h>

/* As far as a log was durable. No frames: nothing is to be found in it. */
typedef struct {
    uint32_t frames;
    unsigned char salts[8]; /* of the log and of each frame, as they stand there */
    unsigned char sums[8];  /* of the last frame */
} docket_seal;

/* Opens the seal of a log, NAME-wal; -1 when it cannot be had. */
int docket_seal_open(const char *log, int creates);
/* What the file says; no frames when it says nothing that can be relied on. */
void docket_seal_read(int file, docket_seal *seal);
/* Writes it, with `durably` to the disk; 0 when it cannot. */
int docket_seal_write(int file, const docket_seal *seal, int durably);
/* Closes the file and removes it: nothing is told of the log any more. */
void docket_seal_drop(int *file, const char *log);
void docket_seal_close(int file);
