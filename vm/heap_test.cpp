#include <hogvm/heap.h>

#include <initializer_list>
#include <limits>
#include <string>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <hogvm/javascript.h>
#include <hogvm/json.h>

using namespace hogvm;

namespace {

Array* array_of(Heap& heap, std::initializer_list<Value> items) { return heap.array_of({items.begin(), items.size()}); }

/// The cost by the rule of docs/bytecode.md, computed anew: 8, a string its units more, a container what it holds more.
std::int64_t plain_cost(Value v) {
    if (v.is(Type::Hole)) return 0;
    if (!v.is_heavy()) return 8;
    if (v.is_string()) return 8 + static_cast<std::int64_t>(v.units());
    if (v.as_node()->visiting) return 8;
    const Visit visit(v.as_node());
    std::int64_t sum = 8;
    if (v.is(Type::Array)) {
        for (const Value item : v.as_array()->values()) sum += plain_cost(item);
    } else {
        for (const Entry& e : v.as_dict()->items()) sum += plain_cost(e.key) + plain_cost(e.value);
    }
    return sum;
}

#define CHECK_COST(heap, v) CHECK((heap).cost(v) == plain_cost(v))

}  // namespace

TEST_CASE("scalars cost 8, strings their units more, containers what they hold more") {
    Heap heap;
    CHECK(heap.cost(Value::null()) == 8);
    CHECK(heap.cost(Value::real(1.5)) == 8);
    CHECK(heap.cost(Value::text("a😀")) == 11);
    CHECK(heap.cost(Value::array(array_of(heap, {Value::null(), Value::ascii("ab")}))) == 26);
    CHECK(heap.cost(json::parse(R"({"a":[1,{}]})", heap)) == 8 + 9 + 8 + 8 + 8);
}

TEST_CASE("a write deep inside reaches the cost of all that hold it") {
    Heap heap;
    Array* inner = heap.array(0);
    Dict* middle = heap.dict();
    heap.set(middle, Value::ascii("k"), Value::array(inner));
    Array* outer = array_of(heap, {Value::dict(middle)});
    CHECK_COST(heap, Value::array(outer));
    heap.set(inner, 0, Value::ascii("long text"));
    CHECK_COST(heap, Value::array(outer));
    heap.set(inner, 0, Value::null());
    CHECK_COST(heap, Value::array(outer));
    heap.set(inner, 9, Value::integer(1));  // holes cost nothing
    CHECK(inner->has_holes);
    CHECK_COST(heap, Value::array(outer));
    heap.set(inner, 5, Value::integer(1));
    CHECK_COST(heap, Value::array(outer));
}

TEST_CASE("a write to what several hold reaches the cost of all of them") {
    Heap heap;
    Array* shared = heap.array(0);
    const Value a = Value::array(array_of(heap, {Value::array(shared)}));
    const Value b = Value::array(array_of(heap, {Value::array(shared), Value::array(shared)}));
    const Value c = Value::array(array_of(heap, {a, b}));
    heap.set(shared, 0, Value::ascii("text"));
    for (const Value v : {a, b, c}) CHECK_COST(heap, v);
    heap.set(b.as_array(), 0, Value::null());
    heap.set(shared, 0, Value::ascii("a longer text"));
    for (const Value v : {a, b, c}) CHECK_COST(heap, v);
}

TEST_CASE("what was taken out no longer counts") {
    Heap heap;
    Array* child = heap.array(0);
    Array* first = array_of(heap, {Value::array(child)});
    heap.set(first, 0, Value::null());
    Array* second = array_of(heap, {Value::array(child)});
    heap.set(child, 0, Value::ascii("text"));
    CHECK_COST(heap, Value::array(first));
    CHECK_COST(heap, Value::array(second));
}

TEST_CASE("a node inside itself costs 8 where it recurs") {
    Heap heap;
    Array* a = array_of(heap, {Value::integer(1)});
    heap.set(a, 1, Value::array(a));
    CHECK(heap.cost(Value::array(a)) == 8 + 8 + 8);
    Dict* d = heap.dict();
    heap.set(d, Value::ascii("a"), Value::array(a));
    heap.set(a, 2, Value::dict(d));
    CHECK_COST(heap, Value::dict(d));
    CHECK_COST(heap, Value::array(a));
    heap.set(a, 1, Value::null());
    heap.set(a, 2, Value::null());
    CHECK_COST(heap, Value::dict(d));
}

TEST_CASE("pushing back leaves the array as it was and grows in its place") {
    Heap heap;
    Array* a = heap.array(8);
    heap.append(a, Value::integer(1));
    Array* b = heap.pushed_back(a, Value::integer(2));
    CHECK(a->size == 1);
    CHECK(b->size == 2);
    CHECK(b->items == a->items);  // no copy
    Array* c = heap.pushed_back(a, Value::integer(3));
    CHECK(json::to_text(Value::array(b)) == "[1,2]");
    CHECK(json::to_text(Value::array(c)) == "[1,3]");
    CHECK_COST(heap, Value::array(b));
    CHECK_COST(heap, Value::array(c));
}

