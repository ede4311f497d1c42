// How cost grows with the work: programs of growth/ that build, map and go through n elements, and JSON events of n
// bytes.
//
//     hogvm_growth      prints {"sizes": [...], "series": {NAME: [nanoseconds an element, ...]}}
//
// A time is the least of a few runs, in CPU time: what is looked for is how it grows, and noise only adds.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

#include "cases.h"

namespace {

constexpr std::size_t kSizes[] = {1'000, 10'000, 100'000, 1'000'000};
constexpr const char* kPrograms[] = {"append", "map", "filter", "elements", "string", "dict", "nested", "loop"};
constexpr std::size_t kElementsAtLeast = 1'000'000;  // timed for each size
constexpr int kRuns = 3;

double cpu_ns() {
    std::timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

hogvm::RunOptions unlimited() {
    hogvm::RunOptions options;
    options.limits.timeout_ms = 60'000;
    options.limits.memory = 0;
    return options;
}

/// Nanoseconds an element of work on so many.
template <typename Work>
double time_work(std::size_t elements, Work work) {
    double least = std::numeric_limits<double>::infinity();
    for (int run = 0; run < kRuns; ++run) {
        const double started = cpu_ns();
        std::size_t done = 0;
        for (; done < kElementsAtLeast; done += elements) work();
        least = std::min(least, (cpu_ns() - started) / static_cast<double>(done));
    }
    return least;
}

double time_runs(const hogvm::Program& program, const std::string& globals, std::size_t elements) {
    hogvm::Vm vm;
    return time_work(elements, [&] {
        const hogvm::Outcome outcome = vm.run(program, std::string_view(globals), unlimited());
        if (!outcome.finished()) throw std::runtime_error(outcome.error.text());
    });
}

/// The benchmarks' event with more properties, until it has that many bytes.
std::string event_of(std::size_t bytes) {
    std::string text = hogvm::bench::read_file("programs/event.json");
    text.resize(text.rfind('}'));
    for (std::size_t i = 0; text.size() + 60 < bytes; ++i) {
        text += R"(,"more )" + std::to_string(i) + R"(":{"name":"value )" + std::to_string(i) + R"(","size":)" +
                std::to_string(i) + "}";
    }
    return text + "}";
}

void print_series(const char* name, const std::vector<double>& times, bool is_last) {
    std::printf("    \"%s\": [", name);
    for (std::size_t i = 0; i < times.size(); ++i) std::printf("%s%.3f", i > 0 ? ", " : "", times[i]);
    std::printf("]%s\n", is_last ? "" : ",");
    std::fflush(stdout);
}

void measure() {
    std::printf("{\n  \"sizes\": [1000, 10000, 100000, 1000000],\n  \"series\": {\n");
    for (const char* name : kPrograms) {
        const auto program = hogvm::load_program(hogvm::bench::read_file("growth/" + std::string(name) + ".hoge"));
        std::vector<double> times;
        for (const std::size_t size : kSizes)
            times.push_back(time_runs(*program, "{\"size\":" + std::to_string(size) + "}", size));
        print_series(name, times, false);
    }
    const auto filter = hogvm::load_program(hogvm::bench::read_file("programs/filter.hoge"));
    std::vector<double> events;
    std::vector<double> tokens;
    std::vector<double> loaded;
    for (const std::size_t size : kSizes) {
        const std::string event = event_of(size);
        events.push_back(time_runs(*filter, event, event.size()));
        const std::string text = hogvm::bench::program_of(size);
        loaded.push_back(time_work(size, [&text] { static_cast<void>(hogvm::load_program(text)); }));
        const auto program = hogvm::load_program(text);
        tokens.push_back(time_runs(*program, R"({"properties": {"$screen_width": 1000, "key_0": "text 0"}})", size));
    }
    print_series("event bytes", events, false);
    print_series("tokens loaded", loaded, false);
    print_series("tokens run", tokens, true);
    std::printf("  }\n}\n");
}

}  // namespace

int main() {
    try {
        measure();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hogvm_growth: %s\n", error.what());
        return 1;
    }
}
