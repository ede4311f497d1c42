#include "calendar.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

// Expected values are the reference's: Luxon 3.7.2 on Node 20.20 with TZ=UTC, unless a test says otherwise.

using namespace hogvm::calendar;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double winter = 1705320000000;  // 2024-01-15T12:00:00Z, for `now`
constexpr double summer = 1721044800000;  // 2024-07-15T12:00:00Z

DateTime in(const char* zone, double ms) { return from_millis(ms, find(zone)); }
DateTime iso(const char* text, const char* zone = "UTC") { return parse_iso(text, find(zone), winter); }
std::string text(const DateTime& when) { return to_iso(when).value_or("null"); }
std::string text(const std::optional<DateTime>& when) { return when ? text(*when) : "throws"; }
std::string formatted(const DateTime& when, const char* clickhouse) {
    return format_date_time(when, clickhouse, when.zone.name()).value_or("throws");
}
double date_like(const char* input, const char* zone = "UTC") {
    return parse_date_like(input, find(zone), winter).value_or(not_a_number);
}
bool is_date_like(const char* input) { return parse_date_like(input, utc(), winter).has_value(); }

}  // namespace

TEST_CASE("zones: UTC and GMT in any case are the fixed zone UTC") {
    for (const char* name : {"UTC", "utc", "Utc", "GMT", "gmt", "UTC+0", "utc-00:00"}) {
        CAPTURE(name);
        CHECK(find(name) == utc());
    }
    CHECK(utc().name() == "UTC");
}

TEST_CASE("zones: fixed offsets take one or two digits of hours and two of minutes") {
    CHECK(find("UTC+3").offset(0) == 180);
    CHECK(find("utc-03:30").offset(0) == -210);
    CHECK(find("UTC-0:30").offset(0) == -30);
    CHECK(find("utc+99:99").name() == "UTC+100:39");
    for (const char* name : {"UTC+", "utc+3:5", "UTC+123", "utc+1:", "GMT+3", "+03:00", "Z", "utc 3"}) {
        CAPTURE(name);
        CHECK(find(name) == Zone());
    }
}

TEST_CASE("zones: minutes make a fixed zone, whatever their number") {
    CHECK(fixed(65530).name() == "UTC+1092:10");
    CHECK(fixed(-0.5).name() == "UTC-0");
    CHECK(fixed(-0.5).offset(0) == -0.5);
    CHECK(fixed(6e25).name() == "UTC+1e+24:8");
    CHECK(fixed(-0.0) == utc());
    for (const double minutes : {not_a_number, infinity, -infinity}) CHECK(fixed(minutes) == Zone());
}

TEST_CASE("zones: a fixed zone's name does not pad its minutes") {
    CHECK(find("utc+03:30").name() == "UTC+3:30");
    CHECK(find("utc+3:05").name() == "UTC+3:5");
    CHECK(find("UTC-0:30").reported_name("UTC-0:30") == "UTC-0:30");
}

TEST_CASE("zones: IANA names are found in any case and repeat the spelling they were asked with") {
    const Zone zone = find("america/NEW_york");
    REQUIRE(zone);
    CHECK(zone == find("America/New_York"));
    CHECK(zone.name() == "America/New_York");
    CHECK(zone.reported_name("america/NEW_york") == "america/NEW_york");
}

TEST_CASE("zones: ICU's old names are known") {
    CHECK(find("PST").offset(winter) == -480);
    CHECK(find("SystemV/EST5").offset(summer) == -300);
    CHECK(find("us/pacific-new") != Zone());
}

TEST_CASE("zones: what is in the zone folder but no zone is invalid") {
    for (const char* name : {"", "Europe", "Europe/", "posix/Europe/Paris", "right/UTC", "localtime", "Factory",
                             "zone.tab", "Europe/Paris ", "\xC3\xA9urope"}) {
        CAPTURE(name);
        CHECK(find(name) == Zone());
    }
    CHECK(find(std::string(5000, 'a')) == Zone());
}

