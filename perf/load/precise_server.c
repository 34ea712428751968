/* An HTTP server that sleeps precisely before it answers, and logs the truth about every request.
 *
 *     precise_server LOG MEDIAN_MS SIGMA SEED STALL_AFTER_S STALL_S
 *
 * Prints its port, serves GET requests on loopback until SIGTERM or SIGINT, then writes LOG (in the
 * format that truth.py reads). It is written in C because what measures must be much faster than
 * what is measured, and it never waits in the kernel, for the same reason: give it its own core.
 * Sleeps are lognormal; with a median of 0 it answers at once. From STALL_AFTER_S seconds after the
 * first request it answers nothing for STALL_S seconds, but still notes when requests arrive.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_FILES 65536
#define MAX_EVENTS 512
#define MAX_HEAD 16384
#define DRAWN 65536 /* sleeps drawn before the load begins; a power of two, used again and again */

typedef struct { int64_t arrival, answer, connection, sleep; } Request;
typedef struct { int64_t due; size_t request; int file; } Pending;

static const char BODY[] =
    "{\"id\":42,\"name\":\"quiet-river\",\"state\":\"open\",\"price\":12.5,\"owner\":\"grace.kim\",\"count\":7}";
static char answer_text[512];
static int answer_length;

static Request *requests;
static size_t request_count, request_room;
static int64_t *accepted;
static size_t accepted_count, accepted_room;
static Pending *heap;
static size_t heap_size, heap_room;
static int64_t sleeps[DRAWN];
static int64_t connection_of[MAX_FILES]; /* -1: closed since */
static char *partial[MAX_FILES];         /* the beginning of a head that came in pieces */
static size_t partial_length[MAX_FILES];
static volatile sig_atomic_t running = 1;

static void stop(int signal_number) { (void)signal_number; running = 0; }

static int64_t nanoseconds(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void fail(const char *what) { perror(what); exit(1); }

/* Room for one more element; doubles what is there. */
static void *with_room(void *list, size_t count, size_t *room, size_t size) {
    if (count < *room) return list;
    *room = *room ? *room * 2 : 65536;
    list = realloc(list, *room * size);
    if (!list) fail("memory");
    return list;
}

static uint64_t random_bits(uint64_t *state) { /* splitmix64 */
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double random_share(uint64_t *state) { /* above 0, below 1 */
    return ((double)(random_bits(state) >> 11) + 0.5) / 9007199254740992.0;
}

static void draw_sleeps(double median_ms, double sigma, uint64_t seed) {
    for (size_t n = 0; n < DRAWN; n++) {
        double radius = sqrt(-2.0 * log(random_share(&seed)));
        double normal = radius * cos(2.0 * M_PI * random_share(&seed));
        sleeps[n] = (int64_t)(median_ms * 1e6 * exp(sigma * normal));
    }
}

static void push(Pending pending) {
    heap = with_room(heap, heap_size, &heap_room, sizeof *heap);
    size_t at = heap_size++;
    for (; at && heap[(at - 1) / 2].due > pending.due; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = pending;
}

static Pending pop(void) {
    Pending first = heap[0], last = heap[--heap_size];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= heap_size) break;
        if (child + 1 < heap_size && heap[child + 1].due < heap[child].due) child++;
        if (heap[child].due >= last.due) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    return first;
}

static void accept_one(int listener, int poll) {
    int file = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (file < 0) {
        if (errno == EAGAIN || errno == ECONNABORTED) return;
        fail("accept");
    }
    if (file >= MAX_FILES) { close(file); return; }
    int yes = 1;
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = file};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, file, &event)) fail("epoll_ctl");
    connection_of[file] = (int64_t)accepted_count;
    partial_length[file] = 0;
    accepted = with_room(accepted, accepted_count, &accepted_room, sizeof *accepted);
    accepted[accepted_count++] = nanoseconds(CLOCK_MONOTONIC);
}

