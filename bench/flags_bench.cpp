// The engine's half of the benchmark of flags: one flag for a thousand people in turn, their properties as parsed
// values. What each gets is written with --values, for compare_flags.mjs to compare with what posthog-node gives.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>

#include <hogvm/flags.h>

namespace {

namespace json = boost::json;

std::string read_file(const std::string& name) {
    std::ifstream file(HOGVM_SOURCE_DIR "/bench/flags/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

const std::vector<std::string>& ids() {
    static const std::vector<std::string> made = [] {
        std::vector<std::string> all;
        all.reserve(1000);
        for (int i = 0; i < 1000; ++i) all.push_back("user-" + std::to_string(i));
        return all;
    }();
    return made;
}

const hogvm::FlagSet& flags() {
    static const hogvm::FlagSet loaded{std::string_view(read_file("definitions.json"))};
    return loaded;
}

const json::value& person() {
    static const json::value parsed = json::parse(read_file("person.json"));
    return parsed;
}

void evaluate(benchmark::State& state) {
    std::size_t next = 0;
    for (auto _ : state) {
        const hogvm::FlagAnswer answer =
            flags().evaluate("new-checkout", {.distinct_id = ids()[next], .person = person()});
        benchmark::DoNotOptimize(answer.enabled);
        next = next + 1 < ids().size() ? next + 1 : 0;
    }
}

void load(benchmark::State& state) {
    const std::string text = read_file("definitions.json");
    for (auto _ : state) {
        const hogvm::FlagSet loaded{std::string_view(text)};
        benchmark::DoNotOptimize(&loaded);
    }
}

int write_values() {
    for (const std::string& id : ids())
        std::puts(flags().evaluate("new-checkout", {.distinct_id = id, .person = person()}).json().c_str());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2 && std::string_view(argv[1]) == "--values") return write_values();
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
        benchmark::RegisterBenchmark("evaluate", evaluate)
            ->MinTime(0.05)
            ->Repetitions(15)
            ->Unit(benchmark::kNanosecond);
        benchmark::RegisterBenchmark("load", load)->MinTime(0.05)->Repetitions(3)->Unit(benchmark::kMicrosecond);
        benchmark::RunSpecifiedBenchmarks();
        benchmark::Shutdown();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hogvm_flags_bench: %s\n", error.what());
        return 1;
    }
}
