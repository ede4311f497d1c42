#include "read.h"

#include <cmath>
#include <string>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/text.h>

#include "handles.h"

namespace hogvm::node {
namespace {

constexpr std::uint32_t kMostHoles = 1u << 24;
constexpr std::size_t kShortString = 256;                  // UTF-16 units
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // what Node-API writes for a lone surrogate

napi_valuetype type_of(Environment& environment, napi_value value) {
    napi_valuetype type = napi_undefined;
    checked(environment, napi_typeof(environment.env, value, &type));
    return type;
}

/// The text again, unit by unit: it may have lone surrogates.
std::string by_units(Environment& environment, napi_value string) {
    std::size_t units = 0;
    checked(environment, napi_get_value_string_utf16(environment.env, string, nullptr, 0, &units));
    std::u16string text(units + 1, u'\0');
    checked(environment, napi_get_value_string_utf16(environment.env, string, text.data(), text.size(), &units));
    std::string out;
    for (std::size_t i = 0; i < units; ++i) {
        const auto unit = static_cast<std::uint32_t>(text[i]);
        text::append(unit, out);
    }
    return out;
}

}  // namespace

Value read_string(Environment& environment, napi_value string, Heap& heap) {
    // A short one is read at once; how long another is has to be asked first.
    std::size_t capacity = kShortString * 3 + 1;
    char* data = static_cast<char*>(heap.allocate(capacity));
    std::size_t size = 0;
    checked(environment, napi_get_value_string_utf8(environment.env, string, data, capacity, &size));
    if (size + 4 > capacity) {  // it may have been cut
        heap.shrink(data, capacity, 0);
        checked(environment, napi_get_value_string_utf8(environment.env, string, nullptr, 0, &size));
        capacity = size + 1;
        data = static_cast<char*>(heap.allocate(capacity));
        checked(environment, napi_get_value_string_utf8(environment.env, string, data, capacity, &size));
    }
    heap.shrink(data, capacity, size);
    const Value text = Value::text({data, size});
    if (text.is_ascii() || text.as_text().find(kReplacement) == std::string_view::npos) return text;
    return heap.string(by_units(environment, string));
}

std::string read_string(Environment& environment, napi_value string) {
    std::size_t size = 0;
    checked(environment, napi_get_value_string_utf8(environment.env, string, nullptr, 0, &size));
    std::string text(size + 1, '\0');
    checked(environment, napi_get_value_string_utf8(environment.env, string, text.data(), text.size(), &size));
    text.resize(size);
    return text.find(kReplacement) == std::string::npos ? text : by_units(environment, string);
}

void append_document(Environment& environment, napi_value value, std::string& out) {
    bool is_bytes = false;
    checked(environment, napi_is_typedarray(environment.env, value, &is_bytes));
    if (is_bytes) {
        void* data = nullptr;
        std::size_t size = 0;
        checked(environment, napi_get_typedarray_info(environment.env, value, nullptr, &size, &data, nullptr, nullptr));
        out.append(static_cast<const char*>(data), size);
        return;
    }
    const std::string text = read_string(environment, value);
    std::size_t copied = 0;
    for (std::size_t at = text.find('\xED'); at != std::string::npos; at = text.find('\xED', at + 1)) {
        if (static_cast<unsigned char>(text[at + 1]) < 0xA0) continue;
        std::size_t end = at;
        constexpr std::string_view kDigits = "0123456789abcdef";
        const std::uint32_t unit = text::next(text, &end);
        out.append(text, copied, at - copied).append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[unit >> shift & 15];
        copied = end;
    }
    out.append(text, copied);
}

std::string read_document(Environment& environment, napi_value value) {
    std::string text;
    append_document(environment, value, text);
    return text;
}

Value Reader::read(napi_value value) {
    const napi_env env = environment_.env;
    switch (type_of(environment_, value)) {
        case napi_undefined: return Value::undefined();
        case napi_null: return Value::null();
        case napi_boolean: {
            bool truth = false;
            checked(environment_, napi_get_value_bool(env, value, &truth));
            return Value::boolean(truth);
        }
        case napi_number: {
            double number = 0;
            checked(environment_, napi_get_value_double(env, value, &number));
            return Value::number(number);
        }
        case napi_string: return read_string(environment_, value, heap_);
        case napi_bigint: return read_bigint(value);
        case napi_symbol: refuse("a symbol");
        case napi_function: refuse("a function");
        case napi_object: break;
        case napi_external: refuse("a native object");
    }
    if (const Path* same = on_path(value)) {
        heap_.note_cycle();
        return same->read;
    }
    check_depth(static_cast<int>(path_.size()) + 1);
    const HandleScope scope(env);
    bool is_array = false;
    checked(environment_, napi_is_array(env, value, &is_array));
    if (is_array) return read_array(value);
    if (shape_ == Shape::Hog && is_map(value)) return read_map(value);
    // Node-API doesn't take a Proxy of an array for an array.
    if (is_instance(value, environment_.array_class())) {
        const napi_value list = call(environment_.list_of(), value);
        if (type_of(environment_, list) == napi_object) return read_array(list);
    }
    return read_object(value);
}

Value Reader::read_array(napi_value array) {
    const napi_env env = environment_.env;
    std::uint32_t length = 0;
    checked(environment_, napi_get_array_length(env, array, &length));
    Array* out = heap_.array(0, shape_ == Shape::Hog && is_tuple(array));
    path_.push_back({array, Value::array(out), Value::null()});
    for (std::uint32_t i = 0; i < length; ++i) {
        const HandleScope scope(env);
        napi_value item = nullptr;
        checked(environment_, napi_get_element(env, array, i, &item));
        if (type_of(environment_, item) == napi_undefined) {
            bool is_there = false;
            checked(environment_, napi_has_element(env, array, i, &is_there));
            if (!is_there) {
                read_after_hole(array, i, length, out);
                break;
            }
        }
        path_.back().key = Value::integer(i);
        heap_.append(out, read(item));
    }
    path_.pop_back();
    return Value::array(out);
}

/// The rest of an array by the indices that it has: one of length 4294967295 may have a single element.
void Reader::read_after_hole(napi_value array, std::uint32_t hole, std::uint32_t length, Array* out) {
    const napi_env env = environment_.env;
    napi_value keys = nullptr;
    checked(environment_, napi_get_all_property_names(env, array, napi_key_own_only, napi_key_skip_symbols,
                                                      napi_key_keep_numbers, &keys));
    std::uint32_t count = 0;
    checked(environment_, napi_get_array_length(env, keys, &count));
    if (shape_ == Shape::Hog && length > kMostHoles)
        refuse("an array of " + std::to_string(length) + " elements with holes");
    for (std::uint32_t k = 0; k < count; ++k) {
        const HandleScope scope(env);
        napi_value key = nullptr;
        napi_value item = nullptr;
        checked(environment_, napi_get_element(env, keys, k, &key));
        if (type_of(environment_, key) != napi_number) break;  // indices come first
        std::uint32_t at = 0;
        checked(environment_, napi_get_value_uint32(env, key, &at));
        if (at < hole) continue;
        checked(environment_, napi_get_element(env, array, at, &item));
        path_.back().key = Value::integer(at);
        const Value value = read(item);
        while (shape_ == Shape::Hog && out->size < at) heap_.append(out, Value::hole());
        heap_.append(out, value);
    }
    while (shape_ == Shape::Hog && out->size < length) heap_.append(out, Value::hole());
}

Value Reader::read_object(napi_value object) {
    const napi_env env = environment_.env;
    napi_value keys = nullptr;
    checked(environment_, napi_get_property_names(env, object, &keys));
    std::uint32_t count = 0;
    checked(environment_, napi_get_array_length(env, keys, &count));
    Dict* out = heap_.object(count);
    path_.push_back({object, Value::object(out), Value::null()});
    for (std::uint32_t i = 0; i < count; ++i) {
        const HandleScope scope(env);
        napi_value key = nullptr;
        napi_value value = nullptr;
        checked(environment_, napi_get_element(env, keys, i, &key));
        checked(environment_, napi_get_property(env, object, key, &value));
        const Value name = read_string(environment_, key, heap_);
        path_.back().key = name;
        heap_.set(out, name, read(value));
    }
    path_.pop_back();
    return Value::object(out);
}

Value Reader::read_map(napi_value map) {
    const napi_env env = environment_.env;
    const napi_value entries = call(environment_.entries_of(), map);
    std::uint32_t count = 0;
    checked(environment_, napi_get_array_length(env, entries, &count));
    Dict* out = heap_.dict(count);
    path_.push_back({map, Value::dict(out), Value::null()});
    for (std::uint32_t i = 0; i < count; ++i) {
        const HandleScope scope(env);
        napi_value entry = nullptr;
        napi_value key = nullptr;
        napi_value value = nullptr;
        checked(environment_, napi_get_element(env, entries, i, &entry));
        checked(environment_, napi_get_element(env, entry, 0, &key));
        checked(environment_, napi_get_element(env, entry, 1, &value));
        const Value name = read(key);
        path_.back().key = name;
        heap_.set(out, name, read(value));
    }
    path_.pop_back();
    return Value::dict(out);
}

Value Reader::read_bigint(napi_value bigint) {
    std::int64_t integer = 0;
    bool is_whole = false;
    checked(environment_, napi_get_value_bigint_int64(environment_.env, bigint, &integer, &is_whole));
    if (!is_whole) refuse("a bigint beyond 64 bits");
    return Value::integer(integer);
}

bool Reader::is_map(napi_value object) { return is_instance(object, environment_.map_class()); }

bool Reader::is_instance(napi_value object, napi_value of) {
    bool is = false;
    checked(environment_, napi_instanceof(environment_.env, object, of, &is));
    return is;
}

napi_value Reader::call(napi_value function, napi_value given) {
    napi_value undefined = nullptr;
    napi_value result = nullptr;
    checked(environment_, napi_get_undefined(environment_.env, &undefined));
    checked(environment_, napi_call_function(environment_.env, undefined, function, 1, &given, &result));
    return result;
}

bool Reader::is_tuple(napi_value array) {
    napi_value mark = nullptr;
    napi_value truth = nullptr;
    bool is_marked = false;
    checked(environment_, napi_get_named_property(environment_.env, array, "__isHogTuple", &mark));
    checked(environment_, napi_coerce_to_bool(environment_.env, mark, &truth));
    checked(environment_, napi_get_value_bool(environment_.env, truth, &is_marked));
    return is_marked;
}

const Reader::Path* Reader::on_path(napi_value object) const {
    for (const Path& path : path_) {
        bool is_same = false;
        checked(environment_, napi_strict_equals(environment_.env, path.object, object, &is_same));
        if (is_same) return &path;
    }
    return nullptr;
}

void Reader::refuse(std::string_view what) const {
    std::string place;
    for (const Path& path : path_) {
        if (!place.empty()) place += '.';
        javascript::append_string(path.key, place);
    }
    fail(ErrorKind::Input,
         (place.empty() ? "" : place.substr(0, 200) + ": ") + std::string(what) + " can't be a value of Hog");
}

Value read_from_host(Environment& environment, napi_value value, Heap& heap) {
    if (type_of(environment, value) == napi_object) {
        const HandleScope scope(environment.env);
        if (const auto known = environment.cells.read(value, heap)) return *known;
    }
    return read_other_from_host(environment, value, heap);
}

Value read_other_from_host(Environment& environment, napi_value value, Heap& heap) {
    if (type_of(environment, value) == napi_object) {
        const HandleScope scope(environment.env);
        napi_value undefined = nullptr;
        napi_value text = nullptr;
        checked(environment, napi_get_undefined(environment.env, &undefined));
        checked(environment, napi_call_function(environment.env, undefined, environment.text_of(), 1, &value, &text));
        if (type_of(environment, text) == napi_string)
            return from_host(json::parse(read_string(environment, text, heap).as_text(), heap), heap);
    }
    return from_host(Reader(environment, heap, Shape::Host).read(value), heap);
}

}  // namespace hogvm::node
