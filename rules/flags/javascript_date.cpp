#include "javascript_date.h"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include <hogvm/date_like.h>
#include <hogvm/error.h>
#include <hogvm/javascript.h>
#include <hogvm/text.h>

namespace hogvm::flags {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargestDate = 8.64e15;
constexpr double kLargestLocalDate = kLargestDate + 8.64e7 * 30;  // V8's kMaxTimeBeforeUTCInMs
constexpr double kMsPerDay = 86400000;

bool is_between(int n, int low, int high) { return n >= low && n <= high; }
bool is_month(int n) { return is_between(n, 1, 12); }
bool is_day(int n) { return is_between(n, 1, 31); }
bool is_hour(int n) { return is_between(n, 0, 23); }
bool is_minute(int n) { return is_between(n, 0, 59); }
bool is_second(int n) { return is_between(n, 0, 59); }
bool is_millisecond(int n) { return is_between(n, 0, 999); }

// ---- Tokens ----

enum class Kind : std::uint8_t { End, Invalid, Number, Symbol, Space, Month, AmPm, Zone, TimeSeparator, Word, Unknown };

struct Token {
    Kind kind = Kind::End;
    int value = 0;   // of a number or a keyword
    int length = 0;  // of a number, in digits, or of a word
    char symbol = 0;

    bool is(Kind k) const { return kind == k; }
    bool is_symbol(char c) const { return kind == Kind::Symbol && symbol == c; }
    bool is_sign() const { return is_symbol('+') || is_symbol('-'); }
    int sign() const { return symbol == '-' ? -1 : 1; }
    bool is_number_of(int digits) const { return kind == Kind::Number && length == digits; }
    bool is_z() const { return kind == Kind::Zone && length == 1; }
};

struct Keyword {
    std::string_view text;
    Kind kind;
    int value;
};
constexpr std::array kKeywords = std::to_array<Keyword>({
    {"jan", Kind::Month, 1}, {"feb", Kind::Month, 2},  {"mar", Kind::Month, 3},       {"apr", Kind::Month, 4},
    {"may", Kind::Month, 5}, {"jun", Kind::Month, 6},  {"jul", Kind::Month, 7},       {"aug", Kind::Month, 8},
    {"sep", Kind::Month, 9}, {"oct", Kind::Month, 10}, {"nov", Kind::Month, 11},      {"dec", Kind::Month, 12},
    {"am", Kind::AmPm, 0},   {"pm", Kind::AmPm, 12},   {"ut", Kind::Zone, 0},         {"utc", Kind::Zone, 0},
    {"z", Kind::Zone, 0},    {"gmt", Kind::Zone, 0},   {"cdt", Kind::Zone, -5},       {"cst", Kind::Zone, -6},
    {"edt", Kind::Zone, -4}, {"est", Kind::Zone, -5},  {"mdt", Kind::Zone, -6},       {"mst", Kind::Zone, -7},
    {"pdt", Kind::Zone, -7}, {"pst", Kind::Zone, -8},  {"t", Kind::TimeSeparator, 0},
});

/// The token stream, one token ahead.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) { move(); }

    const Token& peek() const { return token_; }
    Token next() {
        const Token token = token_;
        move();
        return token;
    }
    bool skip(char symbol) {
        if (!token_.is_symbol(symbol)) return false;
        move();
        return true;
    }

  private:
    static constexpr int kSignificantDigits = 9;
    static constexpr std::size_t kKeywordLength = 3;

    bool at_end() const { return at_ >= text_.size(); }
    char here() const { return at_end() ? '\0' : text_[at_]; }
    bool is_digit() const { return here() >= '0' && here() <= '9'; }
    /// The bytes of the white space at the position; 0 if there is none.
    std::size_t space() const {
        if (at_end()) return 0;
        std::size_t end = at_;
        text::next(text_, &end);
        return javascript::trim(text_.substr(at_, end - at_)).empty() ? end - at_ : 0;
    }
    bool is_letter() const { return !at_end() && static_cast<unsigned char>(here()) >= 'A' && space() == 0; }

    void move() { token_ = scan(); }

    Token scan() {
        if (at_end()) return {};
        if (is_digit()) return number();
        if (std::string_view(":-+.)").find(here()) != std::string_view::npos) return {Kind::Symbol, 0, 1, text_[at_++]};
        if (is_letter()) return word();
        if (const std::size_t bytes = space(); bytes > 0) {
            at_ += bytes;
            return {Kind::Space};
        }
        if (here() == '(') {
            skip_parentheses();
        } else {
            text::next(text_, &at_);
        }
        return {Kind::Unknown};
    }

