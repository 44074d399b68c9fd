/*
 * The door to JavaScript: describeVolume(path) → Promise of an object that has a property for each thing that is known.
 * Node-API 8 only, so that one build serves every later Node and Electron. The system is asked on a worker thread,
 * because a server that is gone must not hold up the program.
 */
#include <stdlib.h>
#include <string.h>

#define NAPI_VERSION 8
#include "node-functions.h"
#include "volume.h"

#define MAX_PATH_BYTES (64 * 1024)

typedef struct {
  napi_async_work work;
  napi_deferred deferred;
  char *path;
  volume_facts facts;
} request;

static void set_text(napi_env env, napi_value object, const char *name, const char *text) {
  napi_value value;
  if (text[0] == '\0') return;
  if (napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) == napi_ok) {
    napi_set_named_property(env, object, name, value);
  }
}

static void set_answer(napi_env env, napi_value object, const char *name, answer given) {
  napi_value value;
  if (given == UNKNOWN) return;
  if (napi_get_boolean(env, given == YES, &value) == napi_ok) napi_set_named_property(env, object, name, value);
}

static void ask(napi_env env, void *data) {
  request *asked = data;
  (void)env;
  describe_volume(asked->path, &asked->facts);
}

static void tell(napi_env env, napi_status status, void *data) {
  request *asked = data;
  const volume_facts *facts = &asked->facts;
  napi_value object;
  (void)status; /* Cancelled work leaves everything unknown, which is true. */
  if (napi_create_object(env, &object) == napi_ok) {
    set_text(env, object, "id", facts->id);
    set_text(env, object, "fileSystem", facts->file_system);
    set_text(env, object, "mount", facts->mount);
    set_text(env, object, "cloudName", facts->cloud_name);
    set_answer(env, object, "readOnly", facts->read_only);
    set_answer(env, object, "network", facts->network);
    set_answer(env, object, "internal", facts->internal);
    set_answer(env, object, "reflink", facts->reflink);
    set_answer(env, object, "encrypted", facts->encrypted);
    set_answer(env, object, "timeMachineExcluded", facts->time_machine_excluded);
    set_answer(env, object, "cloud", facts->cloud);
    napi_resolve_deferred(env, asked->deferred, object);
  }
  napi_delete_async_work(env, asked->work);
  free(asked->path);
  free(asked);
}

static napi_value fail(napi_env env, request *asked, const char *reason) {
  if (asked != NULL) {
    free(asked->path);
    free(asked);
  }
  napi_throw_type_error(env, NULL, reason);
  return NULL;
}

static napi_value describe(napi_env env, napi_callback_info info) {
  size_t count = 1, bytes = 0;
  napi_value argument, name, promise;
  request *asked;

  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok || count < 1 ||
      napi_get_value_string_utf8(env, argument, NULL, 0, &bytes) != napi_ok) {
    return fail(env, NULL, "describeVolume wants a path");
  }
  if (bytes == 0 || bytes > MAX_PATH_BYTES) return fail(env, NULL, "the path is empty or too long");
  asked = calloc(1, sizeof *asked);
  if (asked == NULL) return fail(env, NULL, "no memory");
  asked->path = malloc(bytes + 1);
  if (asked->path == NULL) return fail(env, asked, "no memory");
  if (napi_get_value_string_utf8(env, argument, asked->path, bytes + 1, &bytes) != napi_ok ||
      strlen(asked->path) != bytes) {
    return fail(env, asked, "the path holds a NUL");
  }
  if (napi_create_string_utf8(env, "describeVolume", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, NULL, name, ask, tell, asked, &asked->work) != napi_ok) {
    return fail(env, asked, "no worker");
  }
  if (napi_create_promise(env, &asked->deferred, &promise) != napi_ok ||
      napi_queue_async_work(env, asked->work) != napi_ok) {
    napi_delete_async_work(env, asked->work);
    return fail(env, asked, "no worker");
  }
  return promise;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (!find_node_functions()) return NULL;
  if (napi_create_function(env, "describeVolume", NAPI_AUTO_LENGTH, describe, NULL, &function) == napi_ok) {
    napi_set_named_property(env, exports, "describeVolume", function);
  }
  return exports;
}
