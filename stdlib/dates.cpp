#include "dates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <hogvm/javascript.h>
#include <hogvm/work.h>

#include "arguments.h"
#include "calendar/calendar.h"
#include "families.h"

namespace hogvm::stdlib {
namespace {

using calendar::DateTime;
using calendar::Zone;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool has_trait(Value v, Trait trait) { return v.is(Type::Object) && (v.as_dict()->traits & trait) != 0; }
bool is_datetime(Value v) { return has_trait(v, kDateTime); }
bool is_date(Value v) { return has_trait(v, kDate) && !is_datetime(v); }

Value field(const Call& call, Value object, std::string_view key) {
    const Entry* e = call.heap.find(object.as_dict(), key);
    return e != nullptr ? e->value : Value::undefined();
}

/// What "local" means: the host says.
const Zone& local_zone(const Call& call) {
    thread_local std::string name;
    thread_local Zone zone;
    if (!zone || name != call.host.local_zone) {
        name = call.host.local_zone;
        zone = calendar::process_zone(name);
    }
    return zone;
}

/// The zone that a value names. Luxon takes the process's zone for none, and minutes east of UTC for a number; anything
/// else is no zone.
Zone zone_of(const Call& call, Value name) {
    if (name.is_nullish()) return calendar::find("local", local_zone(call));
    if (name.is_string()) return calendar::find(name.as_text(), local_zone(call));
    return name.is_number() ? calendar::fixed(name.as_number()) : Zone();
}

double now(const Call& call) { return call.now_ms(); }

[[noreturn]] void refuse_unit(const Call& call, Value v) {
    call.fail("Invalid unit value " + javascript::to_string(v));
}

/// A field or an amount as Luxon takes it: a number, or text that is one.
std::optional<double> unit_value(const Call& call, Value v) {
    if (v.is_nullish()) return std::nullopt;
    const bool is_blank = v.is_string() && v.as_text().empty();
    const double d = v.is(Type::Bool) || is_blank ? kNaN : javascript::to_number(v);
    if (!std::isfinite(d)) refuse_unit(call, v);
    return d;
}

/// Epoch seconds of a datetime. Luxon throws for what is no number.
double seconds_of(const Call& call, Value datetime) {
    const Value dt = field(call, datetime, "dt");
    if (!dt.is_number()) call.fail("Function " + std::string(call.name) + " expects a datetime whose time is a number");
    return dt.as_number();
}

DateTime datetime_of(const Call& call, Value datetime) {
    return calendar::from_seconds(seconds_of(call, datetime), zone_of(call, field(call, datetime, "zone")));
}

/// Midnight of a date in a zone.
DateTime midnight_of(const Call& call, Value date, const Zone& zone) {
    const auto made = calendar::from_fields({.year = unit_value(call, field(call, date, "year")),
                                             .month = unit_value(call, field(call, date, "month")),
                                             .day = unit_value(call, field(call, date, "day"))},
                                            zone, now(call));
    return made.value_or(DateTime{});
}

/// What extract and dateDiff read: a datetime, a date, or ISO text.
DateTime moment_of(Call& call, Value v) {
    if (is_datetime(v)) return datetime_of(call, v);
    if (is_date(v)) return midnight_of(call, v, calendar::utc());
    if (v.is_nullish()) return {};
    return calendar::parse_iso(javascript::to_string(v, call.heap).as_text(), calendar::utc(), now(call));
}

Value datetime_value(Call& call, double seconds, Value zone) {
    return call.heap.datetime(Value::number(seconds), zone);
}

/// The name of a zone that was asked for as `requested`, as Luxon tells it.
Value zone_name(Call& call, const Zone& zone, Value requested) {
    if (!zone) return Value::ascii("UTC");
    if (!requested.is_string()) return call.heap.string(zone.name());
    return call.heap.string(zone.reported_name(requested.as_text()));
}

/// The zone's name after a calculation; an invalid datetime has none, and the reference writes UTC.
Value resulting_zone(Call& call, const DateTime& when, Value requested) {
    return when.is_valid() ? zone_name(call, when.zone, requested) : Value::ascii("UTC");
}

Value date_value(Call& call, const DateTime& when) {
    const calendar::LocalTime t = calendar::local_time(when);
    return call.heap.date(Value::number(t.year), Value::number(t.month), Value::number(t.day));
}

std::string_view unit_text(Value v) { return v.is_string() ? v.as_text() : std::string_view(); }

/// A datetime or a date moved by an amount of a unit.
Value moved(Call& call, Value base, Value amount_value, Value unit, std::size_t base_argument) {
    const bool is_moment = is_datetime(base);
    // The reference takes anything else for an object with year, month and day.
    if (!is_moment && base.is_nullish()) refuse(call, base_argument, "a datetime or a date");
    DateTime when;
    if (is_moment) {
        when = datetime_of(call, base);
    } else if (base.is(Type::Object)) {
        when = midnight_of(call, base, calendar::utc());
    } else {
        when = *calendar::from_fields({}, calendar::utc(), now(call));
    }
    const std::string_view name = unit_text(unit);
    calendar::Amount amount;
    double* part = name == "day" || name == "week"     ? &amount.days
                   : name == "hour"                    ? &amount.hours
                   : name == "minute"                  ? &amount.minutes
                   : name == "second"                  ? &amount.seconds
                   : name == "month" || name == "year" ? &amount.months
                                                       : nullptr;
    if (part == nullptr) call.fail("Unsupported interval unit: " + javascript::to_string(unit));
    if (name == "week") amount_value = Value::number(javascript::to_number(amount_value) * 7);
    if (name == "year") amount_value = Value::number(javascript::to_number(amount_value) * 12);
    if (when.is_valid()) *part = unit_value(call, amount_value).value_or(0);  // Luxon leaves an invalid one alone
    const std::optional<DateTime> result = calendar::plus(when, amount);
    if (!result) refuse_unit(call, amount_value);
    if (!is_moment) return date_value(call, *result);
    return datetime_value(call, result->seconds(), resulting_zone(call, *result, field(call, base, "zone")));
}

Value date_add(Call& call) { return moved(call, call[2], call[1], call[0], 2); }
Value add_days(Call& call) { return moved(call, call[0], call[1], Value::ascii("day"), 0); }

Value date_diff(Call& call) {
    const DateTime start = moment_of(call, call[1]);
    const DateTime end = moment_of(call, call[2]);
    const std::string_view unit = unit_text(call[0]);
    const auto as = [&](calendar::Unit u) { return calendar::difference_as(u, start, end).value_or(kNaN); };
    const calendar::LocalTime from = calendar::local_time(start);
    const calendar::LocalTime to = calendar::local_time(end);
    if (unit == "day") return Value::number(std::floor((end.ms - start.ms) / 86400000));
    if (unit == "hour") return Value::number(std::floor(as(calendar::Unit::Hours)));
    if (unit == "minute") return Value::number(std::floor(as(calendar::Unit::Minutes)));
    if (unit == "second") return Value::number(std::floor(as(calendar::Unit::Seconds)));
    if (unit == "week") return Value::number(std::floor(as(calendar::Unit::Days) / 7));
    if (unit == "month") return Value::number((to.year - from.year) * 12 + (to.month - from.month));
    if (unit == "year") return Value::number(to.year - from.year);
    call.fail("Unsupported unit for dateDiff: " + javascript::to_string(call[0]));
}

enum class Precision { Year, Month, Day, Hour, Minute };

Value truncated(Call& call, Value datetime, Precision precision) {
    const DateTime when = datetime_of(call, datetime);
    if (!when.is_valid()) refuse_unit(call, Value::real(kNaN));
    const calendar::LocalTime t = calendar::local_time(when);
    calendar::Fields fields{.year = t.year};
    if (precision >= Precision::Month) fields.month = t.month;
    if (precision >= Precision::Day) fields.day = t.day;
    if (precision >= Precision::Hour) fields.hour = t.hour;
    if (precision >= Precision::Minute) fields.minute = t.minute;
    // The reference looks the zone up again by the name that Luxon reports, which for some fixed zones is none:
    // UTC+3:5.
    const Zone zone = calendar::find(when.zone.name());
    const std::optional<DateTime> start = calendar::from_fields(fields, zone, now(call));
    if (!start) refuse_unit(call, Value::real(kNaN));
    return datetime_value(call, start->seconds(), resulting_zone(call, *start, field(call, datetime, "zone")));
}

Value date_trunc(Call& call) {
    if (!is_datetime(call[1])) call.fail("Expected a DateTime for dateTrunc");
    static constexpr std::string_view kUnits[] = {"year", "month", "day", "hour", "minute"};
    for (int i = 0; i < 5; ++i)
        if (unit_text(call[0]) == kUnits[i]) return truncated(call, call[1], static_cast<Precision>(i));
    datetime_of(call, call[1]);
    call.fail("Unsupported unit for dateTrunc: " + javascript::to_string(call[0]));
}

/// A datetime as it is; of anything else, its year, month and day as a datetime in UTC.
Value as_datetime(Call& call, Value v) {
    if (is_datetime(v)) return v;
    if (v.is_nullish()) refuse(call, 0, "a datetime or a date");
    const DateTime midnight = v.is(Type::Object) ? midnight_of(call, v, calendar::utc())
                                                 : *calendar::from_fields({}, calendar::utc(), now(call));
    return datetime_value(call, midnight.seconds(), Value::ascii("UTC"));
}

Value to_start_of_day(Call& call) { return truncated(call, as_datetime(call, call[0]), Precision::Day); }
Value to_start_of_hour(Call& call) { return truncated(call, as_datetime(call, call[0]), Precision::Hour); }
Value to_start_of_month(Call& call) { return truncated(call, as_datetime(call, call[0]), Precision::Month); }

Value to_start_of_week(Call& call) {
    const Value datetime = as_datetime(call, call[0]);
    const DateTime when = datetime_of(call, datetime);
    const double weekday = calendar::weekday(when);
    const std::optional<DateTime> monday = calendar::plus(when, {.days = 1 - weekday});
    if (!monday) refuse_unit(call, Value::real(kNaN));
    const DateTime start = calendar::start_of_day(*monday);
    return datetime_value(call, start.seconds(), resulting_zone(call, start, field(call, datetime, "zone")));
}

double part_of(Call& call, std::string_view part, Value v) {
    const calendar::LocalTime t = calendar::local_time(moment_of(call, v));
    if (part == "year") return t.year;
    if (part == "month") return t.month;
    if (part == "day") return t.day;
    if (part == "hour") return t.hour;
    if (part == "minute") return t.minute;
    if (part == "second") return t.second;
    call.fail("Unknown extract part: " + std::string(part));
}

Value extract(Call& call) {
    const std::string part = javascript::to_string(call[0]);
    return Value::number(part_of(call, part, call[1]));
}
Value to_year(Call& call) { return Value::number(part_of(call, "year", call[0])); }
Value to_month(Call& call) { return Value::number(part_of(call, "month", call[0])); }
Value to_yyyymm(Call& call) {
    return Value::number(part_of(call, "year", call[0]) * 100 + part_of(call, "month", call[0]));
}

Value interval(Call& call, std::string_view unit) {
    Dict* o = call.heap.object(3);
    call.heap.set(o, Value::ascii("__hogInterval__"), Value::boolean(true));
    call.heap.set(o, Value::ascii("value"), call[0]);
    call.heap.set(o, Value::ascii("unit"), Value::ascii(unit));
    return Value::object(o);
}
Value to_interval_day(Call& call) { return interval(call, "day"); }
Value to_interval_hour(Call& call) { return interval(call, "hour"); }
Value to_interval_minute(Call& call) { return interval(call, "minute"); }
Value to_interval_month(Call& call) { return interval(call, "month"); }

Value today(Call& call) { return date_value(call, calendar::from_millis(now(call), calendar::utc())); }
Value now_value(Call& call) { return datetime_value(call, now(call) / 1000, Value::ascii("UTC")); }

/// The zone argument of a parsing function: absent, or falsy, means UTC.
Value zone_or_utc(Value zone) { return javascript::to_boolean(zone) ? zone : Value::ascii("UTC"); }

double parsed_seconds(Call& call, Value text, Value zone) {
    if (!text.is_string()) return kNaN;
    return calendar::parse_date_like(text.as_text(), zone_of(call, zone_or_utc(zone)), now(call)).value_or(kNaN);
}

Value unix_timestamp(Call& call) {
    const Value v = call[0];
    if (is_datetime(v)) return field(call, v, "dt");
    if (is_date(v)) return Value::number(midnight_of(call, v, calendar::utc()).seconds());
    return Value::number(parsed_seconds(call, v, call[1]));
}

Value unix_timestamp_milli(Call& call) { return Value::number(javascript::to_number(unix_timestamp(call)) * 1000); }

Value from_unix_timestamp(Call& call) {
    if (!is_date(call[0])) return call.heap.datetime(call[0], Value::ascii("UTC"));
    return datetime_value(call, midnight_of(call, call[0], calendar::utc()).seconds(), Value::ascii("UTC"));
}

Value from_unix_timestamp_milli(Call& call) {
    return datetime_value(call, javascript::to_number(call[0]) / 1000, Value::ascii("UTC"));
}

Value to_time_zone(Call& call) {
    if (!is_datetime(call[0])) call.fail("Expected a DateTime");
    Dict* moved = call.heap.object(call[0].as_dict()->size);
    for (const Entry& e : call[0].as_dict()->items()) call.heap.set_member(moved, e.key, e.value);
    call.heap.set_member(moved, Value::ascii("zone"), call[1]);
    return Value::object(moved);
}

Value to_date(Call& call) {
    const Value v = call[0];
    if (v.is_number()) {
        if (!std::isfinite(v.as_number()) && std::isnan(v.as_number())) return date_value(call, DateTime{});
        return date_value(call, calendar::from_seconds(v.as_number(), zone_of(call, Value::null())));
    }
    const double seconds = parsed_seconds(call, v, Value::undefined());
    if (std::isnan(seconds)) return date_value(call, DateTime{});
    return date_value(call, calendar::from_seconds(seconds, calendar::utc()));
}

Value to_datetime(Call& call) {
    const Value zone = zone_or_utc(call[1]);
    if (call[0].is_number()) return call.heap.datetime(call[0], zone);
    return datetime_value(call, parsed_seconds(call, call[0], call[1]), zone);
}

/// The format as text. The reference goes by length and element, so an array works, an element a character; what has
/// neither is an empty format.
Value format_text(Call& call) {
    if (call[1].is_string()) return call[1];
    TextBuilder text(call.heap);
    if (call[1].is(Type::Array)) {
        for (const Value item : call[1].as_array()->values()) {
            const std::string element = javascript::to_string(item);
            Work work;
            for (const char c : element) {
                work.step();
                if (c == '%' && element.size() > 1) text.append('%');
                text.append(c);
            }
        }
    }
    return text.finish();
}

Value format_datetime(Call& call) {
    if (!is_datetime(call[0])) call.fail("Expected a DateTime");
    if (!javascript::to_boolean(call[1])) call.fail("formatDateTime requires at least 2 arguments");
    const Value format = format_text(call);
    const Value zone = javascript::to_boolean(call[2]) ? call[2] : field(call, call[0], "zone");
    const DateTime when = calendar::from_seconds(seconds_of(call, call[0]), zone_of(call, zone));
    const std::string name = zone.is_string() ? when.zone.reported_name(zone.as_text()) : when.zone.name();
    const std::optional<std::string> text = calendar::format_date_time(when, format.as_text(), name);
    if (!text) call.fail("Invalid time value");
    return call.heap.string(*text);
}

constexpr std::string_view kFamily = "dates";
constexpr Function kFunctions[] = {
    {"addDays", 2, 2, add_days, "", false, kFamily, "addDays(date, days)",
     "A date or datetime moved by days, which keep the time of day when clocks change.",
     "toString(addDays(toDate('2024-02-28'), 2)) = '2024-03-01'"},
    {"dateAdd", 3, 3, date_add, "", false, kFamily, "dateAdd(unit, amount, date)",
     "A date or datetime moved by an amount of 'second', 'minute', 'hour', 'day', 'week', 'month' or 'year'; after "
     "months "
     "the day is cut to the month's last.",
     "toString(dateAdd('month', 1, toDate('2024-01-31'))) = '2024-02-29'"},
    {"dateDiff", 3, 3, date_diff, "", false, kFamily, "dateDiff(unit, start, end)",
     "Whole units from start to end, rounded down: 'second' to 'week' of elapsed time ('hour', 'minute', 'second' and "
     "'week' count a month as 30 days and a year as 365), 'month' and 'year' by the calendar's numbers.",
     "dateDiff('day', toDate('2024-02-28'), toDate('2024-03-01')) = 2"},
    {"dateTrunc", 2, 3, date_trunc, "", false, kFamily, "dateTrunc(unit, datetime)",
     "The start of the datetime's 'minute', 'hour', 'day', 'month' or 'year' in its zone.",
     "toString(dateTrunc('month', toDateTime('2024-02-29T10:00:00Z'))) = '2024-02-01T00:00:00.000Z'"},
    {"extract", 2, 2, extract, "", false, kFamily, "extract(part, date)",
     "The 'year', 'month', 'day', 'hour', 'minute' or 'second' of a date, a datetime in its zone, or ISO text in UTC.",
     "extract('hour', '2024-02-29T13:45:00Z') = 13"},
    {"formatDateTime", 2, 3, format_datetime, "", false, kFamily, "formatDateTime(datetime, format, zone?)",
     "The datetime as text, by ClickHouse's format tokens (%Y, %m, %d, %H, %i, %s, ...), in its zone or the one given. "
     "%i is minutes, %M the month's name.",
     "formatDateTime(toDateTime('2024-02-29T13:45:00Z'), '%Y/%m/%d %H:%i') = '2024/02/29 13:45'"},
    {"fromUnixTimestamp", 1, 1, from_unix_timestamp, "", false, kFamily, "fromUnixTimestamp(seconds)",
     "The datetime of that many seconds since 1970, in UTC.",
     "toString(fromUnixTimestamp(0)) = '1970-01-01T00:00:00.000Z'"},
    {"fromUnixTimestampMilli", 1, 1, from_unix_timestamp_milli, "", false, kFamily,
     "fromUnixTimestampMilli(milliseconds)", "The datetime of that many milliseconds since 1970, in UTC.",
     "toString(fromUnixTimestampMilli(1500)) = '1970-01-01T00:00:01.500Z'"},
    {"now", 0, 1, now_value, "", false, kFamily, "now()",
     "The present, by the host's clock, in UTC. An argument is ignored.", "typeof(now()) = 'datetime'"},
    {"toDate", 1, 1, to_date, "", false, kFamily, "toDate(value)",
     "The date of date-like text in UTC, or of epoch seconds in the process's zone. Other values give a date of NaN.",
     "toDate('2024-02-29').day = 29"},
    {"toDateTime", 1, 2, to_datetime, "", false, kFamily, "toDateTime(value, zone?)",
     "The datetime of date-like text, read in the zone (UTC by default) where it names none, or of epoch seconds.",
     "toUnixTimestamp(toDateTime('2024-01-01T00:00:00Z')) = 1704067200"},
    {"toIntervalDay", 1, 1, to_interval_day, "", false, kFamily, "toIntervalDay(count)", "An interval of days.",
     "toIntervalDay(2).unit = 'day'"},
    {"toIntervalHour", 1, 1, to_interval_hour, "", false, kFamily, "toIntervalHour(count)", "An interval of hours.",
     "toIntervalHour(2).unit = 'hour'"},
    {"toIntervalMinute", 1, 1, to_interval_minute, "", false, kFamily, "toIntervalMinute(count)",
     "An interval of minutes.", "toIntervalMinute(2).value = 2"},
    {"toIntervalMonth", 1, 1, to_interval_month, "", false, kFamily, "toIntervalMonth(count)", "An interval of months.",
     "toIntervalMonth(2).unit = 'month'"},
    {"toMonth", 1, 1, to_month, "", false, kFamily, "toMonth(date)",
     "The month, 1 to 12, of a date, datetime or ISO text.", "toMonth(toDate('2024-02-29')) = 2"},
    {"toStartOfDay", 1, 2, to_start_of_day, "", false, kFamily, "toStartOfDay(date)",
     "Midnight, in the datetime's zone; of a date, in UTC.",
     "toString(toStartOfDay(toDate('2024-02-29'))) = '2024-02-29T00:00:00.000Z'"},
    {"toStartOfHour", 1, 1, to_start_of_hour, "", false, kFamily, "toStartOfHour(date)",
     "The start of the datetime's hour.",
     "toString(toStartOfHour(toDateTime('2024-02-29T13:45:00Z'))) = '2024-02-29T13:00:00.000Z'"},
    {"toStartOfMonth", 1, 1, to_start_of_month, "", false, kFamily, "toStartOfMonth(date)",
     "Midnight of the month's first day.",
     "toString(toStartOfMonth(toDate('2024-02-29'))) = '2024-02-01T00:00:00.000Z'"},
    {"toStartOfWeek", 1, 2, to_start_of_week, "", false, kFamily, "toStartOfWeek(date)",
     "Midnight of the week's Monday.", "toString(toStartOfWeek(toDate('2024-02-29'))) = '2024-02-26T00:00:00.000Z'"},
    {"toTimeZone", 2, 2, to_time_zone, "", false, kFamily, "toTimeZone(datetime, zone)",
     "The same instant in another zone.",
     "toString(toTimeZone(toDateTime('2024-02-29T13:45:00Z'), 'Asia/Tokyo')) = '2024-02-29T22:45:00.000+09:00'"},
    {"toUnixTimestamp", 1, 2, unix_timestamp, "", false, kFamily, "toUnixTimestamp(date, zone?)",
     "Seconds since 1970 of a datetime, a date (its midnight in UTC) or date-like text; NaN of anything else.",
     "toUnixTimestamp('2024-01-01') = 1704067200"},
    {"toUnixTimestampMilli", 1, 2, unix_timestamp_milli, "", false, kFamily, "toUnixTimestampMilli(date, zone?)",
     "Like toUnixTimestamp, in milliseconds.", "toUnixTimestampMilli('1970-01-02') = 86400000"},
    {"toYYYYMM", 1, 1, to_yyyymm, "", false, kFamily, "toYYYYMM(date)", "The year and month as one number.",
     "toYYYYMM(toDate('2024-02-29')) = 202402"},
    {"toYear", 1, 1, to_year, "", false, kFamily, "toYear(date)", "The year of a date, datetime or ISO text.",
     "toYear(toDate('2024-02-29')) = 2024"},
    {"today", 0, 0, today, "", false, kFamily, "today()", "The present date in UTC, by the host's clock.",
     "typeof(today()) = 'date'"},
};

}  // namespace

double day_number(Call& call, Value date) {
    const Zone zone = zone_of(call, Value::null());
    const DateTime epoch = *calendar::from_fields({.year = 1970.0, .month = 1.0, .day = 1.0}, zone, now(call));
    return std::floor(calendar::difference_in_days(epoch, midnight_of(call, date, zone)).value_or(kNaN));
}

Value iso_text(Call& call, Value datetime) {
    const std::optional<std::string> text = calendar::to_iso(datetime_of(call, datetime));
    return text ? call.heap.string(*text) : Value::null();
}

std::span<const Function> date_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
