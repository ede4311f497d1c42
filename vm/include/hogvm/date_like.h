// Date-like strings: the texts that compare with dates and that date functions read.
//
//     YYYY-MM-DD, optionally T, t or a space and HH:MM[:SS[.|,1-9 digits]] with an optional Z, z or +-HH[[:]MM]
//
// White space around is ignored. The year 0000, 24:00 and days that a month does not have are refused; fractions are
// cut to milliseconds. The grammar is that of all HogVMs.
#pragma once

#include <optional>
#include <string_view>

#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

struct DateLike {
    int year, month, day;
    int hour = 0, minute = 0, second = 0, millisecond = 0;
    std::optional<int> offset_minutes;  // east of Greenwich; none where the text names no zone
};

std::optional<DateLike> parse_date_like(std::string_view text);

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
long long days_from_civil(long long year, int month, int day);
int days_in_month(long long year, int month);

/// Epoch seconds, a text without a zone being in UTC.
std::optional<double> date_like_seconds(std::string_view text);

}  // namespace hogvm
HOGVM_PUBLIC_END
