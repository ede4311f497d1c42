// A scope of handles, for as long as it lives.
#pragma once

#include <node_api.h>

namespace hogvm::node {

class HandleScope {
  public:
    explicit HandleScope(napi_env env) : env_(env) { napi_open_handle_scope(env, &scope_); }
    ~HandleScope() { napi_close_handle_scope(env_, scope_); }
    HandleScope(const HandleScope&) = delete;
    HandleScope& operator=(const HandleScope&) = delete;

  private:
    napi_env env_;
    napi_handle_scope scope_ = nullptr;
};

}  // namespace hogvm::node
