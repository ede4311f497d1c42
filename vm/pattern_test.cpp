#include <hogvm/pattern.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/error.h>
#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

using namespace hogvm;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kMostMs = 60'000;
#else
constexpr double kMostMs = 110;  // of this thread's own time: the limit of 50 ms, as much again, and some to begin
#endif
constexpr int kMeasures = 3;  // the machine may have been at fault

// Each 'a' may be the start of a match until 901 more letters were seen, so the automaton has up to 2^901 states.
constexpr std::string_view kManyStates = "a[ab]{900}c";

std::string letters(std::size_t size) {
    std::minstd_rand random(1);
    std::string text(size, 'a');
    for (char& c : text)
        if (random() % 2 == 0) c = 'b';
    return text;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) out += c == '\\' ? "\\\\" : std::string(1, c);
    return out + "\"";
}

/// `text` =~ `pattern`, so many times one after the other.
std::shared_ptr<const Program> search_program(std::string_view pattern, int times = 1) {
    std::string program = R"(["_H",1)";
    for (int i = 0; i < times; ++i)
        program += "," + std::string(i > 0 ? "35," : "") + "32," + quoted(pattern) + R"(,32,"g",1,1,23)";
    return load_program(program + ",38]");
}

Outcome searched(std::string_view pattern, const std::string& text, double timeout_ms,
                 const std::atomic<bool>* stop = nullptr) {
    Host host;
    host.stop = stop;
    Vm vm(host);
    RunOptions options;
    options.limits.timeout_ms = timeout_ms;
    return vm.run(*search_program(pattern), "{\"g\":" + quoted(text) + "}", options);
}

double thread_ms() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

/// Runs with 50 ms of time, and stopped after as many. Neither may take long.
void check_ends(std::string_view pattern, const std::string& text, int times) {
    const auto program = search_program(pattern, times);
    const std::string globals = "{\"g\":" + quoted(text) + "}";
    for (const bool by_flag : {false, true}) {
        double least = 1e9;
        for (int i = 0; i < kMeasures && least > kMostMs; ++i) {
            const double before = thread_ms();
            std::atomic<bool> stop{false};
            Host host;
            if (by_flag) {
                host.stop = &stop;
                host.poll = [&] { stop = thread_ms() > before + 50; };
            }
            Vm vm(host);
            RunOptions options;
            if (!by_flag) options.limits.timeout_ms = 50;
            const Outcome outcome = vm.run(*program, globals, options);
            least = std::min(least, thread_ms() - before);
            if (outcome.finished()) continue;
            const ErrorKind kind = outcome.error.kind;
            CHECK((kind == ErrorKind::Timeout || kind == ErrorKind::Argument ||
                   (by_flag && kind == ErrorKind::Cancelled)));
        }
        CHECK_MESSAGE(least < kMostMs, pattern.substr(0, 20) << " took " << least << " ms");
    }
}

std::string repeated(std::string_view unit, std::size_t bytes) {
    std::string text;
    while (text.size() + unit.size() <= bytes) text += unit;
    return text;
}

}  // namespace

TEST_CASE("a search that could last longer than the run's time is not begun") {
    const Outcome outcome = searched(kManyStates, letters(1 << 20), 5000);
    REQUIRE(outcome.failed());
    CHECK(outcome.error.kind == ErrorKind::Timeout);
    CHECK(
        outcome.error.message ==
        "A search of 1048576 bytes for the pattern a[ab]{900}c could take 12 s and can't be interrupted, but only 5 s "
        "may pass: take a shorter text or a simpler pattern, or allow for more time (a longer timeout, no stop flag)");
}

