#include "column.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "../../vm/operators.h"

namespace hogvm::matching {
namespace {

constexpr double kExact = 9007199254740992;  // integers beyond compare by digits that a double has not
constexpr std::size_t kMostInList = 64;

bool is_list(Opcode op) { return op == Opcode::OP_IN || op == Opcode::OP_NOT_IN; }
bool is_equality(Opcode op) { return op == Opcode::OP_EQ || op == Opcode::OP_NOT_EQ; }
bool is_exact(double d) { return d > -kExact && d < kExact; }

bool is_before(Value a, Value b) { return a.is_string() ? a.as_text() < b.as_text() : a.as_number() < b.as_number(); }

}  // namespace

bool Column::can_hold(Opcode op, Value constant) {
    if (is_list(op)) return constant.is(Type::Array) && constant.as_array()->size <= kMostInList;
    if (constant.is_string()) return is_equality(op);
    return constant.is_number() && is_exact(constant.as_number());
}

Column::Column(std::uint32_t field, Opcode op, std::vector<Test> tests)
    : field_(field), op_(op), tests_(std::move(tests)) {
    if (is_list(op_)) {
        add_rows();
    } else {
        std::sort(tests_.begin(), tests_.end(),
                  [](const Test& x, const Test& y) { return is_before(x.constant, y.constant); });
    }
}

void Column::add_rows() {
    for (const Test& test : tests_) {
        for (const Value v : test.constant.as_array()->values())
            if (v.is_string()) texts_.push_back(v.as_text());
    }
    std::sort(texts_.begin(), texts_.end());
    texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
    const std::size_t null_row = texts_.size() + 1;
    const bool is_positive = op_ == Opcode::OP_IN;
    rows_.assign((null_row + 1) * tests_.size(), is_positive ? 0 : 1);
    const auto put = [&](std::size_t row, std::size_t test) {
        rows_[row * tests_.size() + test] = is_positive ? 1 : 0;
    };
    for (std::size_t t = 0; t < tests_.size(); ++t) {
        for (const Value v : tests_[t].constant.as_array()->values()) {
            if (!v.is_string()) continue;
            const auto found = std::lower_bound(texts_.begin(), texts_.end(), v.as_text());
            put(static_cast<std::size_t>(found - texts_.begin()), t);
        }
        if (is_in(Value::null(), tests_[t].constant)) put(null_row, t);
    }
}

bool Column::answer(Value v, std::span<std::uint8_t> answers) const {
    if (is_list(op_)) return answer_lists(v, answers);
    const bool is_text = tests_[0].constant.is_string();
    Range range;
    if (v.is(Type::Null)) {
        // Equals nothing here, and is less or greater as 0 is.
        if (!is_equality(op_)) range = range_of_number(0);
    } else if (is_text && v.is_string()) {
        const auto order = [](const Test& a, const Test& b) { return is_before(a.constant, b.constant); };
        const auto equal = std::equal_range(tests_.begin(), tests_.end(), Test{0, v}, order);
        range = {static_cast<std::size_t>(equal.first - tests_.begin()),
                 static_cast<std::size_t>(equal.second - tests_.begin())};
    } else if (!is_text && v.is_number() && is_exact(v.as_number())) {
        range = range_of_number(v.as_number());
    } else {
        std::memset(answers.data(), 1, answers.size());
        return false;
    }
    const bool is_negated = op_ == Opcode::OP_NOT_EQ;
    std::memset(answers.data(), is_negated ? 1 : 0, answers.size());
    std::memset(answers.data() + range.from, is_negated ? 0 : 1, range.to - range.from);
    return true;
}

/// The tests that hold for the value, or of NOT_EQ those that do not.
Column::Range Column::range_of_number(double d) const {
    const auto is_less = [](const Test& test, double value) { return test.constant.as_number() < value; };
    const auto is_greater = [](double value, const Test& test) { return value < test.constant.as_number(); };
    const auto place = [&](auto found) { return static_cast<std::size_t>(found - tests_.begin()); };
    const std::size_t first = place(std::lower_bound(tests_.begin(), tests_.end(), d, is_less));
    const std::size_t last = place(std::upper_bound(tests_.begin(), tests_.end(), d, is_greater));
    switch (op_) {
        case Opcode::OP_GT: return {0, first};
        case Opcode::OP_GT_EQ: return {0, last};
        case Opcode::OP_LT: return {last, tests_.size()};
        case Opcode::OP_LT_EQ: return {first, tests_.size()};
        default: return {first, last};
    }
}

bool Column::answer_lists(Value v, std::span<std::uint8_t> answers) const {
    std::size_t row = texts_.size();
    if (v.is_string()) {
        const auto found = std::lower_bound(texts_.begin(), texts_.end(), v.as_text());
        if (found != texts_.end() && *found == v.as_text()) row = static_cast<std::size_t>(found - texts_.begin());
    } else if (v.is(Type::Null)) {
        ++row;
    } else {
        std::memset(answers.data(), 1, answers.size());
        return false;
    }
    std::memcpy(answers.data(), rows_.data() + row * tests_.size(), tests_.size());
    return true;
}

}  // namespace hogvm::matching
