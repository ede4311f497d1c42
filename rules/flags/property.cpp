#include "property.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>

#include <hogvm/javascript.h>
#include <hogvm/text.h>

#include "javascript_text.h"

namespace hogvm::flags {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<std::string_view, kOperators> kNames = {
    "exact",
    "is_not",
    "is_set",
    "is_not_set",
    "icontains",
    "not_icontains",
    "starts_with",
    "not_starts_with",
    "ends_with",
    "not_ends_with",
    "regex",
    "not_regex",
    "gt",
    "gte",
    "lt",
    "lte",
    "is_date_before",
    "is_date_after",
    "semver_eq",
    "semver_neq",
    "semver_gt",
    "semver_gte",
    "semver_lt",
    "semver_lte",
    "semver_tilde",
    "semver_caret",
    "semver_wildcard",
    "unknown",
};

Operator operator_of(Value name) {
    if (!javascript::to_boolean(name)) return Operator::Exact;
    if (!name.is_string()) return Operator::Unknown;
    const auto* const last = kNames.end() - 1;
    const auto* const found = std::find(kNames.begin(), last, name.as_text());
    return static_cast<Operator>(found - kNames.begin());
}

/// The operators that see null as the text "null"; the others are decided by it.
bool reads_null(Operator op) { return op <= Operator::NotRegex; }

bool is_negative(Operator op) {
    return op == Operator::NotContains || op == Operator::NotStartsWith || op == Operator::NotEndsWith;
}

double parsed_number(Value v) {
    if (v.is_number()) return v.as_number();
    std::string buffer;
    return javascript::parse_float(string_of(v, buffer).as_text());
}

/// A text beyond ASCII is compared by UTF-16 units: half a pair may be looked for.
bool starts_with(Value text, Value start, Heap& heap) {
    if (text.is_ascii() || start.is_ascii()) return text.as_text().starts_with(start.as_text());
    if (text.units() < start.units()) return false;
    return text::slice(text, 0, start.units(), heap).as_text() == start.as_text();
}

bool ends_with(Value text, Value end, Heap& heap) {
    if (text.is_ascii() || end.is_ascii()) return text.as_text().ends_with(end.as_text());
    if (text.units() < end.units()) return false;
    return text::slice(text, text.units() - end.units(), text.units(), heap).as_text() == end.as_text();
}

template <typename T>
bool holds(Operator op, const T& a, const T& b) {
    switch (op) {
        case Operator::Greater:
        case Operator::VersionGreater: return a > b;
        case Operator::GreaterEqual:
        case Operator::VersionGreaterEqual: return a >= b;
        case Operator::Less:
        case Operator::VersionLess: return a < b;
        case Operator::LessEqual:
        case Operator::VersionLessEqual: return a <= b;
        case Operator::VersionNotEqual: return a != b;
        default: return a == b;
    }
}

}  // namespace

std::string_view name_of(Operator op) { return kNames[static_cast<std::size_t>(op)]; }

double TestContext::now_ms() {
    if (!now_ms_) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        now_ms_ = std::floor(std::chrono::duration<double, std::milli>(now).count());
    }
    return *now_ms_;
}

PropertyTest::PropertyTest(std::string key, Value operator_name, Value filter, const Options& options, Heap& heap)
    : key_(std::move(key)), op_(operator_of(operator_name)), zone_(options.zone) {
    if (op_ == Operator::Unknown) {
        fault_ = "there is no operator " + (operator_name.is_string() ? '"' + std::string(operator_name.as_text()) + '"'
                                                                      : std::string("of this type"));
    } else {
        prepare(filter, options, heap);
    }
}

std::string_view PropertyTest::warning() const {
    if (!pattern_ || pattern_->kind() == PortablePattern::Kind::Usable) return {};
    if (pattern_->kind() == PortablePattern::Kind::Invalid) return "this is no regular expression: it never matches";
    if (pattern_->kind() == PortablePattern::Kind::TooLarge)
        return "this regular expression, or all together, is too large to be decided here: only the server can tell";
    return "JavaScript and the server read this regular expression differently: only the server can tell";
}

