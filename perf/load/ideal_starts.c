/* How late a program that does nothing else starts what is due: the machine's own part of lateness.
 *
 *     ideal_starts RATE SECONDS
 *
 * It sleeps until each of RATE moments per second, and prints how many milliseconds after them it
 * woke up: p50, p99 and the worst. No generator that sleeps between requests can start them earlier
 * than that: the time is the operating system's, or that of the machine below a virtual one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void sleep_until(double moment) {
    struct timespec time;
    time.tv_sec = (time_t)moment;
    time.tv_nsec = (long)((moment - (double)time.tv_sec) * 1e9);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) {
    }
}

static int by_size(const void *one, const void *other) {
    double first = *(const double *)one, second = *(const double *)other;
    return (first > second) - (first < second);
}

int main(int count, char **words) {
    double rate = count == 3 ? atof(words[1]) : 0;
    long number = count == 3 ? (long)(rate * atof(words[2])) : 0;
    double *late = number > 0 ? malloc((size_t)number * sizeof *late) : NULL;
    if (late == NULL) return 2;
    double begin = now() + 0.01;
    for (long k = 0; k < number; k++) {
        double due = begin + (double)k / rate;
        if (now() < due) sleep_until(due);
        late[k] = (now() - due) * 1000;
    }
    qsort(late, (size_t)number, sizeof *late, by_size);
    printf("%.4f %.4f %.4f\n", late[number / 2], late[number * 99 / 100], late[number - 1]);
    return 0;
}
