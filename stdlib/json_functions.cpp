#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>

#include "arguments.h"
#include "families.h"
#include "json_text.h"
#include "numbers.h"

namespace hogvm::stdlib {
namespace {

/// The properties of a dict, an object or a function. JavaScript's functions of Hog are objects, too.
const Dict* members(Value v, Heap& heap) {
    if (v.is(Type::Closure)) {
        const Closure* c = v.as_closure();
        Array* upvalues = heap.array(c->upvalue_count);
        for (std::uint32_t i = 0; i < c->upvalue_count; ++i) heap.append(upvalues, Value::integer(c->upvalues[i]));
        Dict* o = heap.object(3);
        heap.set(o, Value::ascii("__hogClosure__"), Value::boolean(true));
        heap.set(o, Value::ascii("callable"), Value::callable(c->callable));
        heap.set(o, Value::ascii("upvalues"), Value::array(upvalues));
        return o;
    }
    if (v.is(Type::Callable)) {
        const Callable* c = v.as_callable();
        Dict* o = heap.object(6);
        heap.set(o, Value::ascii("__hogCallable__"), Value::ascii(name_of(c->kind)));
        heap.set(o, Value::ascii("name"), c->name);
        heap.set(o, Value::ascii("chunk"), c->chunk);
        heap.set(o, Value::ascii("argCount"), Value::integer(c->arg_count));
        heap.set(o, Value::ascii("upvalueCount"), Value::integer(c->upvalue_count));
        heap.set(o, Value::ascii("ip"), Value::integer(c->ip));
        return o;
    }
    return v.as_dict();
}

Value keys(Call& call) {
    const Value v = call[0];
    if (v.is(Type::Null)) refuse(call, 0, "an array or an object");
    if (!v.is_node()) return Value::array(call.heap.array(0));
    if (v.is(Type::Array)) {
        Array* out = call.heap.array(v.as_array()->size);
        for (std::uint32_t i = 0; i < v.as_array()->size; ++i) call.heap.append(out, Value::integer(i));
        return Value::array(out);
    }
    const Dict* d = members(v, call.heap);
    Array* out = call.heap.array(d->size);
    for (const Entry& e : d->items()) call.heap.append(out, e.key);
    return Value::array(out);
}

Value values(Call& call) {
    const Value v = call[0];
    if (v.is(Type::Null)) refuse(call, 0, "an array or an object");
    if (!v.is_node()) return Value::array(call.heap.array(0));
    if (v.is(Type::Array)) {
        const std::span<const Value> items = v.as_array()->values();
        const bool has_holes = std::any_of(items.begin(), items.end(), [](Value item) { return item.is(Type::Hole); });
        if (!has_holes) return Value::array(call.heap.slice(v.as_array(), 0, items.size()));
        Array* out = call.heap.array(items.size());
        for (const Value item : items) call.heap.append(out, item.is(Type::Hole) ? Value::undefined() : item);
        return Value::array(out);
    }
    const Dict* d = members(v, call.heap);
    Array* out = call.heap.array(d->size);
    for (const Entry& e : d->items()) call.heap.append(out, e.value);
    return Value::array(out);
}

/// The first argument, parsed if it is a string; nothing if it is no JSON.
std::optional<Value> document(Call& call) {
    if (!call[0].is_string()) return call[0];
    try {
        return parse_json(call[0], call.heap);
    } catch (const json::ParseError&) {
        return std::nullopt;
    }
}

Value below(Call& call, Value v, std::span<const Value> path) { return get_nested(v, path, true, call.heap); }

Value is_valid(Call& call) { return Value::boolean(is_json(javascript::to_string(call[0], call.heap))); }

Value extract(Call& call) {
    const std::optional<Value> v = document(call);
    if (!v) return Value::null();
    // The last argument names a type, which nothing looks at.
    const auto path = call.size() > 2 ? call.args.subspan(1, call.size() - 2) : std::span<const Value>();
    const Value found = below(call, *v, path);
    return found.is_nullish() ? Value::null() : found;
}

Value extract_array(Call& call) {
    const std::optional<Value> v = document(call);
    const Value found = v ? below(call, *v, call.args.subspan(1)) : Value::null();
    return found.is(Type::Array) ? found : Value::null();
}

Value extract_bool(Call& call) {
    const std::optional<Value> v = document(call);
    if (!v) return Value::boolean(false);
    const Value found = call.size() > 1 ? below(call, *v, call.args.subspan(1)) : *v;
    return Value::boolean(found.is(Type::Bool) && found.as_bool());
}

Value extract_float(Call& call) {
    const std::optional<Value> v = document(call);
    return v ? parsed_float(below(call, *v, call.args.subspan(1))) : Value::null();
}

Value extract_int(Call& call) {
    const std::optional<Value> v = document(call);
    return v ? parsed_integer(below(call, *v, call.args.subspan(1))) : Value::null();
}

Value extract_string(Call& call) {
    const std::optional<Value> v = document(call);
    const Value found = v ? below(call, *v, call.args.subspan(1)) : Value::null();
    return found.is_nullish() ? Value::null() : javascript::to_string(found, call.heap);
}

Value json_length(Call& call) {
    const std::optional<Value> v = document(call);
    if (!v || !(v->is_node() || v->is(Type::Null))) return Value::integer(0);
    const Value found = below(call, *v, call.args.subspan(1));
    if (found.is(Type::Null)) call.fail("Function JSONLength expects an array or an object in argument 1, got null");
    if (!found.is_node()) return Value::integer(0);
    return Value::integer(found.is(Type::Array) ? found.as_array()->size : members(found, call.heap)->size);
}

/// Where JSONHas stands. JavaScript's `in` finds inherited properties, too, so a name such as `constructor` or
/// `__proto__` leads to a function or a prototype.
struct Place {
    enum class Kind { Data, Function, ArrayPrototype, ObjectPrototype };
    Kind kind = Kind::Data;
    Value value;
};

constexpr std::string_view kObjectMethods[] = {"constructor",    "__defineGetter__",     "__defineSetter__",
                                               "hasOwnProperty", "__lookupGetter__",     "__lookupSetter__",
                                               "isPrototypeOf",  "propertyIsEnumerable", "toString",
                                               "valueOf",        "toLocaleString"};
constexpr std::string_view kArrayMethods[] = {
    "at",          "concat",   "copyWithin", "fill",    "find",  "findIndex", "findLast", "findLastIndex",
    "lastIndexOf", "pop",      "push",       "reverse", "shift", "unshift",   "slice",    "sort",
    "splice",      "includes", "indexOf",    "join",    "keys",  "entries",   "values",   "forEach",
    "filter",      "flat",     "flatMap",    "map",     "every", "some",      "reduce",   "reduceRight",
    "toReversed",  "toSorted", "toSpliced",  "with"};

bool is_method(bool of_array, std::string_view name) {
    const auto in = [name](const auto& names) {
        return std::find(std::begin(names), std::end(names), name) != std::end(names);
    };
    return in(kObjectMethods) || (of_array && in(kArrayMethods));
}

std::optional<Place> own_property(Value v, std::string_view name, Heap& heap) {
    if (v.is(Type::Array)) {
        const Array* a = v.as_array();
        if (name == "length") return Place{.value = Value::integer(a->size)};
        if (name == "__isHogTuple" && a->is_tuple) return Place{.value = Value::boolean(true)};
        const std::optional<std::uint32_t> index = javascript::array_index(name);
        if (!index || *index >= a->size || a->items[*index].is(Type::Hole)) return std::nullopt;
        return Place{.value = a->items[*index]};
    }
    const Entry* e = heap.find(members(v, heap), name);
    if (e == nullptr) return std::nullopt;
    return Place{.value = e->value};
}

/// `place[name]`, where `name in place` holds.
std::optional<Place> property(const Place& place, std::string_view name, Heap& heap) {
    using enum Place::Kind;
    const bool is_array = place.kind == ArrayPrototype || (place.kind == Data && place.value.is(Type::Array));
    if (place.kind == Data) {
        if (std::optional<Place> own = own_property(place.value, name, heap)) return own;
    }
    if (name == "__proto__") {
        if (place.kind == Data) return Place{.kind = is_array ? ArrayPrototype : ObjectPrototype, .value = {}};
        if (place.kind == ArrayPrototype) return Place{.kind = ObjectPrototype, .value = {}};
        return Place{};
    }
    if (place.kind == ArrayPrototype && name == "length") return Place{.value = Value::integer(0)};
    if (is_method(is_array, name)) return Place{.kind = Function, .value = {}};
    return std::nullopt;
}

/// The element that a number key means, counted from 1 or from the end; of a fraction, none that there is.
std::optional<Place> element(std::span<const Value> items, double key) {
    const auto size = static_cast<double>(items.size());
    if (key == 0 || key > size || key < -size) return std::nullopt;
    const double at = key < 0 ? size + key : key - 1;
    if (!(at >= 0) || at != std::trunc(at)) return Place{.value = Value::undefined()};
    return Place{.value = items[static_cast<std::size_t>(at)]};
}

/// A step of JSONHas's path; nothing where it ends.
std::optional<Place> step(Call& call, const Place& from, Value key) {
    if (from.kind == Place::Kind::Function) return std::nullopt;
    Place place = from;
    if (place.kind == Place::Kind::Data) {
        if (place.value.is_string()) {
            try {
                place.value = parse_json(place.value, call.heap);
            } catch (const json::ParseError&) {
                return std::nullopt;
            }
        }
        if (place.value.is(Type::Dict)) {
            const Entry* e = call.heap.find(place.value.as_dict(), key);
            if (e == nullptr) return std::nullopt;
            return Place{.value = e->value};
        }
        if (!place.value.is_node() && !place.value.is(Type::Null)) return std::nullopt;
    }
    if (key.is_number()) {
        if (place.kind == Place::Kind::ArrayPrototype) return element({}, key.as_number());
        if (place.kind == Place::Kind::Data && place.value.is(Type::Array))
            return element(place.value.as_array()->values(), key.as_number());
        return from;  // a number leads nowhere in an object, and is passed over
    }
    const Value name = javascript::to_string(key, call.heap);
    if (place.kind == Place::Kind::Data && place.value.is(Type::Null))
        call.fail("Function JSONHas can not look for " + std::string(name.as_text()) + " in null");
    return property(place, name.as_text(), call.heap);
}

Value json_has(Call& call) {
    Place place{.value = call[0]};
    for (const Value key : call.args.subspan(1)) {
        const std::optional<Place> next = step(call, place, key);
        if (!next) return Value::boolean(false);
        place = *next;
    }
    return Value::boolean(true);
}

constexpr std::string_view kFamily = "json";
constexpr Function kFunctions[] = {
    {"JSONExtract", 2, kAnyNumber, extract, "", false, kFamily, "JSONExtract(json, key, ..., type)",
     "What a path leads to in JSON text or a value, or null. Numbers count elements from 1. The last argument, a "
     "type, is ignored.",
     "JSONExtract('{\"a\": [1, 2]}', 'a', 2, 'Int') = 2"},
    {"JSONExtractArrayRaw", 1, kAnyNumber, extract_array, "", false, kFamily, "JSONExtractArrayRaw(json, key, ...)",
     "The array that a path leads to in JSON text or a value; null where there is none.",
     "length(JSONExtractArrayRaw('{\"a\": [1, 2]}', 'a')) = 2"},
    {"JSONExtractBool", 1, kAnyNumber, extract_bool, "", false, kFamily, "JSONExtractBool(json, key, ...)",
     "The boolean that a path leads to in JSON text or a value; false where there is none.",
     "JSONExtractBool('{\"a\": true}', 'a') = true"},
    {"JSONExtractFloat", 1, kAnyNumber, extract_float, "", false, kFamily, "JSONExtractFloat(json, key, ...)",
     "What a path leads to in JSON text or a value, as toFloat makes it a number; null where there is none.",
     R"(JSONExtractFloat('{"a": "1.5kg"}', 'a') = 1.5)"},
    {"JSONExtractInt", 1, kAnyNumber, extract_int, "", false, kFamily, "JSONExtractInt(json, key, ...)",
     "What a path leads to in JSON text or a value, as toInt makes it a whole number; null where there is none.",
     "JSONExtractInt('{\"a\": 1.5}', 'a') = 1"},
    {"JSONExtractString", 1, kAnyNumber, extract_string, "", false, kFamily, "JSONExtractString(json, key, ...)",
     "The text of what a path leads to in JSON text or a value, as JavaScript gives it: an array is joined by "
     "commas, an object says [object Object]. null where there is nothing.",
     "JSONExtractString('{\"a\": [1, 2]}', 'a') = '1,2'"},
    {"JSONHas", 1, kAnyNumber, json_has, "", false, kFamily, "JSONHas(json, key, ...)",
     "Whether a path leads somewhere in JSON text or a value; texts on the way are parsed. A number passes over an "
     "object, and looking for a name in null is an error.",
     "JSONHas('{\"a\": [1, 2]}', 'a', 2) = true"},
    {"JSONLength", 1, kAnyNumber, json_length, "", false, kFamily, "JSONLength(json, key, ...)",
     "The number of elements or keys of what a path leads to in JSON text or a value; 0 for text, numbers and "
     "booleans, an error for null, and so where the path leads nowhere.",
     "JSONLength('{\"a\": [1, 2]}', 'a') = 2"},
    {"isValidJSON", 1, 1, is_valid, "", false, kFamily, "isValidJSON(text)",
     "Whether the text is JSON. Other values count by their text: null and 5 are, an object is not.",
     "isValidJSON('{\"a\": 1}') = true"},
    {"jsonParse", 1, 1, json_parse, "", false, kFamily, "jsonParse(text)",
     "The value that the JSON text stands for. Dates, datetimes and errors that jsonStringify wrote come back as "
     "such. Text that is no JSON ends the program with an error that can't be caught; see isValidJSON.",
     "jsonParse('{\"a\": [1, 2]}').a[2] = 2"},
    {"jsonStringify", 1, 2, json_stringify, "", false, kFamily, "jsonStringify(value, indent?)",
     "The value as JSON, indented by a number of spaces (at most 10) if that is positive. Functions become text, "
     "tuples arrays, NaN and infinite numbers null; the payload of an error is written as {} if it is an object made "
     "by the program.",
     "jsonStringify({'a': (1, 2)}) = '{\"a\":[1,2]}'"},
    {"keys", 1, 1, keys, "", false, kFamily, "keys(object)",
     "The keys of an object in order; of an array its positions, counted from 0. [] for text, numbers and booleans, "
     "an error for null.",
     R"(toString(keys({'a': 1, 'b': 2})) = '[\'a\', \'b\']')"},
    {"values", 1, 1, values, "", false, kFamily, "values(object)",
     "The values of an object in the order of its keys, or the elements of an array. [] for text, numbers and "
     "booleans, an error for null.",
     "toString(values({'a': 1, 'b': 2})) = '[1, 2]'"},
};

}  // namespace

std::span<const Function> json_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
