// What reading and writing dates as text, and naming zones, have in common.
#pragma once

#include <cstdint>
#include <string>

namespace hogvm::calendar {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr int digit(char c) { return c - '0'; }

/// Appends a whole number with zeros before it to that width, a sign not counted.
void append_padded(std::string& out, double value, int width);

/// Luxon's formatOffset of minutes: "+5:30" narrow, "+05:30" short, "+0530" techie.
enum class OffsetStyle : std::uint8_t { Narrow, Short, Techie };
void append_offset(std::string& out, double minutes, OffsetStyle style);

}  // namespace hogvm::calendar
