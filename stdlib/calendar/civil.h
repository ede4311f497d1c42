// Dates without zones: the Gregorian calendar, also before 1582 and with a year 0, as JavaScript's Date and Luxon count
// in it. Everything is arithmetic on numbers; nothing here knows where on earth a clock hangs.
//
// JavaScript's Date is a count of milliseconds within 8.64e15 (100 million days) of 1970. Its fields go in as doubles,
// so that any nonsense can be asked for (month 1e300, day NaN), and what has no answer is NaN. Counts that are known to
// be sane are integers.
//
// A week belongs to the year that has most of it, or to the one that it begins in, by country: a WeekRule.
#pragma once

#include <cstdint>
#include <limits>

#include <hogvm/date_like.h>  // days_from_civil, days_in_month

namespace hogvm::calendar {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMaxDateMs = 8.64e15;
constexpr double kMsPerDay = 86400000;
constexpr double kMsPerMinute = 60000;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// JavaScript's TimeClip: whole milliseconds towards zero, NaN out of range.
double time_clip(double ms);

struct Civil {
    std::int64_t year;
    int month, day;
};
Civil civil_from_days(std::int64_t days);

int days_in_year(std::int64_t year);
int day_of_year(const Civil& date);
int weekday_of_days(std::int64_t days);  // 1 is Monday
/// Luxon gets the weekday by way of the year 1900, which has no 29 February, while year 0 has.
int luxon_weekday(const Civil& date);

/// The fields of a count of whole milliseconds within Date's range (or a little outside: a zone's offset beyond).
struct ClockTime {
    std::int64_t days;
    Civil date;
    int hour, minute, second, millisecond;
};
ClockTime clock_time(std::int64_t ms);

/// A local time as whole numbers, perhaps with too many days, months or hours in it.
struct RawTime {
    double year, month, day, hour, minute, second, millisecond;
};
RawTime raw_time(const ClockTime& clock);

/// Milliseconds since the epoch as if the fields were UTC's. Date.UTC takes years 0-99 for 1900-1999; Luxon undoes that
/// by setting the date again, and then JavaScript takes an invalid date for the epoch.
double local_millis(const RawTime& t);

/// What day (1 is Monday) weeks start on, and how many days of a year its first week must have.
struct WeekRule {
    int start, least_days;
    [[nodiscard]] int weeks_in(std::int64_t year) const;
};
constexpr WeekRule kIsoWeek{1, 4};
constexpr WeekRule kAmericanWeek{7, 1};

struct Week {
    std::int64_t year;
    int number;
};
Week week_of(const WeekRule& rule, const Civil& date);

}  // namespace hogvm::calendar
