/*
 * The functions of Node-API that the addon calls. On Linux and macOS the loader finds them. On Windows a link library
 * would name one program (node.exe), and Electron's is called otherwise: there each is looked up in the program that
 * loaded us, so that nothing but the headers is needed to build.
 */
#ifndef BACKSTOP_NODE_FUNCTIONS_H
#define BACKSTOP_NODE_FUNCTIONS_H

#include <node_api.h>

#ifndef _WIN32

static inline int find_node_functions(void) { return 1; }

#else

#include <windows.h>

#define NODE_FUNCTIONS(each)                                                                                           \
  each(napi_create_string_utf8, (napi_env, const char *, size_t, napi_value *))                                        \
  each(napi_set_named_property, (napi_env, napi_value, const char *, napi_value))                                      \
  each(napi_get_boolean, (napi_env, bool, napi_value *))                                                               \
  each(napi_create_object, (napi_env, napi_value *))                                                                   \
  each(napi_resolve_deferred, (napi_env, napi_deferred, napi_value))                                                   \
  each(napi_delete_async_work, (napi_env, napi_async_work))                                                            \
  each(napi_throw_type_error, (napi_env, const char *, const char *))                                                  \
  each(napi_get_cb_info, (napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **))                \
  each(napi_get_value_string_utf8, (napi_env, napi_value, char *, size_t, size_t *))                                   \
  each(napi_create_async_work, (napi_env, napi_value, napi_value, napi_async_execute_callback,                         \
                                napi_async_complete_callback, void *, napi_async_work *))                              \
  each(napi_create_promise, (napi_env, napi_deferred *, napi_value *))                                                 \
  each(napi_queue_async_work, (napi_env, napi_async_work))                                                             \
  each(napi_create_function, (napi_env, const char *, size_t, napi_callback, void *, napi_value *))

#define DECLARE(name, parameters) static napi_status(NAPI_CDECL *found_##name) parameters;
NODE_FUNCTIONS(DECLARE)
#undef DECLARE

#define FIND(name, parameters)                                                                                         \
  found_##name = (napi_status(NAPI_CDECL *) parameters)(void (*)(void))GetProcAddress(program, #name);                 \
  if (found_##name == NULL) return 0;

static inline int find_node_functions(void) {
  HMODULE program = GetModuleHandleW(NULL);
  NODE_FUNCTIONS(FIND)
  return 1;
}
#undef FIND

#define napi_create_string_utf8 found_napi_create_string_utf8
#define napi_set_named_property found_napi_set_named_property
#define napi_get_boolean found_napi_get_boolean
#define napi_create_object found_napi_create_object
#define napi_resolve_deferred found_napi_resolve_deferred
#define napi_delete_async_work found_napi_delete_async_work
#define napi_throw_type_error found_napi_throw_type_error
#define napi_get_cb_info found_napi_get_cb_info
#define napi_get_value_string_utf8 found_napi_get_value_string_utf8
#define napi_create_async_work found_napi_create_async_work
#define napi_create_promise found_napi_create_promise
#define napi_queue_async_work found_napi_queue_async_work
#define napi_create_function found_napi_create_function

#endif
#endif
