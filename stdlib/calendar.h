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
// A *zone* says how far its clocks are from UTC at an instant. There are three kinds, and Luxon treats them
// differently:
//   - fixed: "UTC", "GMT", "UTC+3", "utc-03:30", any case. Midnight in "UTC" prints as `...T00:00:00.000Z`.
//   - IANA: a name of the time zone database, in any case, or one of the old names that Node's ICU knows besides
//     ("PST", "US/Pacific-New"). Before standard time the offset has seconds (New York: -4:56:02), which Luxon keeps as
//     a fraction of a minute. "Etc/UTC" prints as `...T00:00:00.000+00:00`.
//   - the process's: "local", "system", "default". Same data as its IANA zone, but JavaScript tells only whole minutes
//     of its offset. Which zone that is, the host says; nothing here looks.
//
// A *local time* is the year, month, ..., millisecond that clocks of a zone show; the calendar is the Gregorian one,
// also before 1582, and has a year 0. From local time to instant Luxon guesses with the offset that the zone has *now*,
// looks what the offset is there, and tries once more. So of a local time that happens twice (clocks set back) either
// may be meant, depending on the time of year at which the question is put, and one that never happens (clocks set
// forward) is read with the smaller of the offsets. That is why `now`, an instant, is a parameter.
//
// A `DateTime` is an instant seen in a zone, with the offset that was found on the way (mostly, but not always, the
// zone's offset at the instant). It is a value of 24 bytes. An invalid one has NaN in `ms`, and every question to it
// gives NaN or Luxon's text for it.
//
// Luxon throws in some places: it rejects a NaN or an infinity among the fields and amounts that it is given, with
// `Invalid unit value NaN` (or Infinity, -Infinity). Where a function here returns an optional DateTime or number,
// nullopt means just that.
//
// Data and dependencies. Offsets come from Abseil's time library (Google's cctz), which reads the system's TZif files
// and applies their closing rule to the years after 2037. It looks in /usr/share/zoneinfo or, if the environment
// variable TZDIR is set, there: the one place where the environment is read. The list of names is read from
// /usr/share/zoneinfo once, when first needed. Both are kept for the process's life. Everything here is safe to call
// from any number of threads.
//
// Abseil 20220623 goes wrong on "slim" TZif files that end with a transition to the same offset: Tallinn, Riga and
// Vilnius in 2000-2003 and Norfolk in 2015-2019 get a summer time that was not. Debian's files are "fat" and right.
//
// Arithmetic on fractions follows JavaScript's to the last bit only if the compiler does not fuse multiply and add:
// compile with -ffp-contract=off.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hogvm::calendar {

// ---- Zones ----

class Zone {
  public:
    enum class Kind : std::uint8_t { Fixed, Iana, System };
    struct Rules;

    Zone(Kind kind, int fixed_minutes, std::string name, std::shared_ptr<const Rules> rules);

    [[nodiscard]] Kind kind() const { return kind_; }

    // Minutes east of UTC at an instant, as Luxon sees them: with a fraction where the zone had seconds; NaN where the
    // instant or its local time is out of range. A fixed zone has its offset even at NaN.
    [[nodiscard]] double offset(double ms) const;

    // What Luxon calls this zone: "UTC+5:30", "Europe/Paris". An IANA zone's name is the database's spelling; Luxon
    // reports the spelling it was asked with, see reported_name.
    [[nodiscard]] const std::string& name() const { return name_; }

    // Luxon's zoneName of a DateTime made with the zone string `requested`, which was found to be this zone: an IANA
    // zone repeats the request, "utc+03:30" becomes "UTC+3:30". Mind that "utc+3:05" becomes "UTC+3:5", which is no
    // valid zone when it is looked up again.
    [[nodiscard]] std::string_view reported_name(std::string_view requested) const;

    // Seconds east of UTC at a count of whole seconds, from the zone's data, unrounded.
    [[nodiscard]] int offset_seconds(std::int64_t seconds) const;

    // The database's abbreviation at that time ("CEST", "+03"); a zone without data gives its name.
    [[nodiscard]] std::string abbreviation(std::int64_t seconds) const;

  private:
    Kind kind_;
    int fixed_minutes_;
    std::string name_;
    std::shared_ptr<const Rules> rules_;
};

// The fixed zone UTC.
const Zone* utc();

// The process's zone made of an IANA name; null if there is none of that name. A host calls this once, and passes the
// result to `find`.
const Zone* process_zone(std::string_view iana_name);

// The zone of that name, or null where Luxon finds it invalid; `local` is what "local", "system" and "default" mean
// (null: a process in UTC). The pointer is valid for ever, and the same for every spelling.
//
//     find("utc")                      the fixed zone, name() "UTC"
//     find("america/new_york")         name() "America/New_York"
//     find("UTC+3"), find("UTC+03:30") fixed; find("GMT+3"), find("+03:00"), find("") are null
//     find("local", process_zone("Europe/Paris"))
const Zone* find(std::string_view name, const Zone* local = nullptr);

