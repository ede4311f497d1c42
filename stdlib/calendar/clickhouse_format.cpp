#include <algorithm>

#include <hogvm/text.h>
#include <hogvm/work.h>

#include "calendar.h"

namespace hogvm::calendar {
namespace {

/// What one of ClickHouse's tokens is in Luxon's; empty for an unknown one.
std::string_view luxon_token(char letter) {
    switch (letter) {
        case 'a': return "EEE";
        case 'b': return "MMM";
        case 'c': return "MM";
        case 'C': return "yy";
        case 'd': return "dd";
        case 'D': return "MM/dd/yy";
        case 'e': return "d";
        case 'f': return "SSS";
        case 'F': return "yyyy-MM-dd";
        case 'g': return "yy";
        case 'G': return "yyyy";
        case 'h': return "hh";
        case 'H': return "HH";
        case 'i': return "mm";
        case 'I': return "hh";
        case 'j': return "ooo";
        case 'k': return "HH";
        case 'l': return "hh";
        case 'm': return "MM";
        case 'M': return "MMMM";
        case 'n': return "\n";
        case 'p': return "a";
        case 'Q': return "q";
        case 'r': return "hh:mm a";
        case 'R': return "HH:mm";
        case 's':
        case 'S': return "ss";
        case 't': return "\t";
        case 'T': return "HH:mm:ss";
        case 'u': return "E";
        case 'V': return "WW";
        case 'w': return "E";
        case 'W': return "EEEE";
        case 'y': return "yy";
        case 'Y': return "yyyy";
        case 'z': return "ZZZ";
        case '%': return "%";
        default: return {};
    }
}

/// Takes one UTF-16 unit off the front of the text: an unknown token is one unit. Of a surrogate pair the second unit
/// stays, and is left in `low`.
void skip_unit(std::string_view& format, std::string& low) {
    std::size_t length = 0;
    const std::uint32_t code = text::next(format, &length);
    if (code > 0xFFFF) text::append(0xDC00 | (code & 0x3FF), low);
    format.remove_prefix(length);
}

}  // namespace

std::string luxon_format_of(std::string_view format) {
    std::string out, literal;
    const auto flush = [&] {
        if (literal.empty()) return;
        out += '\'';
        out += literal;
        out += '\'';
        literal.clear();
    };
    Work work;
    while (!format.empty()) {
        work.step(8);
        const std::size_t percent = std::min(format.find('%'), format.size());
        text::append(format.substr(0, percent), literal);
        format.remove_prefix(percent);
        if (format.empty()) break;
        flush();
        format.remove_prefix(1);
        if (format.empty()) break;
        out += luxon_token(format[0]);
        skip_unit(format, literal);
    }
    flush();
    return out;
}

std::optional<std::string> format_date_time(const DateTime& when, std::string_view clickhouse_format,
                                            std::string_view zone_name) {
    return format(when, luxon_format_of(clickhouse_format), zone_name);
}

}  // namespace hogvm::calendar