TEST_CASE("zones: local, system and default are what the host says, and UTC if it says nothing") {
    const Zone paris = process_zone("Europe/Paris");
    REQUIRE(paris);
    for (const char* name : {"local", "SYSTEM", "default"}) CHECK(find(name, paris) == paris);
    CHECK(find("local").name() == "UTC");
    CHECK(process_zone("Mars/Olympus") == Zone());
}

TEST_CASE("offsets: summer time goes on after 2037") {
    CHECK(find("Europe/Paris").offset(3992198400000) == 120);       // 2096-07-04
    CHECK(find("Europe/Paris").offset(253370764800000) == 60);      // 9999-01-01
    CHECK(find("America/New_York").offset(4118083200000) == -240);  // 2100-07-01
    CHECK(find("Australia/Lord_Howe").offset(4102444800000) == 660);
}

TEST_CASE("offsets: change at the transition's millisecond") {
    const Zone zone = find("America/New_York");
    CHECK(zone.offset(1710053999999) == -300);
    CHECK(zone.offset(1710054000000) == -240);
}

TEST_CASE("offsets: local mean time keeps its seconds, but not in the process's zone") {
    CHECK(find("America/New_York").offset(-5000000000000) == -17762000 / 60000.0);
    CHECK(process_zone("America/New_York").offset(-5000000000000) == -296);
}

TEST_CASE("offsets: NaN out of Date's range, except in fixed zones") {
    const Zone zone = find("Europe/Paris");
    for (const double ms : {not_a_number, infinity, -infinity, 8.64e15 + 1, 8.64e15, 1e300}) {
        CAPTURE(ms);
        CHECK(std::isnan(zone.offset(ms)));
    }
    CHECK(find("UTC+1").offset(not_a_number) == 60);
}

TEST_CASE("instants: fractions of milliseconds are kept but not shown") {
    const DateTime when = from_seconds(1.001, utc());
    CHECK(when.ms == 1000.9999999999999);
    CHECK(local_time(when).millisecond == 0);
    CHECK(text(from_millis(-0.5, utc())) == "1970-01-01T00:00:00.000Z");
}

TEST_CASE("instants: out of range, NaN and no zone are invalid, and everything of them is NaN") {
    for (const double seconds : {8.64e12 + 1, -8.64e12 - 1, not_a_number, infinity, 1e300}) {
        CAPTURE(seconds);
        const DateTime when = from_seconds(seconds, utc());
        CHECK_FALSE(when.is_valid());
        CHECK(std::isnan(local_time(when).year));
        CHECK(std::isnan(weekday(when)));
        CHECK(std::isnan(when.seconds()));
        CHECK_FALSE(to_iso(when).has_value());
        CHECK(format(when, "yyyy", "UTC") == "Invalid DateTime");
    }
    CHECK_FALSE(from_seconds(0, Zone()).is_valid());
    CHECK(from_seconds(8.64e12, utc()).is_valid());
    CHECK_FALSE(from_seconds(8.64e12, find("UTC+1")).is_valid());
}

TEST_CASE("weekday: 29 February of year 0 counts as the day after") {
    CHECK(weekday(iso("2024-02-29")) == 4);
    CHECK(weekday(iso("0000-02-28")) == 1);
    CHECK(weekday(iso("0000-02-29")) == 3);
    CHECK(weekday(iso("0000-03-01")) == 3);
}

TEST_CASE("from_fields: a time that never happens is read with the smaller offset") {
    const Fields gap{.year = 2024, .month = 3, .day = 10, .hour = 2, .minute = 30};
    CHECK(text(from_fields(gap, find("America/New_York"), winter)) == "2024-03-10T03:30:00.000-04:00");
    CHECK(text(from_fields(gap, find("America/New_York"), summer)) == "2024-03-10T03:30:00.000-04:00");
}

TEST_CASE("from_fields: a time that happens twice depends on the season of asking") {
    const Fields twice{.year = 2024, .month = 11, .day = 3, .hour = 1, .minute = 30};
    CHECK(text(from_fields(twice, find("America/New_York"), winter)) == "2024-11-03T01:30:00.000-05:00");
    CHECK(text(from_fields(twice, find("America/New_York"), summer)) == "2024-11-03T01:30:00.000-04:00");
}