    Token number() {
        const std::size_t start = at_;
        while (here() == '0') ++at_;
        Token token{Kind::Number};
        for (int digits = 0; is_digit(); ++digits, ++at_)
            if (digits < kSignificantDigits) token.value = token.value * 10 + (here() - '0');
        token.length = static_cast<int>(std::min<std::size_t>(at_ - start, std::numeric_limits<int>::max()));
        return token;
    }

    Token word() {
        std::array<char, kKeywordLength> prefix{};
        std::size_t length = 0;
        for (; is_letter(); ++length) {
            std::size_t end = at_;
            const std::uint32_t c = text::next(text_, &end);
            if (length < kKeywordLength) prefix[length] = c < 0x80 ? static_cast<char>(c | 0x20) : '?';
            at_ = end;
        }
        const std::string_view start(prefix.data(), std::min(length, kKeywordLength));
        for (const Keyword& k : kKeywords) {  // only months may go on after three letters
            if (k.text == start && (length <= kKeywordLength || k.kind == Kind::Month))
                return {k.kind, k.value, static_cast<int>(std::min<std::size_t>(length, 1000))};
        }
        return {Kind::Word};
    }

    void skip_parentheses() {
        int balance = 0;
        do {
            if (here() == ')') --balance;
            if (here() == '(') ++balance;
            ++at_;
        } while (balance > 0 && !at_end());
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Token token_;
};

// ---- What the tokens add up to ----

struct Day {
    std::array<int, 3> parts{};
    std::size_t count = 0;
    int named_month = 0;
    bool is_iso = false;

    bool add(int n) {
        if (count == parts.size()) return false;
        parts[count++] = n;
        return true;
    }

    /// Days since the epoch; the day may lie beyond its month's end.
    std::optional<double> days() {
        if (count < 1) return std::nullopt;
        while (count < parts.size()) parts[count++] = 1;
        int year = 0, month = 0, day = 0;
        if (named_month == 0) {
            const bool year_first = is_iso || !is_day(parts[0]);
            year = year_first ? parts[0] : parts[2];
            month = year_first ? parts[1] : parts[0];
            day = year_first ? parts[2] : parts[1];
        } else {
            month = named_month;
            const bool year_first = !is_day(parts[0]);
            year = year_first ? parts[0] : parts[1];
            day = year_first ? parts[1] : parts[0];
        }
        if (!is_iso && is_between(year, 0, 49)) year += 2000;
        if (!is_iso && is_between(year, 50, 99)) year += 1900;
        if (!is_month(month) || !is_day(day)) return std::nullopt;
        return static_cast<double>(days_from_civil(year, month, 1) + day - 1);
    }
};

struct Time {
    static constexpr int kNone = -1;
    std::array<int, 4> parts{};
    std::size_t count = 0;
    int hour_offset = kNone;  // of AM and PM

    bool expects(int n) const {
        return (count == 1 && is_minute(n)) || (count == 2 && is_second(n)) || (count == 3 && is_millisecond(n));
    }
    bool add(int n) {
        if (count == parts.size()) return false;
        parts[count++] = n;
        return true;
    }
    void add_final(int n) {
        add(n);
        count = parts.size();
    }

    std::optional<double> ms() const {
        int hour = parts[0];
        if (hour_offset != kNone) {
            if (!is_between(hour, 0, 12)) return std::nullopt;
            hour = hour % 12 + hour_offset;
        }
        const bool is_midnight = hour == 24 && parts[1] == 0 && parts[2] == 0 && parts[3] == 0;
        if (!is_midnight &&
            (!is_hour(hour) || !is_minute(parts[1]) || !is_second(parts[2]) || !is_millisecond(parts[3])))
            return std::nullopt;
        return hour * 3600000.0 + parts[1] * 60000.0 + parts[2] * 1000.0 + parts[3];
    }
};

struct Offset {
    static constexpr int kNone = -1;
    int sign = 0;  // 0: no zone was named
    int hour = kNone;
    int minute = kNone;

    void set(int hours) {
        sign = hours < 0 ? -1 : 1;
        hour = hours * sign;
        minute = 0;
    }
    bool expects(int n) const { return hour != kNone && minute == kNone && is_minute(n); }
    bool is_utc() const { return hour == 0 && minute == 0; }
    double ms() const { return sign * (std::max(hour, 0) * 3600000.0 + std::max(minute, 0) * 60000.0); }
};

/// The number after a point as thousandths, cut.
int milliseconds(const Token& fraction) {
    int number = fraction.value;
    int length = fraction.length;
    if (length == 1) return number * 100;
    if (length == 2) return number * 10;
    for (length = std::min(length, 9); length > 3; --length) number /= 10;
    return number;
}

class Parser {
  public:
    explicit Parser(std::string_view text) : in_(text) {}

