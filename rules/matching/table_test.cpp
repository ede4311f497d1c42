#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/heap.h>

#include "../../vm/operators.h"
#include "table.h"

using namespace hogvm;
using matching::Table;

namespace {

std::vector<Value> values() {
    std::vector<Value> all = {Value::null(), Value::boolean(true), Value::boolean(false)};
    for (const double d : {0.0, -0.0, 1.0, -1.0, 1.5, 1e300, 16.0}) all.push_back(Value::number(d));
    for (const std::int64_t i : {std::int64_t{9007199254740993}, std::int64_t{9007199254740992}})
        all.push_back(Value::integer(i));
    for (const char* text :
         {"", " ", "0", "1", "1.0", " 1 ", "0x10", "true", "false", "True", "a", "A", "\xc3\xa9", "NaN"})
        all.push_back(Value::text(text));
    return all;
}

}  // namespace

TEST_CASE("a table finds every constant that = or IN finds equal") {
    Heap heap;
    for (const Value constant : values()) {
        if (!Table::can_hold(constant)) continue;
        for (const bool is_loose : {true, false}) {
            Table table(0);
            table.add(constant, is_loose, 7);
            const Value list = Value::array(heap.array_of({&constant, 1}, true));
            for (const Value v : values()) {
                const bool is_equal = is_loose ? compare(Opcode::OP_EQ, v, constant, heap) : is_in(v, list);
                bool is_found = false;
                table.look_up(v, [&](std::uint32_t branch) { is_found = is_found || branch == 7; });
                if (is_equal) CHECK(is_found);
            }
        }
    }
}

TEST_CASE("a table leads from one value to all constants that equal it") {
    Table table(0);
    table.add(Value::text("1"), true, 1);
    table.add(Value::text("1"), false, 2);
    table.add(Value::integer(1), true, 3);
    table.add(Value::boolean(true), true, 4);
    table.add(Value::text("2"), true, 5);
    std::vector<std::uint32_t> found;
    table.look_up(Value::integer(1), [&](std::uint32_t branch) { found.push_back(branch); });
    std::sort(found.begin(), found.end());
    CHECK(found == std::vector<std::uint32_t>{1, 3, 4});
}