TEST_CASE("arrays that share their elements do not share writes") {
    Heap heap;
    Array* a = heap.array(8);
    for (int i = 0; i < 4; ++i) heap.append(a, Value::integer(i));
    Array* b = heap.pushed_back(a, Value::integer(4));
    Array* part = heap.slice(a, 1, 3);
    heap.set(a, 1, Value::ascii("a"));
    heap.set(b, 2, Value::ascii("b"));
    heap.set(part, 1, Value::ascii("p"));
    heap.set(part, 2, Value::ascii("more"));
    CHECK(json::to_text(Value::array(a)) == R"([0,"a",2,3])");
    CHECK(json::to_text(Value::array(b)) == R"([0,1,"b",3,4])");
    CHECK(json::to_text(Value::array(part)) == R"([1,"p","more"])");
    for (const Array* x : {a, b, part}) CHECK_COST(heap, Value::array(const_cast<Array*>(x)));
}

TEST_CASE("a write past the end of a shared array leaves the others' costs right") {
    Heap heap;
    Array* child = heap.array(0);
    Array* a = heap.array(8);
    heap.append(a, Value::array(child));
    Array* b = heap.pushed_back(a, Value::integer(1));
    heap.set(a, 1, Value::integer(2));
    heap.set(child, 0, Value::ascii("text"));
    CHECK_COST(heap, Value::array(a));
    CHECK_COST(heap, Value::array(b));
}

TEST_CASE("pushing back to an array with holes makes them undefined") {
    Heap heap;
    Array* a = heap.array(0);
    heap.set(a, 2, Value::integer(1));
    const Array* b = heap.pushed_back(a, Value::integer(2));
    CHECK(b->items[0].is(Type::Undefined));
    CHECK(!b->has_holes);
    CHECK(a->items[0].is(Type::Hole));
}

TEST_CASE("short texts join as a builder joins them, surrogates too") {
    const std::string_view parts[] = {
        "", "a", "é", "😀", "\xED\xA0\xBD", "\xED\xB8\x80", "0123456789012345678901234567"};
    for (const std::string_view first : parts) {
        for (const std::string_view second : parts) {
            for (const std::string_view third : parts) {
                Heap heap;
                const Value texts[] = {Value::text(first), Value::text(second), Value::text(third)};
                TextBuilder builder(heap);
                for (const Value text : texts) builder.append(text);
                const Value wanted = builder.finish();
                Value joined;
                if (!heap.join_short(texts, joined)) {
                    CHECK((wanted.bytes() >= 64 || wanted.as_text().find('\xF0') != std::string_view::npos ||
                           wanted.as_text().find('\xED') != std::string_view::npos));
                    continue;
                }
                CHECK(joined.as_text() == wanted.as_text());
                CHECK(joined.units() == wanted.units());
            }
        }
    }
    Heap heap;
    Value joined;
    const Value number[] = {Value::ascii("a"), Value::integer(1)};
    CHECK(!heap.join_short(number, joined));
}

TEST_CASE("dicts keep the order of insertion, few entries or many") {
    for (const int count : {0, 1, 8, 9, 100, 1000}) {
        CAPTURE(count);
        Heap heap;
        Dict* d = heap.dict();
        for (int i = 0; i < count; ++i) heap.set(d, heap.string("key " + std::to_string(i)), Value::integer(i));
        for (int i = 0; i < count; ++i) heap.set(d, heap.string("key " + std::to_string(i)), Value::integer(-i));
        REQUIRE(d->size == static_cast<std::uint32_t>(count));
        bool found_all = true;
        for (int i = 0; i < count; ++i)
            found_all = found_all && heap.find(d, "key " + std::to_string(i)) == &d->entries[i] &&
                        d->entries[i].value.as_int() == -i;
        CHECK(found_all);
        CHECK(heap.find(d, "key") == nullptr);
        CHECK_COST(heap, Value::dict(d));
    }
}

TEST_CASE("keys of a dict are told apart as a Map does it, few entries or many") {
    for (const int fill : {0, 50}) {
        CAPTURE(fill);
        Heap heap;
        Dict* d = heap.dict();
        for (int i = 0; i < fill; ++i) heap.set(d, Value::integer(1000 + i), Value::null());
        const Value array = Value::array(heap.array(0));
        const Value nan = Value::real(std::numeric_limits<double>::quiet_NaN());
        const Value keys[] = {Value::real(-0.0),    nan,           Value::integer(1),  Value::ascii("1"),
                              Value::boolean(true), Value::null(), Value::undefined(), array,
                              Value::real(1.5)};
        for (const Value& key : keys) heap.set(d, key, Value::integer(&key - keys));
        REQUIRE(d->size == static_cast<std::uint32_t>(fill) + std::size(keys));
        for (const Value& key : keys) {
            const Entry* e = heap.find(d, key);
            REQUIRE(e != nullptr);
            CHECK(e->value.as_int() == &key - keys);
        }
        CHECK(heap.find(d, Value::integer(0))->value.as_int() == 0);
        CHECK(heap.find(d, Value::integer(0))->key.is(Type::Int));  // a Map keeps -0 as 0
        CHECK(heap.find(d, Value::real(-std::numeric_limits<double>::quiet_NaN()))->value.as_int() == 1);
        CHECK(heap.find(d, Value::real(1.0))->value.as_int() == 2);
        CHECK(heap.find(d, Value::hole())->value.as_int() == 6);
        CHECK(heap.find(d, Value::array(heap.array(0))) == nullptr);
        CHECK(heap.find(d, Value::boolean(false)) == nullptr);
    }
}