void PropertyTest::prepare(Value filter, const Options& options, Heap& heap) {
    if (op_ == Operator::Exact || op_ == Operator::IsNot) return prepare_exact(filter, options, heap);
    text_ = javascript::to_string(filter);
    switch (op_) {
        case Operator::Contains:
        case Operator::NotContains:
        case Operator::StartsWith:
        case Operator::NotStartsWith:
        case Operator::EndsWith:
        case Operator::NotEndsWith: fold_ascii(text_); break;
        case Operator::Regex:
        case Operator::NotRegex: pattern_.emplace(text_, options.pattern_room); break;
        case Operator::Greater:
        case Operator::GreaterEqual:
        case Operator::Less:
        case Operator::LessEqual: number_ = parsed_number(filter); break;
        case Operator::DateBefore:
        case Operator::DateAfter: prepare_date(filter); break;
        case Operator::IsSet:
        case Operator::IsNotSet: break;
        default: prepare_version(text_); break;
    }
}

void PropertyTest::prepare_exact(Value filter, const Options& options, Heap& heap) {
    const bool boolean_like = is_boolean_like(filter, heap);
    const bool is_empty_list = filter.is(Type::Array) && filter.as_array()->size == 0;
    is_truth_ = (boolean_like && !options.is_version_2) || is_empty_list;
    is_truthy_ = is_truthy(filter, heap);
    never_a_number_ = boolean_like && options.is_version_2;
    is_list_ = filter.is(Type::Array);
    const std::span<const Value> values = is_list_ ? filter.as_array()->values() : std::span<const Value>(&filter, 1);
    for (const Value value : values) {
        std::string text;
        Item item;
        if (append_exact_text(value, text)) item = std::string(text::to_lower(Value::text(text), heap).as_text());
        if (!item) {
            fault_ =
                "JavaScript and the server write this value differently: numbers must be texts here, and text must "
                "be Unicode";
        }
        longest_ = std::max(longest_, item ? item->size() : 0);
        items_.push_back(std::move(item));
    }
}

void PropertyTest::prepare_date(Value filter) {
    date_ms_ = kNaN;
    RelativeDate relative;
    if (!filter.is(Type::Bool) && RelativeDate::parse(text_, relative)) {
        relative_ = relative;
        return;
    }
    if (filter.is_string()) date_ms_ = parse_javascript_date(filter.as_text(), zone_);
    if (filter.is_number()) date_ms_ = time_clip(filter.as_number());
    if (std::isnan(date_ms_)) fault_ = R"(this is no date, such as "2024-02-29", and no time ago, such as "-7d")";
}

void PropertyTest::prepare_version(const std::string& filter) {
    if (op_ == Operator::VersionWildcard) {
        const auto range = wildcard_range(filter);
        if (range) {
            versions_ = *range;
        } else {
            fault_ = "this is no version with a wildcard, such as \"1.2.*\"";
        }
        return;
    }
    const auto version = parse_version(filter);
    if (!version) {
        fault_ = "this is no version, such as \"1.2.3\"";
    } else if (op_ == Operator::VersionTilde) {
        versions_ = tilde_range(*version);
    } else if (op_ == Operator::VersionCaret) {
        versions_ = caret_range(*version);
    } else {
        versions_.from = *version;
    }
}

Verdict PropertyTest::verdict(Value actual, TestContext& context) const {
    if (actual.is(Type::Hole)) return missing();
    if (op_ == Operator::IsSet) return kMatched;
    if (op_ == Operator::IsNotSet) return kNoMatch;
    if (actual.is(Type::Undefined)) return inconclusive(kUnsupported);
    if (actual.is(Type::Null) && !reads_null(op_)) return kNoMatch;
    if (op_ == Operator::Unknown) return inconclusive(kUnsupported);
    return decide(actual, context);
}

Verdict PropertyTest::decide(Value actual, TestContext& context) const {
    switch (op_) {
        case Operator::Exact: return exact(actual, context);
        case Operator::IsNot: return opposite(exact(actual, context));
        case Operator::Contains:
        case Operator::NotContains:
        case Operator::StartsWith:
        case Operator::NotStartsWith:
        case Operator::EndsWith:
        case Operator::NotEndsWith: return matched_if(finds(actual, context) != is_negative(op_));
        case Operator::Regex:
        case Operator::NotRegex: return matches_pattern(actual, context);
        case Operator::Greater:
        case Operator::GreaterEqual:
        case Operator::Less:
        case Operator::LessEqual: return matched_if(compares(actual, context));
        case Operator::DateBefore:
        case Operator::DateAfter: return date(actual, context);
        default: return version(actual, context);
    }
}

