#include <string>

#include <hogvm/javascript.h>
#include <hogvm/pattern.h>
#include <hogvm/text.h>

#include "arguments.h"
#include "families.h"

namespace hogvm::stdlib {
namespace {

Value match(Call& call) {
    if (!javascript::to_boolean(call[0]) || !javascript::to_boolean(call[1])) return Value::boolean(false);
    return Value::boolean(pattern::search(call[0], call[1]));
}

Value extract_regex(Call& call) {
    if (call[0].is_nullish() || call[1].is_nullish()) return Value::ascii({});
    std::string text_copy;
    std::string pattern_copy;
    const std::string_view text = text::well_formed(javascript::to_string(call[0], call.heap), text_copy);
    const std::string_view pattern = text::well_formed(javascript::to_string(call[1], call.heap), pattern_copy);
    std::string found;
    return pattern::extract(text, pattern, found) ? call.heap.string(found) : Value::ascii({});
}

Value like(Call& call) { return Value::boolean(pattern::like(call[0], call[1], false)); }
Value ilike(Call& call) { return Value::boolean(pattern::like(call[0], call[1], true)); }
Value not_like(Call& call) { return Value::boolean(!pattern::like(call[0], call[1], false)); }
Value not_ilike(Call& call) { return Value::boolean(!pattern::like(call[0], call[1], true)); }

Value search_any_ignoring_case(Call& call) {
    if (call[0].is_nullish() || !call[1].is(Type::Array)) return Value::integer(0);
    const Value haystack = text::to_lower(javascript::to_string(call[0], call.heap), call.heap);
    for (const Value v : call[1].as_array()->values()) {
        if (v.is(Type::Hole)) continue;
        call.check_time(1 + haystack.as_text().size() / 64);
        const Value needle = text::to_lower(javascript::to_string(v, call.heap), call.heap);
        if (text::find(haystack, needle) != std::string_view::npos) return Value::integer(1);
    }
    return Value::integer(0);
}

constexpr std::string_view kFamily = "patterns";
constexpr Function kFunctions[] = {
    {"extractRegex", 2, 2, extract_regex, "", false, kFamily, "extractRegex(text, pattern)",
     "What the RE2 pattern's first group matches, or the whole match if it has none; '' where it is not found.",
     "extractRegex('v1.22', '[0-9]+\\\\.([0-9]+)') = '22'"},
    {"ilike", 2, 2, ilike, "", false, kFamily, "ilike(text, pattern)", "As like, ignoring case.",
     "ilike('Hello', 'hel%') = true"},
    {"like", 2, 2, like, "", false, kFamily, "like(text, pattern)",
     "Whether the pattern is found in the text, where % stands for any characters and _ for any one, but not for a "
     "line break. It need not cover the whole text.",
     "like('hello', 'h_l') = true"},
    {"match", 2, 2, match, "", false, kFamily, "match(text, pattern)",
     "Whether the RE2 pattern is found in the text; false if either is empty.", "match('hello', '^h.*o$') = true"},
    {"multiSearchAnyCaseInsensitive", 2, 2, search_any_ignoring_case, "", false, kFamily,
     "multiSearchAnyCaseInsensitive(text, parts)",
     "1 if any of the array's elements occurs in the text, ignoring case, otherwise 0.",
     "multiSearchAnyCaseInsensitive('Hello', ['xyz', 'ELL']) = 1"},
    {"notILike", 2, 2, not_ilike, "", false, kFamily, "notILike(text, pattern)", "The opposite of ilike.",
     "notILike('Hello', 'hel%') = false"},
    {"notLike", 2, 2, not_like, "", false, kFamily, "notLike(text, pattern)", "The opposite of like.",
     "notLike('hello', 'x%') = true"},
};

}  // namespace

std::span<const Function> pattern_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
