#include "globals.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>

#include "handles.h"
#include "read.h"
#include "write.h"

namespace hogvm::node {

bool ObjectGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    const napi_env env = environment_.env;
    const HandleScope scope(env);
    if (const auto number = environment_.paths.number(path)) {
        const Cells::Follow followed = environment_.cells.follow(object_, *number, heap);
        switch (followed.found) {
            case Cells::Found::Missing: return false;
            case Cells::Found::InCells: value = followed.value; return true;
            case Cells::Found::Other: value = read_other_from_host(environment_, followed.other, heap); return true;
            case Cells::Found::Lazy: break;
        }
    }
    napi_value at = nullptr;
    if (!own(object_, write_string(environment_, path[0]), at)) return false;
    for (const Value key : path.subspan(1)) {
        if (is_nullish(at)) {
            value = Value::null();
            return true;
        }
        at = step(at, key);
    }
    value = read_from_host(environment_, at, heap);
    if (value.is_nullish()) value = Value::null();
    return true;
}

napi_value ObjectGlobals::step(napi_value object, Value key) const {
    const napi_env env = environment_.env;
    napi_valuetype type = napi_undefined;
    napi_value found = nullptr;
    checked(environment_, napi_typeof(env, object, &type));
    if (type == napi_object || type == napi_function) {
        if (key.is_number()) {
            bool is_map = false;
            checked(environment_, napi_instanceof(env, object, environment_.map_class(), &is_map));
            return is_map ? from_map(object, key) : numbered(object, key.as_number());
        }
        const napi_value name =
            key.is_string() ? write_string(environment_, key) : write_string(environment_, javascript::to_string(key));
        if (own(object, name, found)) return found;
        bool is_map = false;
        checked(environment_, napi_instanceof(env, object, environment_.map_class(), &is_map));
        if (is_map) return from_map(object, key);
    } else if (key.is_number()) {
        return numbered(object, key.as_number());
    } else if (type == napi_string) {  // own properties of a string: its length and its units
        napi_value boxed = nullptr;
        checked(environment_, napi_coerce_to_object(env, object, &boxed));
        const napi_value name =
            key.is_string() ? write_string(environment_, key) : write_string(environment_, javascript::to_string(key));
        if (own(boxed, name, found)) return found;
    }
    checked(environment_, napi_get_null(env, &found));
    return found;
}

/// object[key - 1], or from its end.
napi_value ObjectGlobals::numbered(napi_value object, double key) const {
    const napi_env env = environment_.env;
    if (key == 0) fail(ErrorKind::Argument, "Hog arrays start from index 1");
    napi_value boxed = nullptr;
    napi_value found = nullptr;
    checked(environment_, napi_coerce_to_object(env, object, &boxed));
    double at = key - 1;
    if (!(key > 0)) {
        napi_value length = nullptr;
        napi_value number = nullptr;
        checked(environment_, napi_get_named_property(env, boxed, "length", &length));
        checked(environment_, napi_coerce_to_number(env, length, &number));
        checked(environment_, napi_get_value_double(env, number, &at));
        at += key;
    }
    napi_value index = nullptr;
    checked(environment_, napi_create_double(env, at, &index));
    checked(environment_, napi_get_property(env, boxed, index, &found));
    return found;
}

bool ObjectGlobals::own(napi_value object, napi_value key, napi_value& value) const {
    bool is_own = false;
    checked(environment_, napi_has_own_property(environment_.env, object, key, &is_own));
    if (is_own) checked(environment_, napi_get_property(environment_.env, object, key, &value));
    return is_own;
}

napi_value ObjectGlobals::from_map(napi_value map, Value key) const {
    napi_value get = nullptr;
    napi_value found = nullptr;
    const napi_value given = Writer(environment_, Shape::Hog).write(key);
    checked(environment_, napi_get_named_property(environment_.env, map, "get", &get));
    checked(environment_, napi_call_function(environment_.env, map, get, 1, &given, &found));
    return found;
}

bool ObjectGlobals::is_nullish(napi_value value) const {
    napi_valuetype type = napi_undefined;
    checked(environment_, napi_typeof(environment_.env, value, &type));
    return type == napi_undefined || type == napi_null;
}

PrefetchedGlobals::PrefetchedGlobals(Environment& environment, napi_value object, napi_value elements,
                                     std::size_t count, bool glances)
    : environment_(environment),
      object_(environment, object),
      elements_(elements),
      count_(std::min(count, kMostPrefetched)),
      glances_(glances),
      tags_(environment.tags),
      numbers_(environment.numbers),
      bytes_(environment.bytes),
      size_(std::min(static_cast<std::size_t>(environment.registers[kTextBytes]), kSlotBytes)) {
    if (glances) return;
    std::memcpy(copy_.tags, tags_, count_);
    std::memcpy(copy_.numbers, numbers_, count_ * sizeof(double));
    std::memcpy(copy_.bytes, bytes_, size_);
    tags_ = copy_.tags;
    numbers_ = copy_.numbers;
    bytes_ = copy_.bytes;
}

std::string_view PrefetchedGlobals::text(std::size_t at) const {
    const auto packed = static_cast<std::size_t>(numbers_[at]);
    return std::string_view(bytes_, size_).substr(std::min(packed & 0xFFFF, size_), packed >> 16);
}

bool PrefetchedGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    const std::size_t at = next_++;
    switch (at < count_ ? Tag{tags_[at]} : Tag::Lazy) {
        case Tag::Lazy: return object_.read(path, heap, value);
        case Tag::Null: value = Value::null(); return true;
        case Tag::False: value = Value::boolean(false); return true;
        case Tag::True: value = Value::boolean(true); return true;
        case Tag::Number: value = Value::number(numbers_[at]); return true;
        case Tag::Text: {
            value = heap.string_units(text(at), 0);  // on the heap, since what a run gives outlives its globals
            return true;
        }
        case Tag::Element: break;
    }
    const HandleScope scope(environment_.env);
    napi_value element = nullptr;
    checked(environment_, napi_get_element(environment_.env, elements_, static_cast<std::uint32_t>(at), &element));
    value = read_from_host(environment_, element, heap);
    return true;
}

bool PrefetchedGlobals::glance(std::span<const Value>, std::uint32_t*, Value& value) const {
    if (!glances_ || next_ >= count_) return false;
    switch (Tag{tags_[next_]}) {
        case Tag::Null: value = Value::null(); break;
        case Tag::False: value = Value::boolean(false); break;
        case Tag::True: value = Value::boolean(true); break;
        case Tag::Number: value = Value::number(numbers_[next_]); break;
        case Tag::Text: value = Value::ascii(text(next_)); break;
        default: return false;
    }
    ++next_;
    return true;
}

bool ArgumentGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    const std::optional<std::uint32_t> at =
        path.size() == 1 && path[0].is_string() ? javascript::array_index(path[0].as_text()) : std::nullopt;
    if (!at || *at >= arguments_.size()) return false;
    value = copy(arguments_[*at], heap);
    return true;
}

}  // namespace hogvm::node