    double parse(const LocalZone& local) {
        const Token left = iso();
        if (left.is(Kind::Invalid) || !legacy(left)) return kNaN;
        const auto days = day_.days();
        const auto ms = time_.ms();
        if (!days || !ms) return kNaN;
        const double date = *days * kMsPerDay + *ms;
        if (offset_.sign != 0) return time_clip(date - offset_.ms());
        return std::abs(date) <= kLargestLocalDate ? time_clip(local.to_utc(date)) : kNaN;
    }

  private:
    static Token invalid() { return {Kind::Invalid}; }

    /// ECMAScript's date-time string. Gives the first token that is none of it, for the legacy grammar to go on with.
    Token iso() {
        if (in_.peek().is_sign()) {
            const Token sign = in_.next();
            if (!in_.peek().is_number_of(6)) return sign;
            const int year = in_.next().value;
            if (sign.sign() < 0 && year == 0) return sign;
            day_.add(sign.sign() * year);
        } else if (in_.peek().is_number_of(4)) {
            day_.add(in_.next().value);
        } else {
            return in_.next();
        }
        if (in_.skip('-')) {
            if (!in_.peek().is_number_of(2) || !is_month(in_.peek().value)) return in_.next();
            day_.add(in_.next().value);
            if (in_.skip('-')) {
                if (!in_.peek().is_number_of(2) || !is_day(in_.peek().value)) return in_.next();
                day_.add(in_.next().value);
            }
        }
        if (in_.peek().is(Kind::TimeSeparator)) {
            in_.next();
            if (!iso_time() || !iso_offset() || !in_.peek().is(Kind::End)) return invalid();
        } else if (!in_.peek().is(Kind::End)) {
            return in_.next();
        }
        if (offset_.hour == Offset::kNone && time_.count == 0) offset_.set(0);
        day_.is_iso = true;
        return {};
    }

    bool iso_time() {
        if (!in_.peek().is_number_of(2) || !is_between(in_.peek().value, 0, 24)) return false;
        const bool is_midnight = in_.peek().value == 24;
        const auto is_part = [&] {
            return in_.peek().is_number_of(2) && is_minute(in_.peek().value) && !(is_midnight && in_.peek().value > 0);
        };
        time_.add(in_.next().value);
        if (!in_.skip(':') || !is_part()) return false;
        time_.add(in_.next().value);
        if (!in_.skip(':')) return true;
        if (!is_part()) return false;
        time_.add(in_.next().value);
        if (!in_.skip('.')) return true;
        if (!in_.peek().is(Kind::Number) || (is_midnight && in_.peek().value > 0)) return false;
        time_.add(milliseconds(in_.next()));
        return true;
    }

    bool iso_offset() {
        if (in_.peek().is_z()) {
            in_.next();
            offset_.set(0);
        } else if (in_.peek().is_sign()) {
            offset_.sign = in_.next().sign();
            if (in_.peek().is_number_of(4)) {
                const int n = in_.next().value;
                if (!is_hour(n / 100) || !is_minute(n % 100)) return false;
                offset_.hour = n / 100;
                offset_.minute = n % 100;
            } else {
                if (!in_.peek().is_number_of(2) || !is_hour(in_.peek().value)) return false;
                offset_.hour = in_.next().value;
                if (!in_.skip(':') || !in_.peek().is_number_of(2) || !is_minute(in_.peek().value)) return false;
                offset_.minute = in_.next().value;
            }
        }
        return true;
    }

    bool legacy(const Token& first) {
        has_read_number_ = day_.count > 0;
        for (Token token = first.is(Kind::End) ? in_.next() : first; !token.is(Kind::End); token = in_.next()) {
            bool accepted = true;
            if (token.is(Kind::Number)) {
                accepted = legacy_number(token.value);
            } else if (token.kind >= Kind::Month && token.kind <= Kind::Word) {
                accepted = legacy_word(token);
            } else if (token.is_sign() && (offset_.is_utc() || time_.count > 0)) {
                accepted = legacy_offset(token.sign());
            } else if (token.is_sign() || token.is_symbol(')')) {
                accepted = !has_read_number_;
            }
            if (!accepted) return false;
        }
        return true;
    }

    bool legacy_number(int n) {
        has_read_number_ = true;
        if (in_.skip(':')) {
            if (in_.skip(':')) {
                if (time_.count > 0) return false;
                time_.add(n);
                time_.add(0);
                return true;
            }
            if (!time_.add(n)) return false;
            in_.skip('.');
            return true;
        }
        if (in_.skip('.') && time_.expects(n)) {
            time_.add(n);
            if (!in_.peek().is(Kind::Number)) return false;
            time_.add_final(milliseconds(in_.next()));
            return true;
        }
        if (offset_.expects(n)) {
            offset_.minute = n;
            return true;
        }
        if (time_.expects(n)) {
            time_.add_final(n);
            const Token& after = in_.peek();
            return after.is(Kind::End) || after.is(Kind::Space) || after.is_z() || after.is_sign();
        }
        if (!day_.add(n)) return false;
        in_.skip('-');
        return true;
    }

