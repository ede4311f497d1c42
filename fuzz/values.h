// Values that programs start from, by what functions take: as many of them strange as plain ones, and some made of the
// input's own bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "choices.h"

namespace hogvm::fuzz {

/// A token array that grows at its end; a token is JSON text.
using Tokens = std::vector<std::string>;

enum class Kind : std::uint8_t {
    Any,
    Number,
    Small,
    Text,
    Bool,
    Array,
    Dict,
    Time,
    TimeText,
    Zone,
    Unit,
    Format,
    Json,
    Pattern,
    Key,
    Encoding,
    Encoded,
    Address,
    Version,
    Function,
};
inline constexpr std::size_t kKinds = 20;

/// The kind that a parameter of this name takes.
Kind kind_of(std::string_view parameter);

/// The text as a JSON string. Its bytes need not be UTF-8: from 0x80 on, two make a code unit, any surrogate included.
std::string quoted(std::string_view bytes);

/// Pushes a value of the kind that needs no other. Of functions there is none: it pushes a library function's name.
void push_leaf(Kind kind, Choices& choices, Tokens& out);

}  // namespace hogvm::fuzz
