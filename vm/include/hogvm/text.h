// Text as Hog sees it: positions and lengths count UTF-16 code units, in strings that are stored as WTF-8.
//
// ASCII text needs no conversion: units are bytes. Otherwise a position is found by scanning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <hogvm/heap.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm::text {

/// By how much a text's bytes outnumber its UTF-16 units.
std::size_t surplus(std::string_view wtf8);
inline bool is_ascii(std::string_view text) { return surplus(text) == 0; }
/// Whether the bytes are UTF-8; `*bad` is then the offset of the first that is not.
bool is_utf8(std::string_view bytes, std::size_t* bad = nullptr);

/// Reads one code point (or lone surrogate) at `*at` and moves on.
std::uint32_t next(std::string_view wtf8, std::size_t* at);
/// Appends a code point (or lone surrogate), or a text. Joins a high surrogate at the end of `out` with a low one.
void append(std::uint32_t code, std::string& out);
void append(std::string_view wtf8, std::string& out);

/// The units [from, to) of a string, as a view where no surrogate pair is cut. 0 <= from <= to; clipped to the length.
Value slice(Value string, std::size_t from, std::size_t to, Heap& heap);
/// The unit at a position as a string of one unit. at < units().
Value unit_at(Value string, std::size_t at, Heap& heap);
/// The position in units of the first occurrence of `needle` at or after unit `from`; npos if there is none.
std::size_t find(Value haystack, Value needle, std::size_t from = 0);
/// The same in bytes and in units, as their own find() but in time that is linear in both, whatever they are; the run
/// is told of it.
std::size_t find(std::string_view haystack, std::string_view needle, std::size_t from = 0);
std::size_t find(std::u16string_view haystack, std::u16string_view needle, std::size_t from = 0);

/// The text with lone surrogates replaced by U+FFFD, as anything outside JavaScript sees it. `buffer` keeps the copy
/// where there are any.
std::string_view well_formed(Value string, std::string& buffer);
std::string_view well_formed(std::string_view wtf8, std::string& buffer);

/// The text for a message: with more than so many bytes its beginning and "...", cut between characters.
std::string shortened(std::string_view wtf8, std::size_t most);

/// Full Unicode case mapping, as toLowerCase and toUpperCase.
Value to_lower(Value string, Heap& heap);
Value to_upper(Value string, Heap& heap);

/// Substitutes undecodable bytes by U+FFFD as the WHATWG decoder (and Buffer.toString) does.
Value decode_utf8(std::string_view bytes, Heap& heap);

}  // namespace hogvm::text
HOGVM_PUBLIC_END
