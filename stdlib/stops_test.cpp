// Whatever function a program is in, and whatever it was given, its run looks at the clock and at its stop flag every
// few milliseconds. Each function is called with values of 2 MB and of 16 MB (a fourth of what the default limit of
// memory allows); what is measured is the thread's own time from one look to the next, until the function has ended or
// was stopped, so that a busy machine does not count.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/hogvm.h>

using namespace hogvm;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kMostMs = 60'000;
constexpr std::size_t kMany = 1 << 18;
constexpr std::size_t kVeryMany = 1 << 19;
#else
constexpr double kMostMs = 50;
constexpr std::size_t kMany = 2 << 20;  // bytes
constexpr std::size_t kVeryMany = 16 << 20;
#endif
constexpr double kTimeoutMs = 60;
constexpr int kMeasures = 4;  // the machine may have been at fault

double thread_ms() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

struct Large {
    std::string what;
    Value value;
};

/// Texts, documents, patterns, lists, trees: what functions are slow with.
class LargeValues {
  public:
    LargeValues(std::size_t bytes, Heap& heap) : bytes_(bytes), heap_(heap) {}

    /// Those that make the most work come first.
    std::vector<Large> texts() const {
        return {
            {"spaces at the end", repeated(" ", "x")},
            {"three bytes that begin as a surrogate", repeated("한")},
            {"lone surrogates", repeated("\xED\xA0\x80")},
            {"letters that grow", repeated("ß")},
            {"percent-encoded", repeated("%F0%9F%98%80")},
            {"digits", repeated("1234567890")},
            {"zeros and a digit", repeated("0", "0.", "1e5")},
            {"hexadecimal digits", repeated("f", "0x")},
            {"dollars", repeated("$&")},
            {"JSON objects", repeated(R"({"a":1},)", "[", "1]")},
            {"JSON escapes", repeated(R"(\u0041)", "\"", "\"")},
            {"JSON of one long number", repeated("7", "[", ".5]")},
            {"one letter", repeated("a")},
            {"pieces", repeated("a,")},
            {"spaces", repeated(" ")},
            {"three bytes a unit", repeated("日")},
            {"surrogate pairs", repeated("😀")},
            {"percent signs", repeated("%")},
            {"digits of an exponent", repeated("0", "1e", "1")},
            {"an address", repeated("1.", "", "1/8")},
            {"a format", repeated("%Y-%m-%d %H:%i:%S ")},
            {"JSON numbers", repeated("1,", "[", "1]")},
        };
    }

    std::vector<Large> lists() const {
        const auto mixed = [](std::size_t i) { return static_cast<std::int64_t>(i * 2654435761u % 1'000'003); };
        const Value text = repeated("a");
        const auto part = [text](std::size_t size) { return Value::ascii(text.as_text().substr(0, size)); };
        std::vector<Large> all = {
            {"numbers", array_of(bytes_ / 16, [&](std::size_t i) { return Value::integer(mixed(i)); })},
            {"texts", array_of(bytes_ / 32, [&](std::size_t i) { return heap_.string(std::to_string(mixed(i))); })},
            {"long texts", array_of(256, [&](std::size_t) { return part(bytes_ / 256); })},
            {"pairs", array_of(bytes_ / 64,
                               [&](std::size_t i) {
                                   const Value pair[] = {Value::integer(mixed(i)), Value::null()};
                                   return Value::array(heap_.array_of(pair));
                               })},
        };
        Value shared = Value::integer(1);
        for (std::size_t leaves = 1; leaves < bytes_ / 16; leaves *= 2) {
            const Value twice[] = {shared, shared};
            shared = Value::array(heap_.array_of(twice));
        }
        all.push_back({"a shared tree", shared});
        Dict* dict = heap_.dict();
        for (std::size_t i = 0; i < bytes_ / 64; ++i)
            heap_.set(dict, heap_.string("k" + std::to_string(i)), Value::integer(mixed(i)));
        all.push_back({"a dict", Value::dict(dict)});
        all.push_back({"an error", heap_.error(Value::ascii("T"), text, shared)});
        return all;
    }

    /// Together nearly as much as the default limit of memory allows.
    std::vector<Large> lists_of_equal_texts() const {
        const Value text = repeated("日");
        const Value digits = repeated("1");
        const auto part = [this](Value whole) { return heap_.string(whole.as_text().substr(0, bytes_ / 32 * 3)); };
        const Value some_digits = Value::ascii(digits.as_text().substr(0, bytes_ / 32));
        return {{"400 long texts that are equal", array_of(400, [&](std::size_t) { return part(text); })},
                {"400 long texts of digits", array_of(400, [&](std::size_t) { return some_digits; })}};
    }