TEST_CASE("a search that could last for long is begun if there is time, but not in a run that may be stopped") {
    const std::string text = letters(10'000);
    const std::atomic<bool> stop{false};
    CHECK(searched(kManyStates, text, 60'000).finished());
    CHECK(searched(kManyStates, text, 60).error.kind == ErrorKind::Timeout);
    CHECK(searched(kManyStates, text, 60'000, &stop).error.kind == ErrorKind::Timeout);
    CHECK(searched(kManyStates, text.substr(0, 3000), 60, &stop).finished());
}

TEST_CASE("usual patterns are searched for in long texts, stop flag or not") {
    const std::atomic<bool> stop{false};
    const Outcome outcome =
        searched("(?i)https?://[a-z.]+/checkout", letters(60'000) + "Http://shop.example/checkout", 5000, &stop);
    REQUIRE(outcome.finished());
    CHECK(outcome.result.as_bool());
}

TEST_CASE("searches one after the other end in time, long ones and short ones") {
    for (const std::size_t size : {3000u, 80u, 10u})
        check_ends(kManyStates, letters(size), size == 3000 ? 1000 : 30'000);
}

TEST_CASE("patterns that take long to compile are refused, or end in time") {
    const std::string hostile[] = {repeated("\\pL", 30'000),
                                   "(?i)" + repeated("\\PL", 600),
                                   repeated("x{0,999}", 30'000),
                                   repeated("(?:x?y){0,99}", 5000),
                                   repeated("x{1000}", 350),
                                   "\\pL{1000}",
                                   "(?i)" + repeated("[ -\uFFFF]", 32'000),
                                   repeated("{", 32'000) + "}",
                                   repeated("{,", 32'000) + "}"};
    for (const std::string& pattern : hostile) check_ends(pattern, "x", 200);
    CHECK(searched(hostile[0], "x", 5000).error.message ==
          "The pattern is too long: 10000 Unicode classes, of 200 at the most");
    CHECK(searched(hostile[2], "x", 5000).error.message ==
          "The pattern is too long: 3746250 repeats, of 50000 at the most");
    CHECK(searched(repeated("ab", 40'000), "x", 5000).error.message ==
          "The pattern is too long: 40000 bytes, of 32768 at the most");
    CHECK(searched("\\p{Greek}x{2,3}\\\\p{3}", "αxx\\ppp", 5000).finished());
}

TEST_CASE("outside of a run a search takes 40 ms at the most, or is not begun") {
    const std::string text = letters(1 << 20);
    CHECK_THROWS_AS(pattern::search(Value::text(text), Value::ascii(kManyStates)), Failure);
    std::string out;
    CHECK_THROWS_AS(pattern::extract(text, kManyStates, out), Failure);
    CHECK_THROWS_AS(pattern::Compiled(pattern::Form::Regex, Value::ascii(kManyStates)).is_in(Value::text(text)),
                    Failure);
    CHECK(pattern::search(Value::text(text), Value::ascii("a+b")));
}

TEST_CASE("a set of patterns leaves long texts to its patterns where their programs are long") {
    std::vector<pattern::Compiled> patterns;
    std::vector<const pattern::Compiled*> pointers;
    patterns.reserve(100);
    pointers.reserve(100);
    for (int i = 0; i < 100; ++i) {
        patterns.emplace_back(pattern::Form::Regex, Value::text("a[ab]{90}c" + std::to_string(i)));
        pointers.push_back(&patterns.back());
    }
    const pattern::CompiledSet set(pointers);
    std::vector<int> found;
    const std::string text = letters(100'000);
    CHECK(set.search(Value::ascii(std::string_view(text).substr(0, 500)), found));
    CHECK(found.empty());
    CHECK(!set.search(Value::ascii(text), found));
}

TEST_CASE("the first group is extracted, or the whole match") {
    std::string out;
    CHECK(pattern::extract("v1.22", "v(\\d+)\\.(\\d+)", out));
    CHECK(out == "1");
    CHECK(pattern::extract("v1.22", "\\d+", out));
    CHECK(out == "1");
    CHECK(pattern::extract("xb", "(a)?b", out));
    CHECK(out == "b");
    CHECK(!pattern::extract("x", "(a)", out));
}
