#include "text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <hogvm/javascript.h>

namespace hogvm::calendar {

void append_padded(std::string& out, double value, int width) {
    std::array<char, 32> digits;
    const std::size_t length = javascript::format_number(std::abs(value), digits.data());
    if (value < 0) out += '-';
    out.append(static_cast<std::size_t>(std::max(width - static_cast<int>(length), 0)), '0');
    out.append(digits.data(), length);
}

void append_offset(std::string& out, double minutes_east, OffsetStyle style) {
    const double hours = std::trunc(std::abs(minutes_east / 60));
    const double minutes = std::trunc(std::abs(std::fmod(minutes_east, 60)));
    out += minutes_east >= 0 ? '+' : '-';
    append_padded(out, hours, style == OffsetStyle::Narrow ? 1 : 2);
    if (style == OffsetStyle::Narrow && minutes == 0) return;
    if (style != OffsetStyle::Techie) out += ':';
    append_padded(out, minutes, style == OffsetStyle::Narrow ? 1 : 2);
}

}  // namespace hogvm::calendar