TEST_CASE("from_fields: missing fields are now's above the first given and least below it") {
    CHECK(text(from_fields({.year = 2020}, utc(), winter)) == "2020-01-01T00:00:00.000Z");
    CHECK(text(from_fields({.hour = 3}, utc(), winter)) == "2024-01-15T03:00:00.000Z");
    CHECK(text(from_fields({}, utc(), winter)) == "2024-01-15T12:00:00.000Z");
}

TEST_CASE("from_fields: fields that are out of range or not whole are invalid") {
    for (const Fields& f : {Fields{.year = 2023, .month = 2, .day = 29}, Fields{.year = 2024, .month = 13},
                            Fields{.year = 2024.5}, Fields{.year = 2024, .month = 1, .day = 0},
                            Fields{.year = 2024, .month = 1, .day = 1, .hour = 24, .minute = 1}, Fields{.year = 1e300},
                            Fields{.year = 275761}}) {
        CHECK(text(from_fields(f, utc(), winter)) == "null");
    }
}

TEST_CASE("from_fields: hour 24 is the next midnight") {
    CHECK(text(from_fields({.year = 2024, .month = 2, .day = 29, .hour = 24}, utc(), winter)) ==
          "2024-03-01T00:00:00.000Z");
}

TEST_CASE("from_fields: NaN and infinities throw in Luxon, unless the zone is invalid") {
    CHECK_FALSE(from_fields({.year = not_a_number}, utc(), winter).has_value());
    CHECK_FALSE(from_fields({.year = 2024, .month = infinity}, utc(), winter).has_value());
    CHECK(text(from_fields({.year = not_a_number}, Zone(), winter)) == "null");
}

TEST_CASE("plus: months cut the day to the month's length") {
    CHECK(text(plus(iso("2024-01-31"), {.months = 1})) == "2024-02-29T00:00:00.000Z");
    CHECK(text(plus(iso("2024-03-31"), {.months = -13})) == "2023-02-28T00:00:00.000Z");
    CHECK(text(plus(iso("2024-01-31"), {.months = 1.5})) == "2024-03-15T00:00:00.000Z");
}

TEST_CASE("plus: days move the local date, hours the instant") {
    const DateTime before = in("America/New_York", 1710003600000);  // 2024-03-09T12:00 in New York
    CHECK(text(plus(before, {.days = 1})) == "2024-03-10T12:00:00.000-04:00");
    CHECK(text(plus(before, {.hours = 24})) == "2024-03-10T13:00:00.000-04:00");
    CHECK(text(plus(before, {.days = 0.5})) == "2024-03-10T00:00:00.000-05:00");
}

TEST_CASE("plus: an amount too great is invalid, and past Luxon's arithmetic is nothing") {
    CHECK(text(plus(iso("2024-01-01"), {.days = 1e300})) == "null");
    CHECK(text(plus(iso("2024-01-01"), {.months = -1e300})) == "null");
    CHECK(text(plus(iso("2024-01-01"), {.hours = 1e20})) == "null");
    CHECK(text(plus(iso("2024-01-01"), {.hours = 1e308})) == "2024-01-01T00:00:00.000Z");
}

TEST_CASE("plus: NaN and infinities throw in Luxon, unless the DateTime is invalid") {
    CHECK(text(plus(iso("2024-01-01"), {.days = not_a_number})) == "throws");
    CHECK(text(plus(iso("2024-01-01"), {.seconds = -infinity})) == "throws");
    CHECK(text(plus(DateTime{}, {.days = not_a_number})) == "null");
}

TEST_CASE("start_of_day: is the first instant of a day that starts after midnight") {
    const DateTime noon = in("America/Sao_Paulo", 1541340000000);  // 2018-11-04, clocks went from 0:00 to 1:00
    CHECK(text(start_of_day(noon)) == "2018-11-04T01:00:00.000-02:00");
    CHECK(text(start_of_day(in("UTC", -1))) == "1969-12-31T00:00:00.000Z");
}

