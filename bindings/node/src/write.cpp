#include "write.h"

#include <cmath>
#include <string>

#include <hogvm/heap.h>
#include <hogvm/javascript.h>
#include <hogvm/text.h>

namespace hogvm::node {
namespace {

constexpr int kJsonDepth = 500;

/// Whether WTF-8 text has a surrogate, which UTF-8 has not.
bool has_surrogate(std::string_view text) {
    for (std::size_t at = text.find('\xED'); at != std::string_view::npos; at = text.find('\xED', at + 1))
        if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
    return false;
}

bool is_json_at(Value v, std::size_t& size, int depth) {
    ++size;
    switch (v.type()) {
        case Type::Int:
        case Type::Bool:
        case Type::Null:
        case Type::String: return true;
        case Type::Double: return std::isfinite(v.as_double()) && (v.as_double() != 0 || !std::signbit(v.as_double()));
        case Type::Array: {
            if (depth > kJsonDepth) return false;
            for (const Value item : v.as_array()->values())
                if (!is_json_at(item, size, depth + 1)) return false;
            return true;
        }
        case Type::Dict:
        case Type::Object: {
            if (depth > kJsonDepth) return false;
            for (const Entry& e : v.as_dict()->items()) {
                if (!e.key.is_string() || e.key.as_text() == "__proto__") return false;
                if (!is_json_at(e.value, size, depth + 1)) return false;
            }
            return true;
        }
        default: return false;
    }
}

}  // namespace

bool is_json(Value v, std::size_t& size) {
    size = 0;
    return is_json_at(v, size, 0);
}

void append_units(std::string_view wtf8, std::u16string& units) {
    for (std::size_t at = 0; at < wtf8.size();) {
        // Most of most texts is ASCII, which is copied by the dozen.
        std::size_t end = at;
        while (end < wtf8.size() && static_cast<unsigned char>(wtf8[end]) < 0x80) ++end;
        const std::size_t to = units.size();
        units.resize(to + end - at);
        for (std::size_t k = 0; k < end - at; ++k) units[to + k] = static_cast<unsigned char>(wtf8[at + k]);
        at = end;
        if (at == wtf8.size()) break;
        const std::uint32_t code = text::next(wtf8, &at);
        if (code >= 0x10000) {
            units += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10));
            units += static_cast<char16_t>(0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            units += static_cast<char16_t>(code);
        }
    }
}

napi_value write_string(Environment& environment, Value string) {
    napi_value out = nullptr;
    const std::string_view text = string.as_text();
    if (!string.is_ascii()) return write_string(environment, text);
    checked(environment, napi_create_string_latin1(environment.env, text.data(), text.size(), &out));
    return out;
}

napi_value write_string(Environment& environment, std::string_view text) {
    napi_value out = nullptr;
    if (has_surrogate(text)) {
        std::u16string units;
        append_units(text, units);
        checked(environment, napi_create_string_utf16(environment.env, units.data(), units.size(), &out));
    } else {
        checked(environment, napi_create_string_utf8(environment.env, text.data(), text.size(), &out));
    }
    return out;
}

napi_value Writer::write(Value v, int depth) {
    const napi_env env = environment_.env;
    napi_value out = nullptr;
    switch (v.type()) {
        case Type::Int:
        case Type::Double: checked(environment_, napi_create_double(env, v.as_number(), &out)); return out;
        case Type::Bool: checked(environment_, napi_get_boolean(env, v.as_bool(), &out)); return out;
        case Type::Null: checked(environment_, napi_get_null(env, &out)); return out;
        case Type::Undefined:
        case Type::Hole: checked(environment_, napi_get_undefined(env, &out)); return out;
        case Type::String: return write_string(environment_, v);
        default: break;
    }
    const Node* node = v.as_node();
    // In a host's shape only what lies in itself is one object, as convertHogToJS has it.
    if (const auto found = written_.find(node); found != written_.end()) {
        if (found->second != nullptr) return found->second;
        // A Map that holds itself: it is wanted before it is filled.
        const napi_value map_class = environment_.map_class();
        checked(environment_, napi_new_instance(env, map_class, 0, nullptr, &out));
        found->second = out;
        return out;
    }
    check_depth(depth);
    switch (v.type()) {
        case Type::Array: out = write_array(v.as_array(), depth); break;
        case Type::Dict:
            out = shape_ == Shape::Hog ? write_map(v.as_dict(), depth) : write_object(v.as_dict(), depth);
            break;
        case Type::Object: out = write_object(v.as_dict(), depth); break;
        case Type::Closure: out = write_closure(v.as_closure(), depth); break;
        default: out = write_callable(v.as_callable(), depth); break;
    }
    if (shape_ == Shape::Host) written_.erase(node);
    return out;
}

