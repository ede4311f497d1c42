// Whatever function a program is in, and whatever it was given, its run ends soon after the stop flag is raised or the
// time is up. Each function is called with values of 2 MB (a thirtieth of what the default limit of memory allows), the
// flag being up already; what is measured is the thread's own time until the run has ended, so that a busy machine does
// not count.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/hogvm.h>

using namespace hogvm;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kMostMs = 60'000;
constexpr std::size_t kBytes = 1 << 18;
#else
constexpr double kMostMs = 30;
constexpr std::size_t kBytes = 2 << 20;
#endif

double thread_ms() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

struct Large {
    std::string what;
    Value value;
};

Value repeated(std::string_view unit, Heap& heap, std::string_view before = "", std::string_view after = "") {
    std::string text(before);
    while (text.size() < kBytes) text += unit;
    return heap.string(text.append(after));
}

Value array_of(std::size_t size, Heap& heap, const auto& element) {
    Array* a = heap.array(size);
    for (std::size_t i = 0; i < size; ++i) heap.append(a, element(i));
    return Value::array(a);
}

/// Texts, documents, patterns, lists, trees: what functions are slow with.
std::vector<Large> large_values(Heap& heap) {
    const auto mixed = [](std::size_t i) { return static_cast<std::int64_t>(i * 2654435761u % 1'000'003); };
    std::vector<Large> all = {
        {"one letter", repeated("a", heap)},
        {"pieces", repeated("a,", heap)},
        {"spaces", repeated(" ", heap)},
        {"three bytes a unit", repeated("日", heap)},
        {"surrogate pairs", repeated("😀", heap)},
        {"letters that grow", repeated("ß", heap)},
        {"percent-encoded", repeated("%F0%9F%98%80", heap)},
        {"digits", repeated("1234567890", heap)},
        {"a format", repeated("%Y-%m-%d %H:%i:%S ", heap)},
        {"JSON numbers", repeated("1,", heap, "[", "1]")},
        {"JSON objects", repeated(R"({"a":1},)", heap, "[", "1]")},
        {"JSON escapes", repeated(R"(\u0041)", heap, "\"", "\"")},
        {"deep JSON", heap.string(std::string(1999, '[') + std::string(1999, ']'))},
        {"a pattern", heap.string(std::string(repeated("(a|b)*", heap).as_text().substr(0, 6 << 12)))},
        {"1e9", Value::integer(1'000'000'000)},
        {"-1e300", Value::real(-1e300)},
    };
    all.push_back({"numbers", array_of(kBytes / 16, heap, [&](std::size_t i) { return Value::integer(mixed(i)); })});
    all.push_back({"texts", array_of(kBytes / 32, heap,
                                     [&](std::size_t i) { return heap.string("t" + std::to_string(mixed(i))); })});
    all.push_back({"long texts", array_of(256, heap, [text = repeated("a", heap)](std::size_t) {
                       return Value::ascii(text.as_text().substr(0, kBytes / 256));
                   })});
    all.push_back({"pairs", array_of(kBytes / 64, heap, [&](std::size_t i) {
                       const Value pair[] = {Value::integer(mixed(i)), Value::null()};
                       return Value::array(heap.array_of(pair));
                   })});
    Value shared = Value::integer(1);
    for (std::size_t leaves = 1; leaves < kBytes / 16; leaves *= 2) {
        const Value twice[] = {shared, shared};
        shared = Value::array(heap.array_of(twice));
    }
    all.push_back({"a shared tree", shared});
    Dict* dict = heap.dict();
    for (std::size_t i = 0; i < kBytes / 64; ++i)
        heap.set(dict, heap.string("k" + std::to_string(i)), Value::integer(mixed(i)));
    all.push_back({"a dict", Value::dict(dict)});
    all.push_back({"an error", heap.error(Value::ascii("T"), all[0].value, shared)});
    return all;
}

/// Ways to call a function with a large value: at each place, among small ones, and at all of them.
std::vector<std::vector<Value>> calls_with(Value large, const Function& f, std::span<const Value> small) {
    std::vector<std::vector<Value>> calls;
    const int most = f.max_args == Function::kAnyNumber ? std::max(2, f.min_args) : f.max_args;
    for (int count = most; count >= std::max(1, f.min_args); count = count > f.min_args ? f.min_args : 0) {
        calls.emplace_back(count, large);
        for (int place = 0; count > 1 && place < count; ++place) {
            for (const Value v : small) {
                calls.emplace_back(count, v);
                calls.back()[static_cast<std::size_t>(place)] = large;
            }
        }
    }
    return calls;
}

class Caller {
  public:
    Caller() : vm_(host()) {}

    /// Milliseconds that a run goes on although it was stopped, inside a call of `function`.
    double late(const Function& function, std::span<const Value> args) {
        function_ = &function;
        args_ = args;
        stop_ = false;
        vm_.run(*program_);
        return thread_ms() - started_;
    }

  private:
    Host host() {
        Host host;
        host.stop = &stop_;
        host.print = [](std::string_view) {};
        host.add("call", [this](Call& call) {
            Call inner(call);
            inner.name = function_->name;
            inner.args = args_;
            started_ = thread_ms();
            stop_ = true;
            function_->native(inner);
            return Value::null();
        });
        return host;
    }

    std::atomic<bool> stop_{false};
    const Function* function_ = nullptr;
    std::span<const Value> args_;
    double started_ = 0;
    std::shared_ptr<const Program> program_ = load_program(R"(["_H",1,2,"call",0])");
    Vm vm_;
};

}  // namespace

TEST_CASE("no function goes on for long after its run was stopped, whatever it was given") {
    Heap heap;
    const std::vector<Large> large = large_values(heap);
    const Value small[] = {Value::ascii("day"), heap.datetime(Value::integer(5), Value::ascii("UTC"))};
    Caller caller;
    double worst = 0;
    std::string worst_call;
    for (const Function& f : standard_library().functions()) {
        if (f.native == nullptr) continue;
        for (const auto& [what, value] : large) {
            for (const std::vector<Value>& args : calls_with(value, f, small)) {
                double ms = caller.late(f, args);
                if (ms > kMostMs) ms = std::min(ms, caller.late(f, args));  // the machine may have been at fault
                CHECK_MESSAGE(ms <= kMostMs, f.name << " with " << what << " went on for " << ms << " ms");
                if (ms > worst) worst = ms, worst_call = std::string(f.name) + " with " + what;
            }
        }
    }
    MESSAGE("the longest: " << worst_call << ", " << worst << " ms");
}