TEST_CASE("differences: counted by calendar, months of 30 days and years of 365") {
    const DateTime start = iso("2024-01-01"), end = iso("2025-03-04T05:06:07.008");
    CHECK(difference_as(Unit::Days, start, end) == 428.2125811111111);
    CHECK(difference_as(Unit::Hours, start, end) == 10277.101946666668);
    CHECK(difference_as(Unit::Minutes, start, end) == 616626.1168);
    CHECK(difference_as(Unit::Seconds, start, end) == 36997567.008);
    CHECK(difference_as(Unit::Days, end, start) == -428.2125811111111);
}

TEST_CASE("differences: of equal instants in two zones may not be zero") {
    const DateTime first_of_march =
        iso("2024-03-01");  // 29 February in New York: a month less, four weeks and a day more
    CHECK(difference_as(Unit::Hours, first_of_march, in("America/New_York", first_of_march.ms)) == -24);
    CHECK(difference_as(Unit::Hours, in("America/New_York", first_of_march.ms), first_of_march) == 0);
}

TEST_CASE("differences: of anything invalid is NaN") {
    CHECK(std::isnan(*difference_as(Unit::Hours, DateTime{}, iso("2024-01-01"))));
    CHECK(std::isnan(*difference_in_days(iso("2024-01-01"), DateTime{})));
}

TEST_CASE("difference_in_days: calendar days and a fraction of the day it falls in") {
    CHECK(difference_in_days(iso("1970-01-01"), iso("2024-02-29")) == 19782);
    CHECK(difference_in_days(iso("2024-02-29"), iso("1970-01-01")) == -19782);
    CHECK(difference_in_days(iso("2024-02-28"), iso("2024-02-29T06:00")) == 1.25);
    // The day the clocks go forward has 23 hours.
    CHECK(difference_in_days(iso("2024-03-31", "Europe/Paris"), iso("2024-03-31T12:30", "Europe/Paris")) == 0.5);
}

TEST_CASE("parse_date_like: takes ISO and ClickHouse forms") {
    CHECK(date_like("2024-02-29") == 1709164800);
    CHECK(date_like("2024-02-29 13:45") == 1709214300);
    CHECK(date_like("2024-02-29t13:45:06,9999") == 1709214306.999);
    CHECK(date_like("2024-02-29T13:45:06.5Z") == 1709214306.5);
    CHECK(date_like("2024-02-29T13:45:06+0530") == 1709194506);
    CHECK(date_like("2024-02-29T13:45-03") == 1709225100);
    CHECK(date_like("0001-01-01") == -62135596800);
}

TEST_CASE("parse_date_like: refuses what only looks like ISO") {
    for (const char* input :
         {"", "2024", "2024-01", "20240101", "2024-W05", "2024-001", "12:30", "0000-01-01", "2024-02-30",
          "2024-01-01T24:00", "2024-01-01T10", "2024-01-01T10:00.5", "2024-01-01T10:00:00.1234567890", "2024-01-01Z",
          "2024-01-01T10:00+24", "2024-01-01T10:00+1:00", "2024-01-01T", "2024-01-01 10:00 x"}) {
        CAPTURE(input);
        CHECK_FALSE(is_date_like(input));
    }
}

TEST_CASE("parse_date_like: trims JavaScript's white space") {
    CHECK(date_like(" \t\r\n\v\f\xC2\xA0\xEF\xBB\xBF\xE3\x80\x80"
                    "2024-02-29\xE2\x80\x8A\xE2\x80\xA8 ") == 1709164800);
    CHECK_FALSE(
        is_date_like("\xE2\x80\x8B"
                     "2024-02-29"));  // U+200B is no white space
    CHECK_FALSE(
        is_date_like("\xC2\x85"
                     "2024-02-29"));
}

TEST_CASE("parse_date_like: the zone holds for text without an offset") {
    CHECK(date_like("2024-02-29", "America/New_York") == 1709182800);
    CHECK(date_like("2024-02-29T00:00Z", "America/New_York") == 1709164800);
    CHECK_FALSE(parse_date_like("2024-02-29T00:00Z", Zone(), winter).has_value());
}

