// What the families share: the names of types in messages, and how an argument is refused.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <hogvm/host.h>
#include <hogvm/library.h>
#include <hogvm/value.h>

namespace hogvm::stdlib {

inline constexpr int kAnyNumber = Function::kAnyNumber;

/// What typeof gives: "integer", "tuple", "function", ... (logic.cpp)
std::string_view type_name(Value v, const Heap& heap);

/// Ends the run with `Function lower expects a string as argument 1, got integer`; `i` counts from 0.
[[noreturn]] inline void refuse(const Call& call, std::size_t i, std::string_view expected) {
    call.fail("Function " + std::string(call.name) + " expects " + std::string(expected) + " as argument " +
              std::to_string(i + 1) + ", got " + std::string(type_name(call[i], call.heap)));
}

/// Argument i, which must be a string.
inline Value expect_string(const Call& call, std::size_t i) {
    const Value v = call[i];
    if (!v.is_string()) refuse(call, i, "a string");
    return v;
}

}  // namespace hogvm::stdlib
