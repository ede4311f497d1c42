// The engine's half of the benchmarks: the cases of cases.json by Google Benchmark, a time per run of the program. Each
// program's result is compared with the one that is wanted (programs/NAME.wanted.json) before anything is timed.
//
//     hogvm_bench --benchmark_filter=^fibonacci --benchmark_format=json
//
// compare.mjs runs it beside the reference VM and Lua.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>

#include <hogvm/hogvm.h>

namespace {

namespace json = boost::json;

const std::string kFolder = HOGVM_SOURCE_DIR "/bench/";

enum class Event { None, Parsed, Text };

struct Case {
    std::string name;
    std::shared_ptr<const hogvm::Program> program;
    Event event = Event::None;
    std::string event_text;
    json::value event_value;
    bool result_as_text = false;
    json::value wanted;

    hogvm::Outcome run(hogvm::Vm& vm) const {
        switch (event) {
            case Event::Parsed: return vm.run(*program, event_value);
            case Event::Text: return vm.run(*program, event_text);
            case Event::None: break;
        }
        return vm.run(*program);
    }
};

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("can't read " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value ? std::string(value->as_string()) : std::string();
}

Case load(const json::object& description) {
    Case loaded;
    loaded.name = text_at(description, "name");
    const std::string program = kFolder + "programs/" + text_at(description, "program");
    loaded.program = hogvm::load_program(read_file(program + ".hoge"));
    loaded.wanted = json::parse(read_file(program + ".wanted.json"));
    const std::string event = text_at(description, "event");
    if (!event.empty()) {
        loaded.event = event == "parsed" ? Event::Parsed : Event::Text;
        loaded.event_text = read_file(kFolder + "programs/event.json");
        loaded.event_value = json::parse(loaded.event_text);
    }
    loaded.result_as_text = text_at(description, "result") == "text";
    return loaded;
}

void check(const Case& checked) {
    hogvm::Vm vm;
    const hogvm::Outcome outcome = checked.run(vm);
    if (!outcome.finished()) throw std::runtime_error(checked.name + " failed: " + outcome.error.text());
    const std::string result = outcome.json();
    if (json::parse(result) != checked.wanted)
        throw std::runtime_error(checked.name + " gave " + result + ", not what programs/ has as wanted");
}

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

int run(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    std::vector<std::unique_ptr<const Case>> cases;
    const json::value descriptions = json::parse(read_file(kFolder + "cases.json"));
    for (const json::value& description : descriptions.as_array()) {
        cases.push_back(std::make_unique<const Case>(load(description.as_object())));
        const Case& added = *cases.back();
        check(added);
        benchmark::RegisterBenchmark(added.name.c_str(), time_case, std::cref(added))
            ->MinTime(0.02)
            ->Repetitions(15)
            ->Unit(benchmark::kNanosecond);
    }
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
