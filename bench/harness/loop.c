/*
 * The least that a run can cost: ONNX Runtime's C interface, called from C over an IoBinding with
 * preallocated tensors. loop LIBRARY MODEL INPUT_SHAPE OUTPUT_SHAPE WARM_UP ITERATIONS WALK_BYTES
 * (shapes like 1x3x32x32, float32) Prints the median of its iterations in nanoseconds. Functions
 * are taken by their index in struct OrtApi, as the agent does: see
 * agent/engine/ort-capi/functions.ts.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef void *(*api_function)();
static const api_function *api;

/* Functions give a status, null when all went well. */
static void check(void *status) {
  if (status == NULL) return;
  fprintf(stderr, "%s\n", ((const char *(*)(void *))api[2])(status));
  exit(1);
}

static int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void *tensor(void *memory, const char *text, float fill) {
  int64_t shape[8];
  size_t rank = 0, count = 1;
  for (char *at = (char *)text; *at != '\0' && rank < 8; at += *at == 'x') {
    shape[rank] = strtoll(at, &at, 10);
    count *= shape[rank++];
  }
  float *data = malloc(count * sizeof(float));
  for (size_t i = 0; i < count; i++) data[i] = fill;
  void *value = NULL;
  check(((void *(*)(void *, void *, size_t, const int64_t *, size_t, int, void **))api[49])(
      memory, data, count * sizeof(float), shape, rank, 1, &value));
  return value;
}

static int by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc != 8) return 2;
  void *library = dlopen(argv[1], RTLD_NOW);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  struct base { const api_function *(*get_api)(uint32_t); };
  api = ((const struct base *(*)(void))dlsym(library, "OrtGetApiBase"))()->get_api(16);

  void *env, *options, *session, *allocator, *memory, *run_options, *binding;
  char *input_name, *output_name;
  check(((void *(*)(int, const char *, void **))api[3])(2, "loop", &env));
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
  void *(*bind)(void *, const char *, void *) = (void *(*)(void *, const char *, void *))api[136];
  check(bind(binding, input_name, tensor(memory, argv[3], 1)));
  bind = (void *(*)(void *, const char *, void *))api[137];
  check(bind(binding, output_name, tensor(memory, argv[4], 0)));

  size_t warm_up = strtoull(argv[5], NULL, 10), iterations = strtoull(argv[6], NULL, 10);
  size_t walk_bytes = strtoull(argv[7], NULL, 10);
  volatile uint8_t *walked = malloc(walk_bytes + 1);
  int64_t *durations_ns = malloc(iterations * sizeof(int64_t));
  void *(*run)(void *, void *, void *) = (void *(*)(void *, void *, void *))api[133];
  for (size_t i = 0; i < warm_up + iterations; i++) {
    for (size_t at = 0; at < walk_bytes; at += 64) walked[at]++;
    int64_t a = now_ns();
    void *status = run(session, run_options, binding);
    int64_t b = now_ns();
    check(status);
    if (i >= warm_up) durations_ns[i - warm_up] = b - a;
  }
  qsort(durations_ns, iterations, sizeof(int64_t), by_value);
  printf("%lld\n", (long long)durations_ns[iterations / 2]);
  return 0;
}
