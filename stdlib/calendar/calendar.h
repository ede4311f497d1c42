// The calendar that the date functions stand on: zones, instants, local times, and the text forms of them. It knows
// nothing of the VM's values. All numbers are doubles as a JavaScript program has them: any double may come in, NaN and
// the infinities included, and what has no answer comes out as NaN.
//
// The reference VM's dates are Luxon 3.7.2's on Node 20, and its answers are Luxon's down to the oddities. Rules below
// that are Luxon's or JavaScript's, rather than ours, name their owner.
//
// Three words.
//
// An *instant* is a count of milliseconds since 1970-01-01T00:00Z, leap seconds not counted. It may have a fraction
// (Luxon keeps one; JavaScript's Date, which Luxon asks for the fields, drops it towards zero) and lies within 8.64e15
// of zero (JavaScript's Date), 100 million days; beyond that it is invalid.
//
// A *zone* says how far its clocks are from UTC at an instant; zone.h tells of the kinds.
//
// A *local time* is the year, month, ..., millisecond that clocks of a zone show; the calendar is the Gregorian one,
// also before 1582, and has a year 0. From local time to instant Luxon guesses with the offset that the zone has *now*,
// looks what the offset is there, and tries once more. So of a local time that happens twice (clocks set back) either
// may be meant, depending on the time of year at which the question is put, and one that never happens (clocks set
// forward) is read with the smaller of the offsets. That is why `now`, an instant, is a parameter.
//
// A `DateTime` is an instant seen in a zone, with the offset that was found on the way (mostly, but not always, the
// zone's offset at the instant). An invalid one has NaN in `ms`, and every question to it gives NaN or Luxon's text for
// it.
//
// Luxon throws in some places: it rejects a NaN or an infinity among the fields and amounts that it is given, with
// `Invalid unit value NaN` (or Infinity, -Infinity). Where a function here returns an optional DateTime or number,
// nullopt means just that.
//
// Arithmetic on fractions follows JavaScript's to the last bit, which needs -ffp-contract=off.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "zone.h"

namespace hogvm::calendar {

// ---- Instants in a zone ----

struct DateTime {
    double ms = std::numeric_limits<double>::quiet_NaN();
    double offset = std::numeric_limits<double>::quiet_NaN();  // minutes
    Zone zone = {};

    [[nodiscard]] bool is_valid() const { return ms == ms; }
    [[nodiscard]] double seconds() const { return ms / 1000; }  // Luxon's toSeconds: NaN if invalid
};

/// Luxon's fromMillis without its own range check, and fromSeconds. No rounding: fractions are kept. Invalid for a
/// zone that is none, and for an instant whose local time is out of Date's range.
DateTime from_millis(double ms, const Zone& zone);
DateTime from_seconds(double seconds, const Zone& zone);

/// All NaN for an invalid DateTime. `weekday` is 1 (Monday) to 7.
struct LocalTime {
    double year, month, day, hour, minute, second, millisecond;
};
LocalTime local_time(const DateTime& when);
double weekday(const DateTime& when);

/// Luxon's fromObject. A missing field takes `now`'s value in the zone if all greater ones are missing too, otherwise
/// its least value. Invalid (not nullopt) for a field that is out of range or not whole, and for a zone that is none;
/// hour 24 is accepted with zeros after it.
///
///     from_fields({.year = 2024, .month = 2, .day = 29}, utc(), now)
struct Fields {
    std::optional<double> year = {}, month = {}, day = {}, hour = {}, minute = {}, second = {}, millisecond = {};
};
std::optional<DateTime> from_fields(const Fields& fields, const Zone& zone, double now);

/// Luxon's plus: whole years, months, weeks and days move the local date (the day is cut to the month's length after
/// months, before days), what is left of them and the smaller units are a count of milliseconds (a month is 30 days
/// there, a year 365). An invalid `when` comes back as it is.
struct Amount {
    double years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0;
};
std::optional<DateTime> plus(const DateTime& when, const Amount& amount);

DateTime start_of_day(const DateTime& when);

// ---- Differences ----

enum class Unit : std::uint8_t { Days, Hours, Minutes, Seconds };

/// Luxon's `end.diff(start, ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds']).as(unit)`: the
/// calendar difference, counted again with years of 365 days and months of 30, so it is not elapsed time. The two may
/// be in different zones; their local dates are compared as they are. NaN if either is invalid.
std::optional<double> difference_as(Unit unit, const DateTime& start, const DateTime& end);

/// Luxon's `end.diff(start, 'days').days`: calendar days, and the fraction of the last.
std::optional<double> difference_in_days(const DateTime& start, const DateTime& end);

// ---- Text ----

/// Text in and out is UTF-8, with lone surrogates as three bytes (WTF-8).

/// The reference's date-like strings, the ones that compare as dates: `YYYY-MM-DD`, optionally `T`, `t` or a space and
/// `HH:MM[:SS[.|,1-9 digits]]` with an optional `Z` or offset; white space around it as JavaScript's trim() takes it
/// off. `zone` holds for text without an offset. Gives epoch seconds; nullopt if it is not such a string, or no such
/// date, or the zone is null.
std::optional<double> parse_date_like(std::string_view text, const Zone& zone, double now);

/// Luxon's `fromISO(text, {zone})`: calendar, week and ordinal dates, basic or extended, or a time alone, which is
/// today; an offset and a `[Zone/Name]` suffix say how to read it, the result is in `zone`. Nothing is trimmed.
DateTime parse_iso(std::string_view text, const Zone& zone, double now);

/// Luxon's toISO: `2024-02-29T13:45:00.000+05:30`, six digits and a sign for years outside 0-9999. nullopt (JavaScript:
/// null) if invalid.
std::optional<std::string> to_iso(const DateTime& when);

/// Luxon's toFormat in en-US; "Invalid DateTime" if invalid. `zone_name` is what token z prints. Not the reference's
/// answer: tokens that name an IANA zone in words (ZZZZZ, tttt, TTTT, ffff, FFFF) need Unicode's table of names and
/// give "GMT+02:00" instead of "Central European Summer Time"; the short ones (ZZZZ, ttt, TTT, fff, FFF) abbreviate as
/// ICU does for nearly all zones and times. Only text with an apostrophe leads there from format_date_time. So it does
/// to Intl's formats (D, t, T, f, F), where Luxon throws `Invalid time value` for an instant outside Date's range,
/// which a fixed zone can have: nullopt.
std::optional<std::string> format(const DateTime& when, std::string_view luxon_format, std::string_view zone_name);

/// The reference's formatDateTime: ClickHouse's %-tokens become Luxon's, the text between becomes Luxon's quoted text.
/// Both grammars' seams show, as in the reference: neighbouring tokens run together ("%a%u" is EEEE, the long weekday),
/// an unknown token vanishes, and an apostrophe in the text ends the quoting, so that "o'clock" has tokens in it.
std::optional<std::string> format_date_time(const DateTime& when, std::string_view clickhouse_format,
                                            std::string_view zone_name);

/// The Luxon format that format_date_time makes of a ClickHouse one.
std::string luxon_format_of(std::string_view clickhouse_format);

}  // namespace hogvm::calendar
