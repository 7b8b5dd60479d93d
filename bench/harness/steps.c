/*
 * What the steps of a binding cost beside a model: one session, and its runs with one step more in
 * each way of calling it. steps LIBRARY MODEL INPUT_SHAPE OUTPUT_SHAPE ROUNDS ITERATIONS (shapes
 * like 1x3x32x32, float32) Ways are interleaved, the first one rotating, so that the load of a
 * machine falls on all of them. Prints a line for each way and round: way, round, median of the
 * iterations' nanoseconds, nanoseconds of CPU and minor page faults per iteration. Functions are
 * taken by their index in struct OrtApi: see agent/engine/ort-capi/functions.ts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef void *(*api_function)();
static const api_function *api;

/* Functions give a status, null when all went well. */
static void check(void *status) {
  if (status == NULL) return;
  fprintf(stderr, "%s\n", ((const char *(*)(void *))api[2])(status));
  exit(1);
}

static int64_t clock_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long minor_faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

struct shape { int64_t dims[8]; size_t rank, count; };

static struct shape shape_of(const char *text) {
  struct shape shape = {.rank = 0, .count = 1};
  for (char *at = (char *)text; *at != '\0' && shape.rank < 8; at += *at == 'x') {
    shape.dims[shape.rank] = strtoll(at, &at, 10);
    shape.count *= shape.dims[shape.rank++];
  }
  return shape;
}

static void *tensor_over(void *memory, float *data, const struct shape *shape) {
  void *value = NULL;
  check(((void *(*)(void *, void *, size_t, const int64_t *, size_t, int, void **))api[49])(
      memory, data, shape->count * sizeof(float), shape->dims, shape->rank, 1, &value));
  return value;
}

static void release(size_t index, void *object) { ((void (*)(void *))api[index])(object); }

/* Each way does what the one before it does, and one thing more. */
enum way {
  BOUND, BY_NAME, OUTPUT_ALLOCATED, INPUT_WRAPPED, OUTPUT_DESCRIBED, OUTPUT_COPIED, UNALIGNED, WAYS
};
static const char *const names[WAYS] = {
    "bound", "by-name", "output-allocated", "input-wrapped", "output-described", "output-copied",
    "unaligned-input"};

static void *session, *run_options, *binding, *memory;
static char *input_name, *output_name;
static struct shape input_shape, output_shape;
static float *input, *unaligned_input;
static void *bound_input, *bound_output;

static void describe(void *value) {
  void *info;
  const void *tensor_info;
  size_t rank;
  int64_t dims[8];
  int type;
  check(((void *(*)(void *, void **))api[66])(value, &info));
  check(((void *(*)(void *, const void **))api[55])(info, &tensor_info));
  check(((void *(*)(const void *, int *))api[60])(tensor_info, &type));
  check(((void *(*)(const void *, size_t *))api[61])(tensor_info, &rank));
  check(((void *(*)(const void *, int64_t *, size_t))api[62])(tensor_info, dims,
                                                              rank < 8 ? rank : 8));
  release(98, info);
}

static void run(enum way way) {
  if (way == BOUND) {
    check(((void *(*)(void *, void *, void *))api[133])(session, run_options, binding));
    return;
  }
  float *data = way == UNALIGNED ? unaligned_input : input;
  void *own_input = way >= INPUT_WRAPPED ? tensor_over(memory, data, &input_shape) : bound_input;
  void *output = way >= OUTPUT_ALLOCATED ? NULL : bound_output;
  const char *inputs[] = {input_name}, *outputs[] = {output_name};
  check(((void *(*)(void *, void *, const char **, void **, size_t, const char **, size_t,
                    void **))api[9])(session, run_options, inputs, &own_input, 1, outputs, 1,
                                     &output));
  if (way >= OUTPUT_DESCRIBED) describe(output);
  if (way >= OUTPUT_COPIED) {
    void *from;
    check(((void *(*)(void *, void **))api[51])(output, &from));
    void *copy = calloc(output_shape.count, sizeof(float));
    memcpy(copy, from, output_shape.count * sizeof(float));
    free(copy);
  }
  if (way >= INPUT_WRAPPED) release(96, own_input);
  if (way >= OUTPUT_ALLOCATED) release(96, output);
}

static int by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void measure(enum way way, int round, size_t iterations, int64_t *durations_ns) {
  for (int i = 0; i < 3; i++) run(way);
  long faults = minor_faults();
  int64_t cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  for (size_t i = 0; i < iterations; i++) {
    int64_t a = clock_ns(CLOCK_MONOTONIC);
    run(way);
    durations_ns[i] = clock_ns(CLOCK_MONOTONIC) - a;
  }
  cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns;
  faults = minor_faults() - faults;
  qsort(durations_ns, iterations, sizeof(int64_t), by_value);
  printf("%s %d %lld %.0f %.3f\n", names[way], round, (long long)durations_ns[iterations / 2],
         (double)cpu_ns / iterations, (double)faults / iterations);
}

int main(int argc, char **argv) {
  if (argc != 7) return 2;
  void *library = dlopen(argv[1], RTLD_NOW);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  struct base { const api_function *(*get_api)(uint32_t); };
  api = ((const struct base *(*)(void))dlsym(library, "OrtGetApiBase"))()->get_api(16);
  void *env, *options, *allocator;
  check(((void *(*)(int, const char *, void **))api[3])(2, "steps", &env));
  check(((void *(*)(void **))api[10])(&options));
  check(((void *(*)(void *, int))api[24])(options, 1));
  check(((void *(*)(void *, int))api[25])(options, 1));
  check(((void *(*)(void *, int))api[23])(options, 99));
  check(((void *(*)(void *, const char *, void *, void **))api[7])(env, argv[2], options,
                                                                   &session));
  check(((void *(*)(void **))api[78])(&allocator));
  check(((void *(*)(int, int, void **))api[69])(1, 0, &memory));
  check(((void *(*)(void **))api[39])(&run_options));
  check(((void *(*)(void *, void **))api[134])(session, &binding));
  check(((void *(*)(void *, size_t, void *, char **))api[36])(session, 0, allocator, &input_name));
  check(((void *(*)(void *, size_t, void *, char **))api[37])(session, 0, allocator, &output_name));
  input_shape = shape_of(argv[3]);
  output_shape = shape_of(argv[4]);
  input = aligned_alloc(64, (input_shape.count + 16) * sizeof(float) / 64 * 64 + 64);
  const size_t unaligned_bytes = (input_shape.count + 32) * sizeof(float) / 64 * 64 + 64;
  unaligned_input = (float *)aligned_alloc(64, unaligned_bytes) + 1;
  for (size_t i = 0; i < input_shape.count; i++) input[i] = unaligned_input[i] = 1;
  bound_input = tensor_over(memory, input, &input_shape);
  bound_output = tensor_over(memory, malloc(output_shape.count * sizeof(float)), &output_shape);
  check(((void *(*)(void *, const char *, void *))api[136])(binding, input_name, bound_input));
  check(((void *(*)(void *, const char *, void *))api[137])(binding, output_name, bound_output));

  int rounds = atoi(argv[5]);
  size_t iterations = strtoull(argv[6], NULL, 10);
  int64_t *durations_ns = malloc(iterations * sizeof(int64_t));
  for (int i = 0; i < 20; i++) run(BOUND);
  for (int round = 0; round < rounds; round++)
    for (int k = 0; k < WAYS; k++)
      measure((enum way)((k + round) % WAYS), round, iterations, durations_ns);
  return 0;
}