Verdict PropertyTest::exact(Value actual, TestContext& context) const {
    if (is_truth_) return is_json(actual) ? matched_if(is_truthy_ == is_truthy(actual, context.heap)) : missing();
    if (never_a_number_ && actual.is_number()) return is_json(actual) ? kNoMatch : missing();
    return equals_one(actual, context);
}

Verdict PropertyTest::equals_one(Value actual, TestContext& context) const {
    if (!is_list_ && !items_.front()) return inconclusive(kUnsupported);
    thread_local std::string buffer;
    Value text = actual;
    buffer.clear();
    if (!append_exact_text(actual, buffer)) return missing();
    if (!actual.is_string()) text = Value::text(buffer);
    if (!text.is_ascii()) {
        if (!may_lower_to(text, longest_)) return fault_.empty() ? kNoMatch : inconclusive(kUnsupported);
        text = text::to_lower(text, context.heap);
    }
    for (const Item& item : items_) {
        if (!item) return inconclusive(kUnsupported);
        const bool is_equal = text.is_ascii() ? equals_lower(text, *item, context.heap) : text.as_text() == *item;
        if (is_equal) return kMatched;
    }
    return kNoMatch;
}

bool PropertyTest::finds(Value actual, TestContext& context) const {
    thread_local std::string folded;
    folded.clear();
    javascript::append_string(actual, folded);
    fold_ascii(folded);
    if (op_ == Operator::Contains || op_ == Operator::NotContains) {
        return text::find(Value::text(folded), Value::text(text_)) != std::string_view::npos;
    }
    const bool at_start = op_ == Operator::StartsWith || op_ == Operator::NotStartsWith;
    return at_start ? starts_with(Value::text(folded), Value::text(text_), context.heap)
                    : ends_with(Value::text(folded), Value::text(text_), context.heap);
}

Verdict PropertyTest::matches_pattern(Value actual, TestContext&) const {
    if (pattern_->kind() == PortablePattern::Kind::Invalid) return kNoMatch;
    if (pattern_->kind() != PortablePattern::Kind::Usable) return inconclusive(kUnsupported | kRegex);
    thread_local std::string buffer;
    switch (pattern_->search(string_of(actual, buffer).as_text())) {
        case PortablePattern::Found::Yes: return matched_if(op_ == Operator::Regex);
        case PortablePattern::Found::No: return matched_if(op_ == Operator::NotRegex);
        default: return inconclusive(kUnsupported | kRegex);
    }
}

bool PropertyTest::compares(Value actual, TestContext&) const {
    thread_local std::string buffer;
    const double number =
        actual.is_number() ? actual.as_number() : javascript::parse_float(string_of(actual, buffer).as_text());
    if (std::isfinite(number) && std::isfinite(number_)) return holds(op_, number, number_);
    return holds(op_, javascript::compare_text(string_of(actual, buffer).as_text(), text_), 0);
}

Verdict PropertyTest::date(Value actual, TestContext& context) const {
    const double wanted = relative_ ? relative_->before(context.now_ms()) : date_ms_;
    if (!fault_.empty()) return inconclusive(kUnsupported);
    double ms = kNaN;
    if (actual.is_string()) ms = parse_javascript_date(actual.as_text(), zone_);
    if (actual.is_number()) ms = time_clip(actual.as_number());
    if (std::isnan(ms)) return missing();
    return matched_if(op_ == Operator::DateBefore ? ms < wanted : ms > wanted);
}

Verdict PropertyTest::version(Value actual, TestContext&) const {
    if (!fault_.empty()) return inconclusive(kUnsupported);
    thread_local std::string buffer;
    const auto version = parse_version(string_of(actual, buffer).as_text());
    if (!version) return missing();
    if (op_ >= Operator::VersionTilde) return matched_if(versions_.contains(*version));
    return matched_if(holds(op_, *version, versions_.from));
}

}  // namespace hogvm::flags
