/* What the members of all systems do alike. A member says "ready" when all are there; at the first line on its input it sends slowly and
 * says how long its messages took ("latency", nanoseconds: own median and 99th percentile, those of others likewise); at the
 * second it sends as fast as it may and says how many messages a second were delivered to it ("rate"). At the end of the input it ends.
 * A message that does not come, comes twice, or comes behind a later one of its sender ends the member: it has failed. All members are on
 * one machine, so that their monotonic clocks are one. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BYTES 64
#define SAMPLES 1000000
#define MEMBERS_MAX 16
/* Before and behind the time that counts, in nanoseconds: not all begin at the same moment. */
#define MARGIN 500000000LL

struct message {
    int64_t sent;
    int64_t number;
    int32_t from;
    char rest[BYTES - 20];
};

static int32_t own;
static int64_t counts_from = INT64_MAX, counts_to;
static int64_t count;
/* How many messages this member has sent, and how many of each it was given. */
static int64_t said, given[MEMBERS_MAX];
static int is_timed;
static int64_t *samples[2];
static long sampled[2];

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char *what, long code) {
    fprintf(stderr, "%s: %ld (%s)\n", what, code, strerror(errno));
    exit(1);
}

/* A message was delivered. */
static void delivered(const void *bytes, size_t length) {
    struct message message;
    int64_t at = now();
    if (length != BYTES) fail("a message of another length", length);
    memcpy(&message, bytes, BYTES);
    if (message.from < 0 || message.from >= MEMBERS_MAX) fail("a message of nobody", message.from);
    if (message.number != ++given[message.from]) {
        fprintf(stderr, "message %lld of member %d was lost, doubled or overtaken: %lld came\n", (long long)given[message.from],
                message.from, (long long)message.number);
        exit(1);
    }
    if (at < counts_from || at >= counts_to) return;
    count++;
    if (!is_timed) return;
    int kind = message.from != own;
    if (sampled[kind] < SAMPLES) samples[kind][sampled[kind]++] = at - message.sent;
}

static void stamp(struct message *message) {
    memset(message, 'x', sizeof *message);
    message->sent = now();
    message->number = said + 1;
    message->from = own;
}

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t percentile(int kind, double part) {
    if (sampled[kind] == 0) fail("nothing was delivered", kind);
    qsort(samples[kind], sampled[kind], sizeof(int64_t), compare);
    return samples[kind][(long)(part * (sampled[kind] - 1))];
}

/* Waits for a line; ends the program where none comes. */
static void wait_for_go(void) {
    char line[16];
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) exit(0);
}

static void begin(int timed, int seconds) {
    is_timed = timed;
    count = 0;
    counts_from = now() + MARGIN;
    counts_to = counts_from + seconds * 1000000000LL;
}

/* 1 when the message was taken, 0 when it has to be tried again. */
static int try_send(const struct message *message);
/* Delivers what has come, after at most so many nanoseconds. */
static void receive(int64_t patience);

static void run(int seconds, double rate) {
    struct message message;
    samples[0] = malloc(SAMPLES * sizeof(int64_t));
    samples[1] = malloc(SAMPLES * sizeof(int64_t));
    printf("ready\n");
    wait_for_go();
    begin(1, seconds);
    int64_t gap = 1e9 / rate, end = counts_to + MARGIN;
    /* Members take turns: their clocks are one. */
    int64_t next = (now() / gap + 1) * gap + gap * own / 3;
    while (now() < end) {
        if (now() >= next) {
            stamp(&message);
            while (!try_send(&message)) receive(1000000);
            said++;
            next += gap;
        }
        int64_t left = next - now();
        receive(left > 0 ? left : 0);
    }
    printf("latency %lld %lld", (long long)percentile(0, .5), (long long)percentile(0, .99));
    printf(" %lld %lld\n", (long long)percentile(1, .5), (long long)percentile(1, .99));
    wait_for_go();
    begin(0, seconds);
    end = counts_to + MARGIN;
    while (now() < end) {
        int taken = 1;
        for (int i = 0; i < 64 && taken; i++) {
            stamp(&message);
            taken = try_send(&message);
            said += taken;
        }
        receive(taken ? 0 : 1000000);
    }
    printf("rate %.0f\n", (double)count / seconds);
    wait_for_go();
}