napi_value Writer::write_array(const Array* array, int depth) {
    const napi_env env = environment_.env;
    napi_value out = nullptr;
    checked(environment_, napi_create_array_with_length(env, array->size, &out));
    written_[array] = out;
    for (std::uint32_t i = 0; i < array->size; ++i) {
        if (array->items[i].is(Type::Hole)) continue;
        checked(environment_, napi_set_element(env, out, i, write(array->items[i], depth + 1)));
    }
    if (shape_ == Shape::Hog && array->is_tuple) set(out, "__isHogTuple", write(Value::boolean(true), depth));
    return out;
}

napi_value Writer::write_object(const Dict* object, int depth) {
    const napi_env env = environment_.env;
    napi_value out = nullptr;
    checked(environment_, napi_create_object(env, &out));
    written_[object] = out;
    for (const Entry& e : object->items()) {
        const napi_value key = e.key.is_string() ? write_string(environment_, e.key)
                                                 : write_string(environment_, javascript::to_string(e.key));
        const napi_value value = write(e.value, depth + 1);
        if (e.key.is_string() && e.key.as_text() == "__proto__") {
            // An own property of that name, as JSON.parse has it, and never the prototype.
            const napi_property_descriptor own{nullptr, key, nullptr, nullptr, nullptr, value, napi_default_jsproperty,
                                               nullptr};
            checked(environment_, napi_define_properties(env, out, 1, &own));
        } else {
            checked(environment_, napi_set_property(env, out, key, value));
        }
    }
    return out;
}

napi_value Writer::write_map(const Dict* dict, int depth) {
    const napi_env env = environment_.env;
    written_[dict] = nullptr;
    napi_value flat = nullptr;
    checked(environment_, napi_create_array_with_length(env, std::size_t{dict->size} * 2, &flat));
    for (std::uint32_t i = 0; i < dict->size; ++i) {
        checked(environment_, napi_set_element(env, flat, i * 2, write(dict->entries[i].key, depth + 1)));
        checked(environment_, napi_set_element(env, flat, i * 2 + 1, write(dict->entries[i].value, depth + 1)));
    }
    napi_value undefined = nullptr;
    napi_value out = nullptr;
    checked(environment_, napi_get_undefined(env, &undefined));
    const napi_value early = written_[dict];
    const napi_value given[] = {flat, early != nullptr ? early : undefined};
    checked(environment_, napi_call_function(env, undefined, environment_.fill_map(), 2, given, &out));
    written_[dict] = out;
    return out;
}

napi_value Writer::write_closure(const Closure* closure, int depth) {
    const napi_env env = environment_.env;
    napi_value out = nullptr;
    napi_value ids = nullptr;
    checked(environment_, napi_create_object(env, &out));
    written_[closure] = out;
    checked(environment_, napi_create_array_with_length(env, closure->upvalue_count, &ids));
    for (std::uint32_t i = 0; i < closure->upvalue_count; ++i)
        checked(environment_, napi_set_element(env, ids, i, write(Value::integer(closure->upvalues[i]), depth)));
    set(out, "__hogClosure__", write(Value::boolean(true), depth));
    set(out, "callable", write(Value::callable(closure->callable), depth + 1));
    set(out, "upvalues", ids);
    return out;
}

napi_value Writer::write_callable(const Callable* callable, int depth) {
    napi_value out = nullptr;
    checked(environment_, napi_create_object(environment_.env, &out));
    written_[callable] = out;
    set(out, "__hogCallable__", write(Value::ascii(name_of(callable->kind)), depth));
    set(out, "name", write(callable->name, depth));
    set(out, "chunk", write(callable->chunk, depth));
    set(out, "argCount", write(Value::integer(callable->arg_count), depth));
    set(out, "upvalueCount", write(Value::integer(callable->upvalue_count), depth));
    set(out, "ip", write(Value::integer(callable->ip), depth));
    return out;
}

void Writer::set(napi_value object, const char* key, napi_value value) {
    checked(environment_, napi_set_named_property(environment_.env, object, key, value));
}

}  // namespace hogvm::node
