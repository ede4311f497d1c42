// The limit of memory is one of the reference's accounting. What counts for a service is what the process takes: at
// most four times that, whatever a program holds, or 64 MiB where that is more.
#include <hogvm/vm.h>

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <hogvm/standard_library.h>

using namespace hogvm;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsMeasured = false;  // a sanitizer's own memory is more than the program's
#else
constexpr bool kIsMeasured = true;
#endif

constexpr std::int64_t kLeast = 64 << 20;

struct Hungry {
    const char* what;
    const char* program;
};

constexpr Hungry kHungry[] = {
    // let s := 'abcdefgh'; while (true) { s := concat(s, s) }
    {"a text that doubles", R"(["_H",1,32,"abcdefgh",29,40,11,36,0,36,0,2,"concat",2,37,0,39,-14,35])"},
    // let s := '日本語日本語日本'; while (true) { s := concat(s, s) }
    {"a text of three bytes a unit that doubles",
     R"(["_H",1,32,"日本語日本語日本",29,40,11,36,0,36,0,2,"concat",2,37,0,39,-14,35])"},
    // let a := []; while (true) { a := arrayPushBack(a, 1) }
    {"an array of numbers that grows", R"(["_H",1,43,0,29,40,11,36,0,33,1,2,"arrayPushBack",2,37,0,39,-14,35])"},
    // let a := []; while (true) { a := arrayPushBack(a, []) }
    {"an array of empty arrays", R"(["_H",1,43,0,29,40,11,36,0,43,0,2,"arrayPushBack",2,37,0,39,-14,35])"},
    // let a := []; while (true) { a := arrayPushBack(a, [1, 2]) }
    {"an array of pairs", R"(["_H",1,43,0,29,40,15,36,0,33,1,33,2,43,2,2,"arrayPushBack",2,37,0,39,-18,35])"},
    // let a := []; while (true) { a := arrayPushBack(a, {'k': 1}) }
    {"an array of small dicts", R"(["_H",1,43,0,29,40,15,36,0,32,"k",33,1,42,1,2,"arrayPushBack",2,37,0,39,-18,35])"},
    // let d := {}; let i := 0; while (true) { d[i] := i; i := i + 1; if (i % 1000 == 0) { let e := d; } }
    {"a dict that grows",
     R"(["_H",1,42,0,33,0,29,40,29,36,0,36,1,36,1,46,33,1,36,1,6,37,1,33,0,33,1000,36,1,10,11,40,3,36,0,35,39,-32,35,35])"},
    // let a := null; while (true) { a := [a] }
    {"an array in an array in an array", R"(["_H",1,31,29,40,8,36,0,43,1,37,0,39,-11,35])"},
    // let a := []; while (true) { let f := () -> 1; a := arrayPushBack(a, f) }
    {"an array of closures",
     R"(["_H",1,43,0,29,40,22,52,"lambda",0,0,3,33,1,38,53,0,36,0,36,1,2,"arrayPushBack",2,37,0,35,39,-25,35])"},
    // let a := []; while (true) { a := arrayPushBack(a, Error('x')) }
    {"an array of errors", R"(["_H",1,43,0,29,40,14,36,0,32,"x",2,"Error",1,2,"arrayPushBack",2,37,0,39,-17,35])"},
    // let a := []; a[100] := 1; let n := 100; while (true) { n := n * 2; a[n] := 1; let b := a }
    {"an array with holes",
     R"(["_H",1,43,0,36,0,33,100,33,1,46,33,100,29,40,19,33,2,36,1,8,37,1,36,0,36,1,33,1,46,36,0,35,39,-22,35,35])"},
    // let s := '[1]'; while (true) { s := concat('[', s, ',', s, ']'); let v := jsonParse(s) }
    {"JSON of many arrays",
     R"(["_H",1,32,"[1]",29,40,23,32,"[",36,0,32,",",36,0,32,"]",2,"concat",5,37,0,36,0,2,"jsonParse",1,35,39,-26,35])"},
    // let s := '1'; while (true) { s := concat(s, ',', s); let v := jsonParse(concat('[', s, ']')) }
    {"JSON of many numbers",
     R"(["_H",1,32,"1",29,40,26,36,0,32,",",36,0,2,"concat",3,37,0,32,"[",36,0,32,"]",2,"concat",3,2,"jsonParse",1,35,39,-29,35])"},
    // let s := 'a,'; while (true) { s := concat(s, s); let v := splitByString(',', s) }
    {"a text in many pieces",
     R"(["_H",1,32,"a,",29,40,19,36,0,36,0,2,"concat",2,37,0,32,",",36,0,2,"splitByString",2,35,39,-22,35])"},
    // let a := range(1000); while (true) { a := arrayMap(x -> [x], range(length(a) * 2)) }
    {"arrayMap over ever more",
     R"(["_H",1,33,1000,2,"range",1,29,40,30,52,"lambda",1,0,5,36,0,43,1,38,53,0,33,2,36,0,2,"length",1,8,2,"range",1,2,"arrayMap",2,37,0,39,-33,35])"},
    // let a := range(1000000); while (true) { let b := arraySort(a); a := arrayPushBack(b, 1) }
    {"sorting again and again",
     R"(["_H",1,33,1000000,2,"range",1,29,40,17,36,0,2,"arraySort",1,36,1,33,1,2,"arrayPushBack",2,37,0,35,39,-20,35])"},
    // let a := [1,2,3]; while (true) { a := [a, a]; let v := jsonStringify(a) }
    {"JSON text of a value that doubles",
     R"(["_H",1,33,1,33,2,33,3,43,3,29,40,16,36,0,36,0,43,2,37,0,36,0,2,"jsonStringify",1,35,39,-19,35])"},
    // let a := [1,2,3]; while (true) { a := [a, a]; let v := toString(a) }
    {"the text of a value that doubles",
     R"(["_H",1,33,1,33,2,33,3,43,3,29,40,16,36,0,36,0,43,2,37,0,36,0,2,"toString",1,35,39,-19,35])"},
    // while (true) { print('') }
    {"empty lines", R"(["_H",1,29,40,8,32,"",2,"print",1,35,39,-11])"},
    // let s := 'aaaaaaaaaaaaaaaa'; while (true) { s := concat(s, s); print(s) }
    {"long lines",
     R"(["_H",1,32,"aaaaaaaaaaaaaaaa",29,40,17,36,0,36,0,2,"concat",2,37,0,36,0,2,"print",1,35,39,-20,35])"},
    {"a stack that grows", R"(["_H",1,31,39,-3])"},
    {"a stack of arrays that grows", R"(["_H",1,43,0,36,0,39,-4])"},
    // let s := 'ßßßßßßßßßßßßßßßß'; while (true) { s := concat(s, s); let u := upper(s) }
    {"case mapping of a text that doubles",
     R"(["_H",1,32,"ßßßßßßßßßßßßßßßß",29,40,17,36,0,36,0,2,"concat",2,37,0,36,0,2,"upper",1,35,39,-20,35])"},
};

