// JSON in and out. Text that is read, written and read again is the same value; a part of a document that is read by
// itself is what the whole document has there; and Boost.JSON's reader finds no document that ours refuses.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include <hogvm/globals.h>
#include <hogvm/hogvm.h>
#include <hogvm/json.h>

#include "check.h"
#include "choices.h"

using namespace hogvm;
using fuzz::Choices;
using fuzz::require;

namespace {

void written_and_read(Value v) {
    Heap heap;
    for (const int indent : {0, 2, -1}) {
        const std::string text = json::to_text(v, indent);
        require(json::is_valid(text), "what is written is JSON", text);
        const std::string again = json::to_text(json::parse(text, heap), indent);
        require(again == text, "what is written reads back", text, again);
    }
}

bool has_infinity(Value v) {
    if (v.is(Type::Double)) return std::isinf(v.as_double());
    if (v.is(Type::Array)) return std::ranges::any_of(v.as_array()->values(), has_infinity);
    const auto is_in_value = [](const Entry& e) { return has_infinity(e.value); };
    return v.is(Type::Object) && std::ranges::any_of(v.as_dict()->items(), is_in_value);
}

/// Whether a document of Boost.JSON's can be the value: a lone surrogate, which UTF-8 does not have, becomes U+FFFD,
/// what is too large for a double becomes null, and writing leaves the key __proto__ out.
bool fits_boost(Value v, std::string_view text) {
    return json::to_text(v).find("\\ud") == std::string::npos && text.find("proto__") == std::string::npos &&
           !has_infinity(v);
}

void through_boost(Value v) {
    Heap heap;
    const boost::json::value document = json::to_boost(v);
    const std::string here = json::to_text(json::from_boost(document, heap));
    require(here == json::to_text(v), "a document of Boost.JSON's keeps the value", json::to_text(v), here);
}

/// Boost.JSON's own reader.
void read_by_boost(std::string_view text, bool is_ours) {
    boost::json::error_code error;
    boost::json::parse_options options;
    options.max_depth = 1000;
    boost::json::parse({text.data(), text.size()}, error, {}, options);
    if (!error) require(is_ours, "what Boost.JSON reads, this reads", text);
}

/// A path that leads somewhere in `v`, and perhaps a step further.
std::vector<Value> path_in(Value v, Choices& choices) {
    std::vector<Value> path;
    while (path.size() < 6) {
        if (v.is(Type::Object) && v.as_dict()->size > 0 && !choices.chance(10)) {
            const Entry& e = v.as_dict()->items()[choices.below(v.as_dict()->size)];
            path.push_back(e.key);
            v = e.value;
        } else if (v.is(Type::Array) && v.as_array()->size > 0 && !path.empty() && choices.chance(50)) {
            const std::size_t at = choices.below(v.as_array()->size);
            path.push_back(Value::integer(static_cast<std::int64_t>(at) + 1));
            v = v.as_array()->items[at];
        } else {
            if (choices.chance(20)) path.push_back(Value::ascii("length"));
            break;
        }
        if (choices.chance(30)) break;
    }
    if (path.empty() || !path[0].is_string()) path.insert(path.begin(), Value::ascii("event"));
    return path;
}

std::string read(const Globals& globals, std::span<const Value> path, Heap& heap) {
    Value v;
    try {
        if (!globals.read(path, heap, v)) return "nothing";
    } catch (const Failure& e) {
        return e.message;
    }
    return json::to_text(v);
}

void projected(std::string_view text, Value whole, Choices& choices) {
    if (!whole.is(Type::Object)) return;
    json::Projection part;
    std::vector<std::vector<Value>> paths;
    for (std::size_t n = 1 + choices.below(3); n > 0; --n) {
        paths.push_back(path_in(whole, choices));
        part.add(paths.back());
    }
    paths.push_back(path_in(whole, choices));
    Heap heap, document;
    const TextGlobals of_text(text, part, document);
    const ValueGlobals of_whole(whole);
    const bool is_boost = fits_boost(whole, text);
    const boost::json::value boost = json::to_boost(whole);
    for (const auto& path : paths) {
        const std::string expected = read(of_whole, path, heap);
        const std::string here = read(of_text, path, heap);
        require(here == expected, "a part is what the whole has there", expected, here);
        if (!is_boost) continue;
        const std::string there = read(BoostGlobals(boost), path, heap);
        require(there == expected, "Boost.JSON's document has the same there", expected, there);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // The text, and behind a zero byte, what is done with it.
    const std::string_view all = fuzz::text_of(data, size);
    const std::string_view text = all.substr(0, all.find('\0'));
    Choices choices(all.substr(text.size()));
    Heap heap;
    heap.set_max_bytes(64u << 20);
    Value v;
    try {
        v = json::parse(text, heap);
    } catch (const json::ParseError& e) {
        require(e.offset <= text.size() && !e.message.empty(), "a refusal says where");
        require(!json::is_valid(text), "what is refused is not valid", text);
        read_by_boost(text, false);
        return 0;
    }
    require(json::is_valid(text), "what is read is valid", text);
    try {
        written_and_read(v);
        if (fits_boost(v, text)) through_boost(v);
    } catch (const Failure& e) {
        require(e.kind == ErrorKind::Depth, "only depth hinders writing", e.message);
    }
    projected(text, v, choices);
    return 0;
}
