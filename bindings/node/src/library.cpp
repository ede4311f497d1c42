#include "library.h"

#include <string>

#include <hogvm/date_like.h>
#include <hogvm/print.h>
#include <hogvm/standard_library.h>

#include "guard.h"
#include "read.h"
#include "write.h"

namespace hogvm::node {
namespace {

Napi::Value text(Environment& environment, std::string_view wtf8) {
    return {environment.env, write_string(environment, wtf8)};
}

}  // namespace

Napi::Value library(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Napi::Env env = info.Env();
        const auto functions = standard_library().functions();
        const auto out = Napi::Array::New(env, functions.size());
        for (std::size_t i = 0; i < functions.size(); ++i) {
            const Function& f = functions[i];
            auto row = Napi::Object::New(env);
            row.Set("name", text(environment, f.name));
            row.Set("kind", text(environment, f.is_async ? "async" : f.native != nullptr ? "native" : "hog"));
            row.Set("description", text(environment, f.description));
            row.Set("minArgs", Napi::Number::New(env, f.min_args));
            if (f.max_args != Function::kAnyNumber) row.Set("maxArgs", Napi::Number::New(env, f.max_args));
            out.Set(static_cast<std::uint32_t>(i), row);
        }
        return out;
    });
}

Napi::Value print_value(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Heap heap;
        return text(environment, printed(Reader(environment, heap, Shape::Hog).read(info[0])));
    });
}

Napi::Value print_syntax(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Heap heap;
        const Value tree = Reader(environment, heap, Shape::Hog).read(info[0]);
        return text(environment, printed_syntax(tree, info[1].ToBoolean()));
    });
}

Napi::Value quote(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        std::string out;
        print_quoted(read_string(environment, info[0]), out);
        return text(environment, out);
    });
}

Napi::Value identifier(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        std::string out;
        print_identifier(read_string(environment, info[0]), out);
        return text(environment, out);
    });
}

Napi::Value date_seconds(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) -> Napi::Value {
        const auto seconds = date_like_seconds(read_string(environment, info[0]));
        if (!seconds) return info.Env().Undefined();
        return Napi::Number::New(info.Env(), *seconds);
    });
}

}  // namespace hogvm::node