    static std::vector<Large> others(Heap& heap) {
        std::string pattern;
        while (pattern.size() < 6 << 12) pattern += "(a|b)*";
        return {{"deep JSON", heap.string(std::string(1999, '[') + std::string(1999, ']'))},
                {"a pattern", heap.string(pattern)},
                {"1e9", Value::integer(1'000'000'000)},
                {"-1e300", Value::real(-1e300)}};
    }

  private:
    Value repeated(std::string_view unit, std::string_view before = "", std::string_view after = "") const {
        std::string text(before);
        while (text.size() < bytes_) text += unit;
        return heap_.string(text.append(after));
    }

    Value array_of(std::size_t size, const auto& element) const {
        Array* a = heap_.array(size);
        for (std::size_t i = 0; i < size; ++i) heap_.append(a, element(i));
        return Value::array(a);
    }

    std::size_t bytes_;
    Heap& heap_;
};

/// Ways to call a function with a large value: at each place, among small ones, and at all of them.
std::vector<std::vector<Value>> calls_with(Value large, const Function& f, std::span<const Value> small) {
    std::vector<std::vector<Value>> calls;
    const int most = f.max_args == Function::kAnyNumber ? std::max(2, f.min_args) : f.max_args;
    for (int count = most; count >= std::max(1, f.min_args); count = count > f.min_args ? f.min_args : 0) {
        calls.emplace_back(count, large);
        for (int place = 0; count == most && count > 1 && place < count; ++place) {
            for (const Value v : small) {
                calls.emplace_back(count, v);
                calls.back()[static_cast<std::size_t>(place)] = large;
            }
        }
    }
    return calls;
}

/// Calls of a function written in Hog, by a program that asks its host for the arguments; a callback gives its first
/// argument back.
std::string program_of(const Function& f) {
    const bool has_callback = f.signature.find("(function") != std::string_view::npos;
    std::string program = R"(["_H",1)";
    for (int i = 0; i < f.max_args; ++i) {
        if (i == 0 && has_callback) {
            program += R"(,52,"lambda",)" + std::to_string(f.max_args - 1) + ",0,3,36,0,38,53,0";
        } else {
            program += ",33," + std::to_string(i) + R"(,2,"argument",1)";
        }
    }
    return program + ",2,\"" + std::string(f.name) + "\"," + std::to_string(f.max_args) + "]";
}

class Caller {
  public:
    Caller() : vm_(host()) {}

    /// The longest that a run goes on without a look, in milliseconds, inside a call of `function`.
    double longest_gap(const Function& function, std::span<const Value> args) {
        double least = gap(function, args);
        for (int i = 1; i < kMeasures && least > kMostMs; ++i) least = std::min(least, gap(function, args));
        return least;
    }

  private:
    double gap(const Function& function, std::span<const Value> args) {
        function_ = &function;
        args_ = args;
        gap_ = 0;
        RunOptions options;
        options.limits.timeout_ms = kTimeoutMs;
        look_ = thread_ms();
        if (function.native != nullptr) {
            vm_.run(*program_, options);
        } else {
            vm_.run(*load_program(program_of(function)), options);
        }
        look();
        return gap_;
    }

    void look() {
        const double now = thread_ms();
        gap_ = std::max(gap_, now - look_);
        look_ = now;
    }

    Host host() {
        Host host;
        host.print = [](std::string_view) {};
        host.poll = [this] { look(); };
        host.add("call", [this](Call& call) {
            Call inner(call);
            inner.name = function_->name;
            inner.args = args_;
            look_ = thread_ms();
            function_->native(inner);
            return Value::null();
        });
        host.add("argument", [this](Call& call) { return args_[static_cast<std::size_t>(call[0].as_int())]; });
        return host;
    }

    const Function* function_ = nullptr;
    std::span<const Value> args_;
    double look_ = 0;
    double gap_ = 0;
    std::shared_ptr<const Program> program_ = load_program(R"(["_H",1,2,"call",0])");
    Vm vm_;
};

void check_looks(std::span<const Large> large, std::span<const Value> small) {
    Caller caller;
    double worst = 0;
    std::string worst_call;
    int calls = 0;
    for (const Function& f : standard_library().functions()) {
        if (f.is_async) continue;
        for (const auto& [what, value] : large) {
            for (const std::vector<Value>& args : calls_with(value, f, small)) {
                ++calls;
                const double ms = caller.longest_gap(f, args);
                CHECK_MESSAGE(ms <= kMostMs,
                              f.name << " with " << what << " went on for " << ms << " ms without a look");
                if (ms > worst) worst = ms, worst_call = std::string(f.name) + " with " + what;
            }
        }
    }
    MESSAGE("the longest of " << calls << ": " << worst_call << ", " << worst << " ms");
}

}  // namespace

TEST_CASE("no function goes on for long without a look at the clock, whatever it was given") {
    Heap heap;
    const LargeValues values(kMany, heap);
    const Value small[] = {Value::ascii("a"), heap.datetime(Value::integer(5), Value::ascii("UTC"))};
    const std::vector<Large> texts = values.texts();
    check_looks(std::span(texts).first(2), small);
    check_looks(std::span(texts).subspan(2), std::span(small).first(1));
    check_looks(LargeValues::others(heap), small);
    check_looks(values.lists(), std::span(small).first(1));
    const std::vector<Large> equal = values.lists_of_equal_texts();
    const Value another[] = {heap.string(equal[0].value.as_array()->items[0].as_text())};
    check_looks(equal, another);
}

TEST_CASE("nor does it with what is eight times as long") {
    Heap heap;
    const std::vector<Large> large = LargeValues(kVeryMany, heap).texts();
    check_looks(std::span(large).first(10), {});
}