/// A line of /proc/self/status, in bytes.
std::int64_t status_bytes(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name)) return std::stoll(line.substr(name.size() + 1)) * 1024;
    return 0;
}

/// By how much the process grows at the most while a program runs.
std::int64_t growth(const char* program, const RunOptions& options, std::string& how_it_ended) {
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
    const std::int64_t before = status_bytes("VmRSS");
    Vm vm;
    const Outcome outcome = vm.run(*load_program(program), options);
    how_it_ended = outcome.finished() ? "finished" : outcome.error.text();
    return status_bytes("VmHWM") - before;
}

}  // namespace

TEST_CASE("a program at its memory limit stays below four times it, or 64 MiB, in resident size") {
    // What is given back goes back, whatever ran before: glibc may keep some 64 MiB otherwise.
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    mallopt(M_TRIM_THRESHOLD, 128 * 1024);
    malloc_trim(0);
    // What other tests gave back and glibc keeps is taken anew, and given back to glibc again.
    const auto kept = static_cast<std::int64_t>(mallinfo2().fordblks);
    RunOptions options;
    options.limits.timeout_ms = 3000;
    for (const std::int64_t memory : {1 << 20, 4 << 20, 16 << 20}) {
        options.limits.memory = memory;
        for (const auto& [what, program] : kHungry) {
            std::string how_it_ended;
            const std::int64_t bytes = growth(program, options, how_it_ended);
            CAPTURE(how_it_ended);
            CAPTURE(memory);
            if (kIsMeasured)
                CHECK_MESSAGE(bytes < std::max(4 * memory, kLeast) + kept, std::string(what) << ": " << bytes);
            MESSAGE(std::string(what) << ": " << bytes / 1024 << " of " << memory / 1024 << " KiB, " << how_it_ended);
        }
    }
}
