// The functions on text that stand in files of their own; strings.cpp has their rows.
#pragma once

#include <string>
#include <string_view>

#include <hogvm/host.h>
#include <hogvm/value.h>

namespace hogvm::stdlib {

// substitution.cpp
Value replace_one(Call& call);
Value replace_all(Call& call);
Value split_by_string(Call& call);

// trimming.cpp
Value trim(Call& call);
Value trim_left(Call& call);
Value trim_right(Call& call);

/// The text in UTF-16, for the rare cases in which half a surrogate pair has to be found.
std::u16string units_of(std::string_view wtf8);

}  // namespace hogvm::stdlib
