// The texts of values as flags compare them, where javascript.h has no name for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <hogvm/heap.h>
#include <hogvm/value.h>

namespace hogvm::flags {

/// What `exact` compares: text as it is; null, true and false; a number that is not whole as JavaScript prints it;
/// lists and objects as compact JSON with sorted keys. False, with `out` undefined, where JavaScript and the server
/// could write it differently: whole numbers, NaN, infinities, lone surrogates.
bool append_exact_text(Value v, std::string& out);
/// Whether JSON could say it: no NaN, infinity or lone surrogate, nested too.
bool is_json(Value v);

/// Booleans, the texts true and false in any case, and lists of only such.
bool is_boolean_like(Value v, Heap& heap);
/// true, the text "true" in any case, and lists of only truthy items.
bool is_truthy(Value v, Heap& heap);

/// String(v), as a view of `v` or of `buffer`.
Value string_of(Value v, std::string& buffer);

/// A-Z folded, nothing else.
void fold_ascii(std::string& text);
/// Whether a text is short enough to have so many bytes in lower case: the Kelvin sign, 3 bytes, becomes k.
bool may_lower_to(Value text, std::size_t bytes);
/// JavaScript's toLowerCase() === `lower`, which is in lower case already.
bool equals_lower(Value text, std::string_view lower, Heap& heap);

}  // namespace hogvm::flags
