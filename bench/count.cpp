// What a warmed-up run costs that can be counted:
//
//     hogvm_count allocations    {CASE: {"run": calls of malloc in a run, "result": in making its JSON text}, ...}
//     hogvm_count runs CASE N    no more than runs a case N times, or loads load-1000, for valgrind
//     hogvm_count compiler       what built it, since counts of instructions are the compiler's, too
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

#include "cases.h"

namespace {

std::atomic<long> allocations{0};

}  // namespace

// glibc lets a program have its own allocator, which its libraries use as well, and has its own by these names.
#pragma GCC visibility push(default)
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
    ++allocations;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    ++allocations;
    return __libc_calloc(count, size);
}
void* realloc(void* data, std::size_t size) {
    ++allocations;
    return __libc_realloc(data, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    ++allocations;
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** data, std::size_t alignment, std::size_t size) {
    ++allocations;
    *data = __libc_memalign(alignment, size);
    return *data != nullptr ? 0 : ENOMEM;
}
}
// NOLINTEND(bugprone-reserved-identifier)
#pragma GCC visibility pop

namespace {

using hogvm::bench::Case;

constexpr int kWarmUp = 5;
constexpr int kCounted = 10;

struct Counted {
    long run = 0;
    long result = 0;
};

/// In one run: the most of a few, since what a run leaves to the next one to pay is paid by some run.
Counted count_allocations(const Case& counted) {
    hogvm::Vm vm;
    Counted most;
    for (int i = 0; i < kWarmUp + kCounted; ++i) {
        const long before = allocations;
        const hogvm::Outcome outcome = counted.run(vm);
        const long after_run = allocations;
        const std::string text = outcome.json();
        const long after_result = allocations;
        if (i < kWarmUp) continue;
        most.run = std::max(most.run, after_run - before);
        most.result = std::max(most.result, after_result - after_run);
    }
    return most;
}

void print_allocations() {
    const char* separator = "{";
    for (const auto& counted : hogvm::bench::load_cases()) {
        const Counted calls = count_allocations(*counted);
        std::printf("%s\n  \"%s\": {\"run\": %ld, \"result\": %ld}", separator, counted->name.c_str(), calls.run,
                    calls.result);
        separator = ",";
    }
    std::printf("\n}\n");
}

void run_case(const std::string& name, long count) {
    if (name == "load-1000") {
        const std::string text = hogvm::bench::program_of(1000);
        for (long i = 0; i < count; ++i) static_cast<void>(hogvm::load_program(text));
        return;
    }
    const auto repeated = hogvm::bench::load_case(name);
    hogvm::Vm vm;
    for (long i = 0; i < count; ++i) {
        const hogvm::Outcome outcome = repeated->run(vm);
        if (repeated->result_as_text) static_cast<void>(outcome.json());
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2 && std::string_view(argv[1]) == "allocations") return print_allocations(), 0;
        if (argc == 2 && std::string_view(argv[1]) == "compiler") return std::puts(HOGVM_COMPILER), 0;
        if (argc == 4 && std::string_view(argv[1]) == "runs") return run_case(argv[2], std::atol(argv[3])), 0;
        std::fprintf(stderr, "usage: hogvm_count allocations | runs CASE N | compiler\n");
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hogvm_count: %s\n", error.what());
        return 1;
    }
}