/* The length of what was read, 0 when the connection has ended. */
static size_t read_some(int file) {
    if (!partial[file] && !(partial[file] = malloc(MAX_HEAD))) fail("memory");
    size_t room = MAX_HEAD - partial_length[file];
    ssize_t length = room ? recv(file, partial[file] + partial_length[file], room, 0) : 0;
    if (length <= 0) {
        close(file); /* which takes it out of the poll as well */
        connection_of[file] = -1;
        return 0;
    }
    partial_length[file] += (size_t)length;
    return (size_t)length;
}

static int head_is_whole(int file) {
    size_t length = partial_length[file];
    return length >= 4 && !memcmp(partial[file] + length - 4, "\r\n\r\n", 4);
}

static void write_list(FILE *stream, const void *first, size_t count, size_t stride) {
    for (size_t n = 0; n < count; n++)
        fwrite((const char *)first + n * stride, sizeof(int64_t), 1, stream);
}

static void write_log(const char *path) {
    FILE *stream = fopen(path, "wb");
    if (!stream) fail(path);
    fprintf(stream,
            "{\"requests\": %zu, \"accepted\": %zu, \"wall_clock_ahead_ns\": %lld}\n",
            request_count, accepted_count,
            (long long)(nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_MONOTONIC)));
    if (request_count) {
        write_list(stream, &requests->arrival, request_count, sizeof *requests);
        write_list(stream, &requests->answer, request_count, sizeof *requests);
        write_list(stream, &requests->connection, request_count, sizeof *requests);
        write_list(stream, &requests->sleep, request_count, sizeof *requests);
    }
    write_list(stream, accepted, accepted_count, sizeof *accepted);
    if (fclose(stream)) fail(path);
}

int main(int count, char **words) {
    if (count != 7) {
        fputs("precise_server LOG MEDIAN_MS SIGMA SEED STALL_AFTER_S STALL_S\n", stderr);
        return 2;
    }
    draw_sleeps(atof(words[2]), atof(words[3]), strtoull(words[4], NULL, 10));
    int64_t stall_after = (int64_t)(atof(words[5]) * 1e9), stall = (int64_t)(atof(words[6]) * 1e9);
    int64_t stall_begins = 0, stall_ends = 0;
    answer_length = snprintf(answer_text, sizeof answer_text,
                             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                             "Content-Length: %zu\r\n\r\n%s", strlen(BODY), BODY);
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    int poll = epoll_create1(0);
    struct epoll_event events[MAX_EVENTS], event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    while (running) {
        int ready = epoll_wait(poll, events, MAX_EVENTS, 0);
        for (int n = 0; n < ready; n++) {
            int file = events[n].data.fd;
            if (file == listener) { accept_one(listener, poll); continue; }
            if (!read_some(file) || !head_is_whole(file)) continue;
            int64_t arrival = nanoseconds(CLOCK_MONOTONIC);
            partial_length[file] = 0;
            if (!request_count && stall) {
                stall_begins = arrival + stall_after;
                stall_ends = stall_begins + stall;
            }
            requests = with_room(requests, request_count, &request_room, sizeof *requests);
            int64_t sleep = sleeps[request_count % DRAWN];
            requests[request_count] = (Request){arrival, 0, connection_of[file], sleep};
            push((Pending){arrival + sleep, request_count, file});
            request_count++;
        }
        int64_t now = nanoseconds(CLOCK_MONOTONIC);
        if (stall_begins <= now && now < stall_ends) continue;
        while (heap_size && heap[0].due <= now) {
            Pending next = pop();
            Request *request = &requests[next.request];
            if (connection_of[next.file] == request->connection) { /* else the client has gone */
                int64_t answer = nanoseconds(CLOCK_MONOTONIC); /* no client can see it earlier */
                if (send(next.file, answer_text, (size_t)answer_length, 0) == answer_length)
                    request->answer = answer;
            }
            now = nanoseconds(CLOCK_MONOTONIC);
        }
    }
    write_log(words[1]);
    return 0;
}
