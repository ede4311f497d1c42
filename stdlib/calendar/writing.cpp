#include <algorithm>
#include <array>
#include <cmath>

#include <hogvm/javascript.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "instant.h"
#include "text.h"

namespace hogvm::calendar {

std::optional<std::string> to_iso(const DateTime& when) {
    if (!when.is_valid()) return std::nullopt;
    const ClockTime c = shown_time(when);
    std::string out;
    out.reserve(32);
    const bool is_long = c.date.year > 9999 || c.date.year < 0;
    if (is_long && c.date.year >= 0) out += '+';
    append_padded(out, static_cast<double>(c.date.year), is_long ? 6 : 4);
    const auto part = [&out](char before, int value, int width) {
        out += before;
        append_padded(out, value, width);
    };
    part('-', c.date.month, 2);
    part('-', c.date.day, 2);
    part('T', c.hour, 2);
    part(':', c.minute, 2);
    part(':', c.second, 2);
    part('.', c.millisecond, 3);
    if (when.zone.kind() == Zone::Kind::Fixed && when.offset == 0) {
        out += 'Z';
    } else {
        append_offset(out, when.offset, OffsetStyle::Short);
    }
    return out;
}

namespace {

constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdayNames = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                           "Friday", "Saturday", "Sunday"};

std::string_view month_name(int month) { return kMonthNames[static_cast<std::size_t>(month - 1)]; }
std::string_view weekday_name(int weekday) { return kWeekdayNames[static_cast<std::size_t>(weekday - 1)]; }

/// "GMT+5:30", or "GMT+05:30" in the long form, with seconds if there are any: ICU's name of an offset.
void append_gmt_offset(std::string& out, int seconds, bool is_long) {
    out += "GMT";
    out += seconds < 0 ? '-' : '+';
    seconds = std::abs(seconds);
    const int hours = seconds / 3600;
    append_padded(out, hours, is_long ? 2 : 1);
    if (is_long || seconds % 3600 != 0) {
        out += ':';
        append_padded(out, seconds / 60 % 60, 2);
    }
    if (seconds % 60 != 0) {
        out += ':';
        append_padded(out, seconds % 60, 2);
    }
}

/// Whole seconds of an instant as Intl takes them from a Date.
std::int64_t intl_seconds(double ms) {
    const double date = time_clip(ms);
    return std::isnan(date) ? 0 : floor_div(static_cast<std::int64_t>(date), 1000);
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

/// ICU has American English abbreviations since 1970 for most zones of North America, Greenwich and UTC. It keeps a
/// table of which zone counts as what at which time; this comes near it.
bool append_abbreviation(std::string& out, const Zone& zone, std::int64_t seconds) {
    const std::string name = zone.abbreviation(seconds);
    const std::string place = zone.name();
    if (name == "UTC" || is_one_of(place, {"GMT", "GMT0", "GMT+0", "GMT-0", "Etc/GMT"})) return out += "UTC", true;
    const bool is_known = is_one_of(name, {"EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "AST", "ADT", "HST",
                                           "HDT", "AKST", "AKDT", "GMT"});
    if (!is_known || seconds < 0) return false;
    if (place.starts_with("Asia/") || is_one_of(place, {"PRC", "ROC", "CTT", "Cuba", "America/Havana", "Mexico/BajaSur",
                                                        "America/Mazatlan", "America/Hermosillo"})) {
        return false;
    }
    if (name == "MST" && is_one_of(place, {"America/Whitehorse", "Canada/Yukon", "America/Dawson"})) return false;
    const bool is_aleutian = is_one_of(place, {"America/Adak", "America/Atka", "US/Aleutian"});
    if (is_aleutian && name[0] == 'H') return out += name == "HST" ? "HAST" : "HADT", true;
    return out += name, true;
}

void append_zone_display_name(std::string& out, const DateTime& when, bool is_long) {
    if (when.zone.kind() == Zone::Kind::Fixed) {
        out += when.zone.name();
        return;
    }
    const std::int64_t seconds = intl_seconds(when.ms);
    if (!is_long && append_abbreviation(out, when.zone, seconds)) return;
    append_gmt_offset(out, when.zone.offset_seconds(seconds), is_long);
}

/// Writes one DateTime in Luxon's tokens.
class Formatter {
  public:
    Formatter(const DateTime& when, std::string_view zone_name, std::string& out)
        : when_(when), time_(shown_time(when)), zone_name_(zone_name), out_(out) {}

    void token(char letter, std::size_t count) {
        if (!plain(letter, count) && !calendar(letter, count) && !zone(letter, count) && !macro(letter, count)) {
            out_.append(count, letter);
        }
    }

    /// Whether a token asked of Intl what it can't tell.
    [[nodiscard]] bool has_failed() const { return failed_; }

  private:
    void number(std::int64_t value, std::size_t width = 1) {
        append_padded(out_, static_cast<double>(value), static_cast<int>(width));
    }

    // The last two characters of a year, minus sign included, as a number.
    void short_year(std::int64_t year) { number(year < 0 && year > -10 ? year : std::abs(year) % 100, 2); }

    [[nodiscard]] int hour_12(int hour) const { return hour % 12 == 0 ? 12 : hour % 12; }

    bool plain(char letter, std::size_t count) {
        switch (letter) {
            case 'S': return counted(count, time_.millisecond, {1, 3});
            case 's': return counted(count, time_.second, {1, 2});
            case 'm': return counted(count, time_.minute, {1, 2});
            case 'h': return counted(count, hour_12(time_.hour), {1, 2});
            case 'H': return counted(count, time_.hour, {1, 2});
            case 'd': return counted(count, time_.date.day, {1, 2});
            case 'q': return counted(count, (time_.date.month + 2) / 3, {1, 2});
            case 'u':
                if (count > 3) return false;
                count == 1 ? number(time_.millisecond, 3)
                           : number(time_.millisecond / (count == 2 ? 10 : 100), count == 2 ? 2 : 1);
                return true;
            case 'a':
                if (count != 1) return false;
                out_ += time_.hour < 12 ? "AM" : "PM";
                return true;
            case 'X': return count == 1 && (javascript::append_number(std::floor(when_.ms / 1000), out_), true);
            case 'x': return count == 1 && (millis(), true);
            default: return false;
        }
    }

    bool calendar(char letter, std::size_t count) {
        const auto [year, month, day] = time_.date;
        switch (letter) {
            case 'y':
                if (count == 2) return short_year(year), true;
                return counted(count, year, {1, 4, 6});
            case 'M':
            case 'L':
                if (count <= 2) return number(month, count), true;
                return name(month_name(month), count);
            case 'E':
            case 'c': {
                const int weekday = luxon_weekday(time_.date);
                if (count == 1) return number(weekday), true;
                return count > 2 && name(weekday_name(weekday), count);
            }
            case 'o': return counted(count, day_of_year(time_.date), {1, 3});
            case 'W': return counted(count, week_of(kIsoWeek, time_.date).number, {1, 2});
            case 'k': return week_year(count, week_of(kIsoWeek, time_.date).year);
            case 'n': return counted(count, week_of(kAmericanWeek, time_.date).number, {1, 2});
            case 'i': return week_year(count, week_of(kAmericanWeek, time_.date).year);
            case 'G': return era(count);
            default: return false;
        }
    }

    bool zone(char letter, std::size_t count) {
        if (letter == 'z' && count == 1) return out_ += zone_name_, true;
        if (letter != 'Z' || count > 5) return false;
        if (count > 3) return append_zone_display_name(out_, when_, count == 5), true;
        static constexpr std::array<OffsetStyle, 3> styles = {OffsetStyle::Narrow, OffsetStyle::Short,
                                                              OffsetStyle::Techie};
        return append_offset(out_, when_.zone.offset(when_.ms), styles[count - 1]), true;
    }

    // A number, if the token is as long as one of the lengths that there are; its length is the least width.
    bool counted(std::size_t count, std::int64_t value, std::initializer_list<std::size_t> lengths) {
        if (std::find(lengths.begin(), lengths.end(), count) == lengths.end()) return false;
        number(value, count);
        return true;
    }

    bool week_year(std::size_t count, std::int64_t year) {
        if (count == 2) return short_year(year), true;
        return count == 4 && (number(year, 4), true);
    }

    // 3 is the short name, 4 the whole, 5 the initial.
    bool name(std::string_view whole, std::size_t count) {
        if (count < 3 || count > 5) return false;
        out_ += count == 4 ? whole : whole.substr(0, count == 3 ? 3 : 1);
        return true;
    }

    bool era(std::size_t count) {
        const bool before = time_.date.year < 0;  // Luxon's year 0 is AD
        switch (count) {
            case 1: return out_ += before ? "BC" : "AD", true;
            case 2: return out_ += before ? "Before Christ" : "Anno Domini", true;
            case 5: return out_ += before ? "B" : "A", true;
            default: return false;
        }
    }

    // JavaScript's Math.round to thousandths.
    void millis() {
        const double scaled = when_.ms * 1000;
        const double floor = std::floor(scaled);
        javascript::append_number((scaled - floor >= 0.5 ? floor + 1 : floor) / 1000, out_);
    }

    // Luxon's D, t, T, f, F: Intl's formats for en-US. Intl computes its own fields, from whole milliseconds.
    bool macro(char letter, std::size_t count) {
        const bool has_date = letter == 'D' || letter == 'f' || letter == 'F';
        const bool has_time = letter != 'D';
        if (count > 4 || (!has_date && letter != 't' && letter != 'T')) return false;
        const bool seconds = letter == 'F' || (letter != 'f' && count >= 2);
        failed_ |= std::isnan(time_clip(when_.ms));
        const ClockTime c = intl_time();
        if (has_date) intl_date(c, count);
        if (has_date && has_time) out_ += count <= 2 ? ", " : " at ";
        if (!has_time) return true;
        const bool is_24 = letter == 'T';
        number(is_24 ? c.hour : hour_12(c.hour), is_24 ? 2 : 1);
        out_ += ':';
        number(c.minute, 2);
        if (seconds) {
            out_ += ':';
            number(c.second, 2);
        }
        if (!is_24) {
            // Node writes a plain space, but in the parts by which Luxon substitutes a zone's name ICU's narrow one.
            out_ += when_.zone.kind() == Zone::Kind::Fixed && !has_etc_zone() ? "\u202F" : " ";
            out_ += c.hour < 12 ? "AM" : "PM";
        }
        if (count >= 3) {
            out_ += ' ';
            intl_zone_name(count == 4);
        }
        return true;
    }

    void intl_date(const ClockTime& c, std::size_t count) {
        const std::int64_t year = c.date.year > 0 ? c.date.year : 1 - c.date.year;  // of an era that goes unnamed
        if (count == 1) {
            number(c.date.month);
            out_ += '/';
            number(c.date.day);
            out_ += '/';
            number(year);
            return;
        }
        if (count == 4) {
            out_ += weekday_name(weekday_of_days(c.days));
            out_ += ", ";
        }
        out_ += count == 2 ? month_name(c.date.month).substr(0, 3) : month_name(c.date.month);
        out_ += ' ';
        number(c.date.day);
        out_ += ", ";
        number(year);
    }

    // A fixed zone of whole hours from -12 to 14 goes to Intl as Etc/GMT-3; Luxon shifts the instant for others.
    [[nodiscard]] bool has_etc_zone() const {
        return when_.offset != 0 && std::fmod(when_.offset, 60) == 0 && when_.offset >= -12 * 60 &&
               when_.offset <= 14 * 60;
    }

    [[nodiscard]] ClockTime intl_time() const {
        if (when_.zone.kind() == Zone::Kind::Fixed)
            return clock_time(intl_seconds(when_.ms + when_.offset * 60000) * 1000);
        const std::int64_t seconds = intl_seconds(when_.ms);
        return clock_time((seconds + when_.zone.offset_seconds(seconds)) * 1000);
    }

    void intl_zone_name(bool is_long) {
        if (when_.zone.kind() == Zone::Kind::Fixed && has_etc_zone()) {
            append_gmt_offset(out_, static_cast<int>(when_.offset) * 60, is_long);
        } else {
            append_zone_display_name(out_, when_, is_long);
        }
    }

    const DateTime& when_;
    ClockTime time_;
    std::string_view zone_name_;
    std::string& out_;
    bool failed_ = false;
};

}  // namespace

std::optional<std::string> format(const DateTime& when, std::string_view luxon_format, std::string_view zone_name) {
    if (!when.is_valid()) return "Invalid DateTime";
    std::string out;
    Formatter formatter(when, zone_name, out);
    bool quoted = false;
    Work work;
    for (std::size_t at = 0; at < luxon_format.size();) {
        work.step(16);
        const char c = luxon_format[at];
        if (c == '\'') {
            quoted = !quoted;
            // A pair of quotes with nothing between stands for one; the pair is over then.
            if (quoted && at + 1 < luxon_format.size() && luxon_format[at + 1] == '\'') {
                out += '\'';
                quoted = false;
                ++at;
            }
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        const auto belongs = [&](char next) {
            return quoted || !is_letter(c) ? next != '\'' && (quoted || !is_letter(next)) : next == c;
        };
        while (end < luxon_format.size() && belongs(luxon_format[end])) ++end;
        const std::string_view part = luxon_format.substr(at, end - at);
        if (quoted || !is_letter(c)) {
            text::append(part, out);
        } else {
            formatter.token(c, part.size());
        }
        at = end;
    }
    if (formatter.has_failed()) return std::nullopt;
    return out;
}

}  // namespace hogvm::calendar
