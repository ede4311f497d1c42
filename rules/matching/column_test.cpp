#include "column.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/heap.h>

#include "../../vm/operators.h"

using namespace hogvm;
using matching::Column;

namespace {

std::vector<Value> values(Heap& heap) {
    std::vector<Value> all = {Value::null(), Value::boolean(true), Value::boolean(false)};
    for (const double d : {0.0, 1.0, -1.0, 1.5, 2.0, 3.0, 1e300, -1e300, HUGE_VAL, std::nan("")})
        all.push_back(Value::number(d));
    for (const double d : {-0.0, 1.0}) all.push_back(Value::real(d));
    for (const std::int64_t i : {9007199254740991, 9007199254740992, 9007199254740993})
        all.push_back(Value::integer(i));
    for (const char* text : {"", "0", "1", "true", "a", "A", "b", "ab", "é", "😀", "2024-05-01"})
        all.push_back(Value::text(text));
    all.push_back(Value::array(heap.array(0)));
    all.push_back(Value::array(heap.array_of(std::vector<Value>{Value::integer(1)})));
    return all;
}

bool holds(Opcode op, Value v, Value constant, const Heap& heap) {
    if (op == Opcode::OP_IN || op == Opcode::OP_NOT_IN) return is_in(v, constant) == (op == Opcode::OP_IN);
    return compare(op, v, constant, heap);
}

/// How many of the values the column could tell of.
int check(Opcode op, const std::vector<Value>& constants, const std::vector<Value>& asked, const Heap& heap) {
    std::vector<Column::Test> tests;
    for (const Value constant : constants)
        if (Column::can_hold(op, constant)) tests.push_back({static_cast<std::uint32_t>(tests.size()), constant});
    if (tests.empty()) return 0;
    const Column column(0, op, tests);
    int told = 0;
    for (const Value v : asked) {
        std::vector<std::uint8_t> answers(tests.size(), 7);
        const bool is_told = column.answer(v, answers);
        told += is_told ? 1 : 0;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const Value constant = column.tests()[i].constant;
            CHECK(answers[i] == (!is_told || holds(op, v, constant, heap) ? 1 : 0));
        }
    }
    return told;
}

}  // namespace

TEST_CASE("a column gives what the operator gives for each constant") {
    Heap heap;
    const std::vector<Value> all = values(heap);
    std::vector<Value> numbers;
    std::vector<Value> texts;
    for (const Value v : all) {
        if (v.is_number()) numbers.push_back(v);
        if (v.is_string()) texts.push_back(v);
    }
    for (const Opcode op :
         {Opcode::OP_EQ, Opcode::OP_NOT_EQ, Opcode::OP_GT, Opcode::OP_GT_EQ, Opcode::OP_LT, Opcode::OP_LT_EQ}) {
        CHECK(check(op, numbers, all, heap) >= 10);
        for (const Value one : numbers) check(op, {one}, all, heap);
    }
    for (const Opcode op : {Opcode::OP_EQ, Opcode::OP_NOT_EQ}) {
        CHECK(check(op, texts, all, heap) == 12);
        for (const Value one : texts) check(op, {one}, all, heap);
    }
}

TEST_CASE("a column of lists gives what IN gives for each list") {
    Heap heap;
    const std::vector<Value> all = values(heap);
    std::vector<Value> lists = {Value::array(heap.array(0))};
    for (std::size_t i = 0; i < all.size(); ++i)
        lists.push_back(Value::array(heap.array_of(std::vector<Value>{all[i], all[(i * 5 + 3) % all.size()]}, true)));
    for (const Opcode op : {Opcode::OP_IN, Opcode::OP_NOT_IN}) CHECK(check(op, lists, all, heap) == 12);
}