// ---- Instants in a zone ----

struct DateTime {
    double ms = std::numeric_limits<double>::quiet_NaN();
    double offset = std::numeric_limits<double>::quiet_NaN();  // minutes
    const Zone* zone = nullptr;

    [[nodiscard]] bool is_valid() const { return ms == ms; }
    [[nodiscard]] double seconds() const { return ms / 1000; }  // Luxon's toSeconds: NaN if invalid
};

// Luxon's fromMillis without its own range check, and fromSeconds. No rounding: fractions are kept. Invalid for a null
// zone, and for an instant whose local time is out of Date's range.
DateTime from_millis(double ms, const Zone* zone);
DateTime from_seconds(double seconds, const Zone* zone);

// All NaN for an invalid DateTime. `weekday` is 1 (Monday) to 7.
struct LocalTime {
    double year, month, day, hour, minute, second, millisecond;
};
LocalTime local_time(const DateTime& when);
double weekday(const DateTime& when);

// Luxon's fromObject. A missing field takes `now`'s value in the zone if all greater ones are missing too, otherwise
// its least value. Invalid (not nullopt) for a field that is out of range or not whole, and for a null zone; hour 24 is
// accepted with zeros after it.
//
//     from_fields({.year = 2024, .month = 2, .day = 29}, utc(), now)
struct Fields {
    std::optional<double> year = {}, month = {}, day = {}, hour = {}, minute = {}, second = {}, millisecond = {};
};
std::optional<DateTime> from_fields(const Fields& fields, const Zone* zone, double now);

// Luxon's plus: whole years, months, weeks and days move the local date (the day is cut to the month's length after
// months, before days), what is left of them and the smaller units are a count of milliseconds (a month is 30 days
// there, a year 365). An invalid `when` comes back as it is.
struct Amount {
    double years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0;
};
std::optional<DateTime> plus(const DateTime& when, const Amount& amount);

DateTime start_of_day(const DateTime& when);

// ---- Differences ----

enum class Unit : std::uint8_t { Days, Hours, Minutes, Seconds };

// Luxon's `end.diff(start, ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds']).as(unit)`: the calendar
// difference, counted again with years of 365 days and months of 30, so it is not elapsed time. The two may be in
// different zones; their local dates are compared as they are. NaN if either is invalid.
std::optional<double> difference_as(Unit unit, const DateTime& start, const DateTime& end);

// Luxon's `end.diff(start, 'days').days`: calendar days, and the fraction of the last.
std::optional<double> difference_in_days(const DateTime& start, const DateTime& end);

// ---- Text ----

// Text in and out is UTF-8, with lone surrogates as three bytes (WTF-8).

// The reference's date-like strings, the ones that compare as dates: `YYYY-MM-DD`, optionally `T`, `t` or a space and
// `HH:MM[:SS[.|,1-9 digits]]` with an optional `Z` or offset; white space around it as JavaScript's trim() takes it
// off. `zone` holds for text without an offset. Gives epoch seconds; nullopt if it is not such a string, or no such
// date, or the zone is null.
std::optional<double> parse_date_like(std::string_view text, const Zone* zone, double now);

// Luxon's `fromISO(text, {zone})`: calendar, week and ordinal dates, basic or extended, or a time alone, which is
// today; an offset and a `[Zone/Name]` suffix say how to read it, the result is in `zone`. Nothing is trimmed.
DateTime parse_iso(std::string_view text, const Zone* zone, double now);

// Luxon's toISO: `2024-02-29T13:45:00.000+05:30`, six digits and a sign for years outside 0-9999. nullopt (JavaScript:
// null) if invalid.
std::optional<std::string> to_iso(const DateTime& when);

// Luxon's toFormat in en-US; "Invalid DateTime" if invalid. `zone_name` is what token z prints. Not the reference's
// answer: tokens that name an IANA zone in words (ZZZZZ, tttt, TTTT, ffff, FFFF) need Unicode's table of names and give
// "GMT+02:00" instead of "Central European Summer Time"; the short ones (ZZZZ, ttt, TTT, fff, FFF) abbreviate as ICU
// does for nearly all zones and times. Only text with an apostrophe leads there from format_date_time. So it does to
// Intl's formats (D, t, T, f, F), where Luxon throws `Invalid time value` for a fixed zone at an instant outside Date's
// range, and this does not.
std::string format(const DateTime& when, std::string_view luxon_format, std::string_view zone_name);

// The reference's formatDateTime: ClickHouse's %-tokens become Luxon's, the text between becomes Luxon's quoted text.
// Both grammars' seams show, as in the reference: neighbouring tokens run together ("%a%u" is EEEE, the long weekday),
// an unknown token vanishes, and an apostrophe in the text ends the quoting, so that "o'clock" has tokens in it.
std::string format_date_time(const DateTime& when, std::string_view clickhouse_format, std::string_view zone_name);

// The Luxon format that format_date_time makes of a ClickHouse one.
std::string luxon_format_of(std::string_view clickhouse_format);

}  // namespace hogvm::calendar
