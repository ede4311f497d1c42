// What is timed in C++, by Google Benchmark; compare.mjs runs it beside the other engines. A benchmark is named
// CASE/WAY:
//
//     filter-parsed/hogvm        a case of cases.json on the engine, a time per run
//     filter-parsed/c++          its event through the same filter written by hand
//     filter-text/boost.json     its event's text parsed by Boost.JSON, and no more
//     filter-text/2-threads      the engine on two threads at once that share the program
//     load-1000/hogvm            a program of 1,000 tokens loaded from JSON text
//
//     hogvm_bench --benchmark_filter=^fibonacci/ --benchmark_format=json
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>

#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

#include "cases.h"
#include "native.h"

namespace {

namespace json = boost::json;
using hogvm::bench::Case;
using hogvm::bench::Event;
using hogvm::bench::NativeFilter;

void time_case(benchmark::State& state, const Case& timed) {
    hogvm::Vm vm;
    for (auto _ : state) {
        const hogvm::Outcome outcome = timed.run(vm);
        if (!outcome.finished()) {
            state.SkipWithError("the program failed");
            break;
        }
        if (timed.result_as_text) {
            std::string text = outcome.json();
            benchmark::DoNotOptimize(text.data());
        } else {
            benchmark::DoNotOptimize(&outcome);
        }
    }
}

void time_native(benchmark::State& state, const Case& timed, NativeFilter filter) {
    const json::value* event = &timed.event_value;
    for (auto _ : state) {
        benchmark::DoNotOptimize(event);
        bool matches = timed.event == Event::Text ? filter(json::parse(timed.event_text)) : filter(*event);
        benchmark::DoNotOptimize(matches);
    }
}

void time_parsing(benchmark::State& state, const Case& timed) {
    for (auto _ : state) {
        json::value parsed = json::parse(timed.event_text);
        benchmark::DoNotOptimize(parsed);
    }
}

void time_loading(benchmark::State& state) {
    const std::string text = hogvm::bench::program_of(1000);
    for (auto _ : state) benchmark::DoNotOptimize(hogvm::load_program(text));
}

template <typename... Arguments>
benchmark::internal::Benchmark* add(const std::string& name, Arguments&&... arguments) {
    return benchmark::RegisterBenchmark(name.c_str(), std::forward<Arguments>(arguments)...)
        ->MinTime(0.02)
        ->Repetitions(15)
        ->Unit(benchmark::kNanosecond);
}

void add_case(const Case& added) {
    add(added.name + "/hogvm", time_case, std::cref(added));
    if (added.event == Event::Text) {
        add(added.name + "/boost.json", time_parsing, std::cref(added));
        add(added.name + "/1-thread", time_case, std::cref(added))->UseRealTime();
        add(added.name + "/2-threads", time_case, std::cref(added))->Threads(2)->UseRealTime();
    }
    const NativeFilter filter = hogvm::bench::native_filter(added.program_name);
    if (filter == nullptr) return;
    if (json::value(filter(added.event_value)) != added.wanted)
        throw std::runtime_error(added.name + ": the filter in native.cpp does not give what programs/ has as wanted");
    add(added.name + "/c++", time_native, std::cref(added), filter);
}

int run(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    const auto cases = hogvm::bench::load_cases();
    for (const auto& added : cases) add_case(*added);
    add("load-1000/hogvm", time_loading);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hogvm_bench: %s\n", error.what());
        return 1;
    }
}