TEST_CASE("parse_iso: calendar, week and ordinal dates, basic and extended") {
    CHECK(text(iso("2024")) == "2024-01-01T00:00:00.000Z");
    CHECK(text(iso("2024-0229")) == "2024-02-29T00:00:00.000Z");
    CHECK(text(iso("+012024-02-29")) == "+012024-02-29T00:00:00.000Z");
    CHECK(text(iso("-000001-01-01")) == "-000001-01-01T00:00:00.000Z");
    CHECK(text(iso("2020-W53-5")) == "2021-01-01T00:00:00.000Z");
    CHECK(text(iso("2021W011T10")) == "2021-01-04T10:00:00.000Z");
    CHECK(text(iso("2024-366")) == "2024-12-31T00:00:00.000Z");
    CHECK(text(iso("2023-366")) == "null");
    CHECK(text(iso("2021-W53-1")) == "null");
}

TEST_CASE("parse_iso: a time alone is today's, but four digits are a year") {
    CHECK(text(iso("10:30:15.25")) == "2024-01-15T10:30:15.250Z");
    CHECK(text(iso("1030Z")) == "2024-01-15T10:30:00.000Z");
    CHECK(text(iso("1030")) == "1030-01-01T00:00:00.000Z");
    CHECK(text(iso("T10:30")) == "null");
}

TEST_CASE("parse_iso: week 0 of year 0 is today") {
    CHECK(text(iso("0000-W00")) == "2024-01-15T00:00:00.000Z");
    CHECK(text(iso("0000-W00-1")) == "null");
}

TEST_CASE("parse_iso: an offset or a zone in brackets says how to read it, brackets first") {
    CHECK(text(iso("2024-02-29T10:00-00:30")) == "2024-02-29T10:30:00.000Z");
    CHECK(text(iso("2024-02-29T10:00[America/New_York]")) == "2024-02-29T15:00:00.000Z");
    CHECK(text(iso("2024-02-29T10:00+05:00[Etc/GMT+3]")) == "2024-02-29T13:00:00.000Z");
    CHECK(text(iso("2024-02-29T10:00[Foo/Bar]")) == "null");
    CHECK(text(iso("2024-02-29T10:00[EST5EDT]")) == "null");
}

TEST_CASE("parse_iso: fractions are cut to milliseconds, by way of a double") {
    CHECK(local_time(iso("2024-01-01T00:00:00.0019")).millisecond == 1);
    CHECK(local_time(iso("2024-01-01T00:00:00,57")).millisecond == 570);
    CHECK(text(iso("2024-01-01T00:00:00.999999999999999999999999999999")) == "null");  // that is 1000 ms
}

TEST_CASE("to_iso: Z only for fixed zones, six digits for years that need them") {
    CHECK(text(in("UTC", 0)) == "1970-01-01T00:00:00.000Z");
    CHECK(text(in("Etc/UTC", 0)) == "1970-01-01T00:00:00.000+00:00");
    CHECK(text(in("local", 0)) == "1970-01-01T00:00:00.000+00:00");
    CHECK(text(in("UTC-0:30", 0)) == "1969-12-31T23:30:00.000-00:30");
    CHECK(text(in("UTC", 253402300800000)) == "+010000-01-01T00:00:00.000Z");
    CHECK(text(in("UTC", -62167219200001)) == "-000001-12-31T23:59:59.999Z");
    CHECK(text(in("America/New_York", -5000000000000)) == "1811-07-23T10:10:38.000-04:56");
}

TEST_CASE("format_date_time: ClickHouse's tokens") {
    const DateTime when = in("America/New_York", 1709214306078);  // 2024-02-29T08:45:06.078-05:00
    CHECK(formatted(when, "%Y-%m-%d %H:%i:%S") == "2024-02-29 08:45:06");
    CHECK(formatted(when, "%a %b %e %j %M %W %u %V %Q") == "Thu Feb 29 060 February Thursday 4 09 1");
    CHECK(formatted(when, "%D|%F|%r|%R|%T|%f|%z|%C|%p") ==
          "02/29/24|2024-02-29|08:45 AM|08:45|08:45:06|078|-0500|24|AM");
    CHECK(formatted(when, "%n%t%%") == "\n\t%");
}