    bool legacy_word(const Token& word) {
        if (word.is(Kind::AmPm) && time_.count > 0) {
            time_.hour_offset = word.value;
        } else if (word.is(Kind::Month)) {
            day_.named_month = word.value;
            in_.skip('-');
        } else if (word.is(Kind::Zone) && has_read_number_) {
            offset_.set(word.value);
        } else {
            // Words of no meaning are for the start, and apart from the first number.
            return !has_read_number_ && !in_.peek().is(Kind::Number);
        }
        return true;
    }

    bool legacy_offset(int sign) {
        offset_.sign = sign;
        has_read_number_ = true;
        int n = 0;
        int length = 0;
        if (in_.peek().is(Kind::Number)) {
            const Token number = in_.next();
            n = number.value;
            length = number.length;
        }
        if (in_.peek().is_symbol(':')) {
            offset_.hour = n;
            offset_.minute = Offset::kNone;
        } else if (length == 1 || length == 2) {
            offset_.hour = n;
            offset_.minute = 0;
        } else if (length == 3 || length == 4) {
            offset_.hour = n / 100;
            offset_.minute = n % 100;
        } else {
            return false;
        }
        return true;
    }

    Scanner in_;
    Day day_;
    Time time_;
    Offset offset_;
    bool has_read_number_ = false;
};

struct Civil {
    long long year;
    int month, day;
};

Civil civil_from_days(long long days) {
    const absl::CivilDay day = absl::CivilDay(1970, 1, 1) + days;
    return {day.year(), day.month(), day.day()};
}

}  // namespace

struct LocalZone::Data {
    absl::TimeZone zone;
};

LocalZone::LocalZone(const std::string& name) {
    if (name == "UTC") return;
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(name, &zone)) throw LoadError("flags: there is no time zone \"" + name + "\"");
    data_ = std::make_shared<const Data>(Data{zone});
}

double LocalZone::to_utc(double local_ms) const {
    if (data_ == nullptr) return local_ms;
    const double seconds = std::floor(local_ms / 1000);
    const absl::CivilSecond local = absl::CivilSecond(1970, 1, 1) + static_cast<absl::civil_diff_t>(seconds);
    return static_cast<double>(absl::ToUnixSeconds(data_->zone.At(local).pre)) * 1000 + (local_ms - seconds * 1000);
}

double parse_javascript_date(std::string_view wtf8, const LocalZone& local) { return Parser(wtf8).parse(local); }

double time_clip(double ms) { return std::abs(ms) <= kLargestDate ? std::trunc(ms) + 0.0 : kNaN; }

bool RelativeDate::parse(std::string_view text, RelativeDate& date) {
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.size() < 2) return false;
    const char unit = text.back();
    const std::string_view digits = text.substr(0, text.size() - 1);
    if (std::string_view("hdwmy").find(unit) == std::string_view::npos ||
        digits.find_first_not_of("0123456789") != std::string_view::npos)
        return false;
    int number = 0;
    for (const char c : digits) {
        number = number * 10 + (c - '0');
        if (number >= 10000) return false;
    }
    date.number_ = number;
    date.unit_ = unit;
    return true;
}

double RelativeDate::before(double now_ms) const {
    const double now = time_clip(now_ms);
    if (std::isnan(now)) return now;
    switch (unit_) {
        case 'h': return time_clip(now - number_ * 3600000.0);
        case 'd': return time_clip(now - number_ * kMsPerDay);
        case 'w': return time_clip(now - number_ * 7 * kMsPerDay);
        default: break;
    }
    const double days = std::floor(now / kMsPerDay);
    Civil date = civil_from_days(static_cast<long long>(days));
    if (unit_ == 'm') {
        long long month = date.year * 12 + date.month - 1;
        for (int step = 0; step < number_ && date.day > 28; ++step) {
            const long long at = month - step - 1;
            date.day = std::min(date.day, days_in_month(at >= 0 ? at / 12 : (at - 11) / 12,
                                                        static_cast<int>(((at % 12) + 12) % 12) + 1));
        }
        month -= number_;
        date.year = month >= 0 ? month / 12 : (month - 11) / 12;
        date.month = static_cast<int>(((month % 12) + 12) % 12) + 1;
    } else {
        if (number_ > 0 && date.month == 2 && date.day == 29) date.day = 28;
        date.year -= number_;
    }
    const auto then = static_cast<double>(days_from_civil(date.year, date.month, date.day));
    return time_clip(then * kMsPerDay + (now - days * kMsPerDay));
}

}  // namespace hogvm::flags
