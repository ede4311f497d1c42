// What every fuzz target shares.
//
// A target is a file that defines LLVMFuzzerTestOneInput: it takes any bytes, and has found something when the process
// ends: by a sanitizer, by a limit of libFuzzer's (time, memory), or because what `require` says does not hold. With
// HOGVM_FUZZ it is linked with libFuzzer; without, with replay.cpp, which runs it on the inputs that are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace hogvm::fuzz {

/// Ends the process unless `holds`: what should hold, and what was seen instead.
inline void require(bool holds, std::string_view what, std::string_view one = {}, std::string_view other = {}) {
    if (holds) return;
    const auto show = [](std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), stderr);
        std::fputc('\n', stderr);
    };
    show("does not hold:");
    show(what);
    if (!one.empty()) show(one);
    if (!other.empty()) show(other);
    std::abort();
}

/// Prints what an input became, where HOGVM_FUZZ_SHOW is in the environment: to look at a finding.
inline void show(std::string_view text) {
    static const bool is_wanted = std::getenv("HOGVM_FUZZ_SHOW") != nullptr;
    if (!is_wanted) return;
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace hogvm::fuzz
