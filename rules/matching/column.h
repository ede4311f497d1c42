// A column: what rules ask of one field by one operator, each with a constant of its own, answered together.
//
// Where many rules could match an event, most of their tests are such, and what they cost is not the comparison: the
// processor can't guess its outcome. The constants of a column are sorted, so that one search answers for all of them:
// those that are less than the value come first, those that equal it come next. The answers are bytes, one a test.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <hogvm/value.h>

#include "../../vm/opcode.h"

namespace hogvm::matching {

class Column {
  public:
    struct Test {
        std::uint32_t node;
        Value constant;  // a number, a string, or, of IN and NOT_IN, an array
    };

    /// Whether there can be a column of tests with this constant.
    static bool can_hold(Opcode op, Value constant);
    /// Constants of one type, which lie where they will be as long as the column.
    Column(std::uint32_t field, Opcode op, std::vector<Test> tests);

    /// The node of the field.
    std::uint32_t field() const { return field_; }
    /// In the order of the answers.
    std::span<const Test> tests() const { return tests_; }

    /// The tests' truth where the field is `v`, as bytes that are 0 or 1. False where `v` is of a type whose conversion
    /// takes the operator itself; then all answers are 1.
    bool answer(Value v, std::span<std::uint8_t> answers) const;

  private:
    /// The tests [from, to), which hold, or are those that do not.
    struct Range {
        std::size_t from = 0;
        std::size_t to = 0;
    };

    Range range_of_number(double d) const;
    void add_rows();
    bool answer_lists(Value v, std::span<std::uint8_t> answers) const;

    std::uint32_t field_;
    Opcode op_;
    std::vector<Test> tests_;
    // Of lists: every text in them, and what the tests give for each of these, for other texts, and for null.
    std::vector<std::string_view> texts_;
    std::vector<std::uint8_t> rows_;
};

}  // namespace hogvm::matching
