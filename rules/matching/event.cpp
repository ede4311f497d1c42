#include "event.h"

#include <algorithm>

#include <boost/json/value.hpp>

#include <hogvm/javascript.h>
#include <hogvm/json.h>

namespace hogvm::matching {
namespace {

/// Of a parsed document: an object that has Hog's keys is restored as something else when it is read.
bool is_plain_document(Value v) {
    if (v.is(Type::Array)) {
        const auto items = v.as_array()->values();
        return std::all_of(items.begin(), items.end(), is_plain_document);
    }
    if (!v.is(Type::Object)) return true;
    if ((v.as_dict()->traits & kMarked) != 0) return false;
    const auto members = v.as_dict()->items();
    return std::all_of(members.begin(), members.end(), [](const Entry& e) { return is_plain_document(e.value); });
}

/// Of what a host gave, which is converted already: its objects are dicts.
bool is_plain_value(Value v, int depth = 0) {
    if (!v.is_node()) return true;
    if (depth > kMaxDepth) return false;
    if (v.is(Type::Array)) {
        const auto items = v.as_array()->values();
        return std::all_of(items.begin(), items.end(), [=](Value item) { return is_plain_value(item, depth + 1); });
    }
    if (!v.is(Type::Dict)) return false;
    const auto members = v.as_dict()->items();
    return std::all_of(members.begin(), members.end(), [=](const Entry& e) {
        return e.key.is_string() && !e.key.as_text().starts_with("__h") && is_plain_value(e.value, depth + 1);
    });
}

}  // namespace

void Event::start() {
    heap_.clear();
    is_plain_ = false;
    globals_ = &own_;
}

void Event::read(std::string_view json) {
    start();
    try {
        const bool is_none = javascript::trim(json).empty();
        object_ = is_none ? Value::object(heap_.object()) : json::parse(json, heap_);
    } catch (const json::ParseError& e) {
        fail(ErrorKind::Input, "globals: not JSON: " + e.message);
    } catch (const Failure& e) {
        fail(e.kind, "globals: " + e.message);
    }
    if (!object_.is(Type::Object)) fail(ErrorKind::Input, "globals: expected a JSON object");
    own_ = ValueGlobals(object_);
    is_plain_ = is_plain_document(object_);
}

void Event::read(const boost::json::value& json) {
    start();
    if (!json.is_object()) fail(ErrorKind::Input, "globals: expected a JSON object");
    try {
        object_ = json::from_boost(json, heap_);
    } catch (const Failure& e) {
        fail(e.kind, "globals: " + e.message);
    }
    own_ = ValueGlobals(object_);
    is_plain_ = is_plain_document(object_);
}

void Event::read(const Globals& globals, std::span<const std::string_view> names) {
    start();
    globals_ = &globals;
    Dict* object = heap_.object(names.size());
    object_ = Value::object(object);
    own_ = ValueGlobals(object_);
    try {
        is_plain_ = true;
        for (const std::string_view name : names) {
            const Value path[] = {Value::text(name)};
            Value v;
            if (!globals.read(path, heap_, v)) continue;
            is_plain_ = is_plain_ && is_plain_value(v);
            heap_.set_member(object, path[0], v);
        }
    } catch (const Failure&) {
        is_plain_ = false;  // what each rule makes of that is its own affair
    }
}

Value Event::field(std::span<const Value> path, Heap& heap) const {
    Value v;
    own_.read(path, heap, v);
    return v;
}

}  // namespace hogvm::matching