TEST_CASE("an object's array indices come first, beyond the index's threshold, too") {
    Heap heap;
    Dict* o = heap.object();
    for (int i = 30; i > 0; --i) {
        heap.set_member(o, heap.string("k" + std::to_string(i)), Value::integer(i));
        heap.set_member(o, heap.string(std::to_string(i)), Value::integer(i));
    }
    CHECK(o->entries[0].key.as_text() == "1");
    CHECK(o->entries[29].key.as_text() == "30");
    CHECK(o->entries[30].key.as_text() == "k30");
    for (int i = 1; i <= 30; ++i) CHECK(heap.find(o, std::to_string(i))->value.as_int() == i);
}

TEST_CASE("documents of many array indices are read, in whichever order they come") {
    std::string text = "{";
    for (int i = 300'000; i > 0; --i) text += "\"" + std::to_string(i) + "\":1,\"k" + std::to_string(i) + "\":2,";
    text += "\"1\":3}";
    const boost::json::value parsed = boost::json::parse(text);
    Heap heap;
    for (const Value whole : {json::parse(text, heap), json::from_boost(parsed, heap)}) {
        const Dict* o = whole.as_dict();
        REQUIRE(o->size == 600'000);
        CHECK(o->entries[0].key.as_text() == "1");
        CHECK(o->entries[0].value.as_int() == 3);
        CHECK(o->entries[299'999].key.as_text() == "300000");
        CHECK(o->entries[300'000].key.as_text() == "k300000");
        CHECK(heap.find(o, "k7")->value.as_int() == 2);
        CHECK(heap.find(o, "7")->value.as_int() == 1);
    }
}

TEST_CASE("an object passes for what its keys make it") {
    Heap heap;
    CHECK((heap.datetime(Value::integer(0), Value::ascii("UTC")).as_node()->traits & kDateTime) != 0);
    CHECK((heap.date(Value::integer(1), Value::integer(1), Value::integer(1)).as_node()->traits & kDate) != 0);
    CHECK((heap.error(Value::ascii("E"), Value::ascii("m"), Value::undefined()).as_node()->traits & kError) != 0);
    CHECK((json::parse(R"({"dt":1,"zone":"UTC","__hogDateTime__":true})", heap).as_node()->traits & kDateTime) != 0);
    CHECK((json::parse(R"({"dt":1,"__hogDateTime__":true})", heap).as_node()->traits & kDateTime) == 0);
}

TEST_CASE("a heap refuses what exceeds its bound, and can go on") {
    Heap heap;
    heap.set_max_bytes(1 << 20);
    try {
        heap.allocate(2 << 20);
        FAIL("allocated");
    } catch (const Failure& f) {
        CHECK(f.kind == ErrorKind::Memory);
    }
    CHECK(heap.bytes() <= 1 << 20);
    CHECK(heap.string("text").as_text() == "text");
    CHECK_THROWS_AS(([&] {
                        for (;;) heap.allocate(1000);
                    }()),
                    Failure);
    CHECK(heap.bytes() <= 1 << 20);
}

TEST_CASE("clearing keeps a little memory for what comes next") {
    Heap heap;
    for (int i = 0; i < 100; ++i) heap.allocate(1 << 20);
    CHECK(heap.bytes() >= 100u << 20);
    heap.clear();
    CHECK(heap.bytes() <= 1u << 20);
    const std::size_t kept = heap.bytes();
    heap.allocate(100);
    CHECK(heap.bytes() == (kept > 0 ? kept : heap.bytes()));
}

#ifdef HOGVM_POISON
TEST_CASE("AddressSanitizer sees what a heap has not given out, or has taken back") {
    Heap heap;
    char* data = static_cast<char*>(heap.allocate(12));
    CHECK(__asan_address_is_poisoned(data + 11) == 0);
    CHECK(__asan_address_is_poisoned(data + 12) == 1);
    heap.shrink(data, 12, 3);
    CHECK(__asan_address_is_poisoned(data + 3) == 1);
    heap.clear();
    CHECK(__asan_address_is_poisoned(data) == 1);
}
#endif
