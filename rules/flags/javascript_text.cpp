#include "javascript_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/text.h>

namespace hogvm::flags {
namespace {

bool has_lone_surrogate(Value text) {
    if (text.is_ascii()) return false;
    const std::string_view s = text.as_text();
    for (std::size_t i = 0; (i = s.find('\xED', i)) != std::string_view::npos; i += 3)
        if (i + 1 < s.size() && static_cast<unsigned char>(s[i + 1]) >= 0xA0) return true;
    return false;
}

bool is_finite(Value v) { return v.is(Type::Int) || std::isfinite(v.as_double()); }

bool append_json(Value v, std::string& out, int depth);

bool append_list(const Array* list, std::string& out, int depth) {
    out += '[';
    for (const Value& item : list->values()) {
        if (&item != list->items) out += ',';
        if (!append_json(item, out, depth)) return false;
    }
    out += ']';
    return true;
}

bool append_object(const Dict* object, std::string& out, int depth) {
    std::vector<const Entry*> members;
    for (const Entry& member : object->items()) {
        if (has_lone_surrogate(member.key)) return false;
        members.push_back(&member);
    }
    // UTF-8 sorts as code points do.
    std::sort(members.begin(), members.end(),
              [](const Entry* a, const Entry* b) { return a->key.as_text() < b->key.as_text(); });
    out += '{';
    for (const Entry* member : members) {
        if (member != members.front()) out += ',';
        json::write(member->key, out);
        out += ':';
        if (!append_json(member->value, out, depth)) return false;
    }
    out += '}';
    return true;
}

bool append_json(Value v, std::string& out, int depth) {
    switch (v.type()) {
        case Type::Null:
        case Type::Hole: out += "null"; return true;
        case Type::Bool: out += v.as_bool() ? "true" : "false"; return true;
        case Type::Int: return false;
        case Type::Double:
            if (!std::isfinite(v.as_double()) || std::trunc(v.as_double()) == v.as_double()) return false;
            javascript::append_number(v.as_double(), out);
            return true;
        case Type::String: return !has_lone_surrogate(v) && json::write(v, out);
        case Type::Array: return depth < kMaxDepth && append_list(v.as_array(), out, depth + 1);
        case Type::Object: return depth < kMaxDepth && append_object(v.as_dict(), out, depth + 1);
        default: return false;
    }
}

bool is_json_at(Value v, int depth) {
    if (depth > kMaxDepth) return false;
    switch (v.type()) {
        case Type::Undefined: return false;
        case Type::Double: return std::isfinite(v.as_double());
        case Type::String: return !has_lone_surrogate(v);
        case Type::Array: {
            const auto items = v.as_array()->values();
            return std::all_of(items.begin(), items.end(), [&](Value item) { return is_json_at(item, depth + 1); });
        }
        case Type::Object: {
            const auto members = v.as_dict()->items();
            return std::all_of(members.begin(), members.end(), [&](const Entry& member) {
                return !has_lone_surrogate(member.key) && is_json_at(member.value, depth + 1);
            });
        }
        default: return v.type() <= Type::String;
    }
}

template <bool (*kIs)(Value, Heap&)>
bool all_items(Value list, Heap& heap) {
    const auto items = list.as_array()->values();
    return std::all_of(items.begin(), items.end(), [&](Value item) { return kIs(item, heap); });
}

}  // namespace

bool append_exact_text(Value v, std::string& out) {
    if (!v.is_string()) return append_json(v, out, 0);
    out += v.as_text();
    return !has_lone_surrogate(v);
}

bool is_json(Value v) { return v.is_number() ? is_finite(v) : is_json_at(v, 0); }

bool is_boolean_like(Value v, Heap& heap) {
    if (v.is_string()) return equals_lower(v, "true", heap) || equals_lower(v, "false", heap);
    return v.is(Type::Array) ? all_items<is_boolean_like>(v, heap) : v.is(Type::Bool);
}

bool is_truthy(Value v, Heap& heap) {
    if (v.is_string()) return equals_lower(v, "true", heap);
    return v.is(Type::Array) ? all_items<is_truthy>(v, heap) : v.is(Type::Bool) && v.as_bool();
}

Value string_of(Value v, std::string& buffer) {
    if (v.is_string()) return v;
    buffer.clear();
    javascript::append_string(v, buffer);
    return Value::text(buffer);
}

void fold_ascii(std::string& text) {
    for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool may_lower_to(Value text, std::size_t bytes) { return text.as_text().size() <= 3 * bytes; }

bool equals_lower(Value text, std::string_view lower, Heap& heap) {
    if (!text.is_ascii()) return may_lower_to(text, lower.size()) && text::to_lower(text, heap).as_text() == lower;
    const std::string_view s = text.as_text();
    return s.size() == lower.size() && std::equal(s.begin(), s.end(), lower.begin(), [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b;
           });
}

}  // namespace hogvm::flags
