#include <hogvm/date_like.h>

#include <hogvm/javascript.h>

namespace hogvm {
namespace {

/// Reads a text front to back; each step says whether it was there.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    bool digits(int count, int* out) {
        if (rest_.size() < static_cast<std::size_t>(count)) return false;
        int n = 0;
        for (int i = 0; i < count; ++i) {
            const char c = rest_[static_cast<std::size_t>(i)];
            if (c < '0' || c > '9') return false;
            n = n * 10 + (c - '0');
        }
        rest_.remove_prefix(static_cast<std::size_t>(count));
        *out = n;
        return true;
    }
    bool one_of(std::string_view characters, char* out = nullptr) {
        if (rest_.empty() || characters.find(rest_[0]) == std::string_view::npos) return false;
        if (out != nullptr) *out = rest_[0];
        rest_.remove_prefix(1);
        return true;
    }
    bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

bool read_fraction(Cursor& in, int* millisecond) {
    int digit = 0;
    int count = 0;
    int scale = 100;
    while (count < 10 && in.digits(1, &digit)) {
        *millisecond += digit * scale;
        scale /= 10;
        ++count;
    }
    return count >= 1 && count <= 9;
}

bool read_zone(Cursor& in, DateLike* d) {
    char sign = 0;
    if (in.one_of("Zz")) {
        d->offset_minutes = 0;
    } else if (in.one_of("+-", &sign)) {
        int hours = 0;
        int minutes = 0;
        if (!in.digits(2, &hours) || hours > 23) return false;
        if (!in.at_end()) {
            in.one_of(":");
            if (!in.digits(2, &minutes) || minutes > 59) return false;
        }
        d->offset_minutes = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    }
    return true;
}

bool read_time(Cursor& in, DateLike* d) {
    if (!in.digits(2, &d->hour) || d->hour > 23 || !in.one_of(":") || !in.digits(2, &d->minute) || d->minute > 59)
        return false;
    if (in.one_of(":")) {
        if (!in.digits(2, &d->second) || d->second > 59) return false;
        if (in.one_of(".,") && !read_fraction(in, &d->millisecond)) return false;
    }
    return read_zone(in, d);
}

}  // namespace

long long days_from_civil(long long year, int month, int day) {
    // Years counted from March, in eras of 400 years, which all have the same number of days.
    const long long y = month <= 2 ? year - 1 : year;
    const long long era = (y >= 0 ? y : y - 399) / 400;
    const long long year_of_era = y - era * 400;
    const long long day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const long long day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

int days_in_month(long long year, int month) {
    static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : kDays[month - 1];
}

std::optional<DateLike> parse_date_like(std::string_view text) {
    Cursor in(javascript::trim(text));
    DateLike d{};
    if (!in.digits(4, &d.year) || !in.one_of("-") || !in.digits(2, &d.month) || !in.one_of("-") ||
        !in.digits(2, &d.day))
        return std::nullopt;
    if (d.year == 0 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > days_in_month(d.year, d.month))
        return std::nullopt;
    if (in.one_of("Tt ") && !read_time(in, &d)) return std::nullopt;
    if (!in.at_end()) return std::nullopt;
    return d;
}

std::optional<double> date_like_seconds(std::string_view text) {
    const std::optional<DateLike> d = parse_date_like(text);
    if (!d) return std::nullopt;
    const long long minutes =
        days_from_civil(d->year, d->month, d->day) * 1440 + d->hour * 60 + d->minute - d->offset_minutes.value_or(0);
    return static_cast<double>((minutes * 60 + d->second) * 1000 + d->millisecond) / 1000;
}

}  // namespace hogvm
