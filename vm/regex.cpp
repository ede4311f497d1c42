#include "regex.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include <re2/re2.h>

#include <hogvm/error.h>
#include <hogvm/javascript.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

namespace hogvm {
namespace {

constexpr std::int64_t kMemory = 1 << 20;  // bytes: RE2's own bound for a pattern and its automata

// Before RE2 looks at that bound it has read the pattern, with a list of some hundred ranges for each Unicode class,
// and written out its counted repeats. Unbounded, a pattern of 64 KB took 2 s and 670 MB to be refused; so it takes 30
// ms.
constexpr std::size_t kLongest = 32 * 1024;   // bytes
constexpr std::size_t kMostClasses = 200;     // \p and \P
constexpr std::size_t kMostRepeats = 50'000;  // the sum of the counts; more instructions have no room in kMemory

// Measured with all instructions at work at each byte: up to 11 and 13, mostly 5.
constexpr double kNsPerStep = 12;
constexpr double kNsPerStepOfMatch = 16;  // where the match's place is asked for, which takes up to three passes
// So few instructions have no more states than RE2 keeps. Measured: up to 10.
constexpr std::size_t kFewSteps = 8;
constexpr double kNsPerByte = 20;

constexpr std::size_t kShort = 50'000;     // instructions and bytes: less than a millisecond, however little of either
constexpr std::size_t kStepsPerStep = 16;  // the run's steps are smaller

struct Expense {
    std::size_t classes = 0;
    std::size_t repeats = 0;
};

/// The larger number of a counted repeat, {n}, {n,} or {n,m}, that begins with the brace at `at`; 0 where none does.
std::size_t count_at(std::string_view expression, std::size_t at) {
    const char* const end = expression.data() + expression.size();
    std::size_t least = 0;
    const char* after = std::from_chars(expression.data() + at + 1, end, least).ptr;
    std::size_t most = 0;
    if (after != end && *after == ',') after = std::from_chars(after + 1, end, most).ptr;
    return after != end && *after == '}' ? std::max(least, most) : 0;
}

Expense expense_of(std::string_view expression) {
    Expense expense;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        if (expression[i] == '{') expense.repeats += count_at(expression, i);
        if (expression[i] != '\\' || ++i == expression.size()) continue;
        if (expression[i] == 'p' || expression[i] == 'P') ++expense.classes;
    }
    return expense;
}

void check(std::size_t count, std::size_t most, const char* of_what) {
    if (count <= most) return;
    fail(ErrorKind::Argument, "The pattern is too long: " + std::to_string(count) + " " + of_what + ", of " +
                                  std::to_string(most) + " at the most");
}

void check_expense(std::string_view expression) {
    Regex::check_length(expression.size());
    const Expense expense = expense_of(expression);
    check(expense.classes, kMostClasses, "Unicode classes");
    check(expense.repeats, kMostRepeats, "repeats");
}

std::unique_ptr<const re2::RE2> compile(const std::string& expression) {
    check_expense(expression);
    patience_ms();  // compiling is long enough for a look at the clock
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMemory);
    auto compiled = std::make_unique<const RE2>(expression, options);
    if (!compiled->ok())
        fail(ErrorKind::Argument, "Invalid pattern: " + compiled->error() + " in " + text::shortened(expression, 200));
    return compiled;
}

double worst_ms(std::size_t size, std::size_t bytes, double ns_per_step) {
    const double ns_per_byte = size <= kFewSteps ? kNsPerByte : static_cast<double>(size) * ns_per_step;
    return static_cast<double>(bytes) * ns_per_byte / 1e6;
}

std::string in_seconds(double ms) {
    std::string text;
    javascript::append_number(ms < 1000 ? std::ceil(ms) / 1000 : std::ceil(ms / 1000), text);
    return text + " s";
}

}  // namespace

Regex::Regex(const std::string& expression)
    : re_(compile(expression)), size_(static_cast<std::size_t>(re_->ProgramSize())) {}

void Regex::check_length(std::size_t bytes) { check(bytes, kLongest, "bytes"); }

Regex::~Regex() = default;

void Regex::begin(std::size_t bytes, double ns_per_step) const {
    if (size_ * bytes < kShort) return work_done(size_ * bytes / kStepsPerStep);
    const double worst = worst_ms(size_, bytes, ns_per_step);
    const double patience = patience_ms();
    if (worst <= patience) return;
    fail(ErrorKind::Timeout, "A search of " + std::to_string(bytes) + " bytes for the pattern " +
                                 text::shortened(re_->pattern(), 200) + " could take " + in_seconds(worst) +
                                 " and can't be interrupted, but only " + in_seconds(patience) +
                                 " may pass: take a shorter text or a simpler pattern, or allow for more time (a "
                                 "longer timeout, no stop flag)");
}

bool Regex::is_in(std::string_view text) const {
    begin(text.size(), kNsPerStep);
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *re_);
}

bool Regex::find(std::string_view text, re2::StringPiece& match, re2::StringPiece& group) const {
    begin(text.size(), kNsPerStepOfMatch);
    re2::StringPiece found[2];
    const re2::StringPiece subject(text.data(), text.size());
    const int wanted = re_->NumberOfCapturingGroups() > 0 ? 2 : 1;
    if (!re_->Match(subject, 0, subject.size(), RE2::UNANCHORED, found, wanted)) return false;
    match = found[0];
    group = found[1];
    return true;
}

double longest_search_ms(std::size_t size, std::size_t bytes) { return worst_ms(size, bytes, kNsPerStep); }

}  // namespace hogvm