TEST_CASE("format_date_time: neighbouring tokens run together") {
    const DateTime when = in("UTC", 1709214306078);
    CHECK(formatted(when, "%a%u") == "Thursday");
    CHECK(formatted(when, "%c%c") == "February");
    CHECK(formatted(when, "%d%d") == "dddd");
    CHECK(formatted(when, "%y%Y") == "002024");
}

TEST_CASE("format_date_time: unknown tokens vanish, also at the end") {
    const DateTime when = in("UTC", 0);
    CHECK(formatted(when, "a%xb%") == "ab");
    CHECK(formatted(when, "%\xC3\xA9%Y") == "1970");
    CHECK(formatted(when, "%\xF0\x9F\x98\x80") == "\xED\xB8\x80");                  // half of the pair stays
    CHECK(formatted(when, "\xED\xA0\xBD%\xF0\x9F\x98\x80") == "\xF0\x9F\x98\x80");  // and finds a new half
}

TEST_CASE("format_date_time: an apostrophe opens the text to Luxon's tokens") {
    const DateTime when = in("UTC", 1709214306078);
    CHECK(formatted(when, "%Y o'clock %p") == "2024 o4l604k a");
    CHECK(formatted(when, "it's") == "it6");
    CHECK(formatted(when, "'") == "'");
    CHECK(luxon_format_of("o'clock %Y") == "'o'clock 'yyyy");
}

TEST_CASE("format: years before 100, before 0 and after 9999") {
    CHECK(format(iso("0005-01-01"), "y yy yyyy yyyyyy G", "UTC") == "5 05 0005 000005 AD");
    CHECK(format(iso("-000005-01-01"), "y yy yyyy G", "UTC") == "-5 -05 -0005 BC");
    CHECK(format(iso("+012024-01-01"), "y yy yyyy", "UTC") == "12024 24 12024");
}

TEST_CASE("format: ISO weeks and American weeks") {
    const DateTime when = iso("2021-01-02");
    CHECK(format(when, "kkkk 'W'WW E", "UTC") == "2020 W53 6");
    CHECK(format(when, "iiii 'w'nn", "UTC") == "2021 w01");
}

TEST_CASE("format: Intl's formats, with a narrow space where Luxon puts the zone's name in itself") {
    const double ms = 1709214306078;
    CHECK(format(in("Europe/Paris", ms), "FF|T|D", "") == "Feb 29, 2024, 2:45:06 PM|14:45|2/29/2024");
    CHECK(format(in("UTC", ms), "fff", "") == "February 29, 2024 at 1:45\u202FPM UTC");
    CHECK(format(in("UTC+3", ms), "ttt", "") == "4:45:06 PM GMT+3");
    CHECK(format(in("UTC+3:30", ms), "t", "") == "5:15\u202FPM");
}

TEST_CASE("format: Intl's formats throw for an instant that only a far zone brings into Date's range") {
    const DateTime when = from_millis(-6e17, fixed(1e13));
    CHECK(text(when) == "1970-01-01T00:00:00.000+166666666666:40");
    CHECK(format(when, "X x", "") == "-600000000000000 -600000000000000000");
    CHECK_FALSE(format(when, "D", "").has_value());
}

TEST_CASE("format: offsets and names of zones") {
    CHECK(format(in("Asia/Kolkata", 0), "Z ZZ ZZZ ZZZZ z", "asia/kolkata") ==
          "+5:30 +05:30 +0530 GMT+5:30 asia/kolkata");
    CHECK(format(in("America/New_York", 0), "ZZZZ", "") == "EST");
    CHECK(format(in("UTC-3", 0), "Z ZZZZ", "UTC-3") == "-3 UTC-3");
}

TEST_CASE("zones: are found from many threads at once") {
    std::vector<std::thread> threads;
    std::vector<Zone> found(8);
    for (Zone& zone : found) {
        threads.emplace_back([&zone] {
            for (const char* name : {"Asia/Tokyo", "UTC+7:15", "europe/london", "Asia/Kathmandu"}) zone = find(name);
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const Zone& zone : found) CHECK(zone == find("asia/KATHMANDU"));
}
