// One property's test: an operator with its filter, prepared when definitions are loaded.
//
// The operators are those of posthog-node, whose values are JavaScript's: `String(x)` prints, `toLowerCase` folds. What
// is constant is made ready once: texts lower-cased, numbers, dates and versions parsed, patterns compiled. A filter
// that the operator can't use is `unsupported` whatever the property is; a property's value of no use is `missing`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hogvm/heap.h>
#include <hogvm/value.h>

#include "javascript_date.h"
#include "portable_pattern.h"
#include "verdict.h"
#include "version.h"

namespace hogvm::flags {

enum class Operator : std::uint8_t {
    Exact,
    IsNot,
    IsSet,
    IsNotSet,
    Contains,
    NotContains,
    StartsWith,
    NotStartsWith,
    EndsWith,
    NotEndsWith,
    Regex,
    NotRegex,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    DateBefore,
    DateAfter,
    VersionEqual,
    VersionNotEqual,
    VersionGreater,
    VersionGreaterEqual,
    VersionLess,
    VersionLessEqual,
    VersionTilde,
    VersionCaret,
    VersionWildcard,
    Unknown,
};
inline constexpr std::size_t kOperators = static_cast<std::size_t>(Operator::Unknown) + 1;

/// As definitions name it; "unknown" for Unknown.
std::string_view name_of(Operator op);

/// What a test may ask for beside the property.
class TestContext {
  public:
    explicit TestContext(Heap& working_heap) : heap(working_heap) {}

    /// A new evaluation, at the given time or now.
    void begin(std::optional<double> fixed_now_ms) { now_ms_ = fixed_now_ms; }

    Heap& heap;  // for what is needed while a test decides
    /// The time of this evaluation: as given, else the system's clock, read once.
    double now_ms();

  private:
    std::optional<double> now_ms_;
};

class PropertyTest {
  public:
    struct Options {
        bool is_version_2 = false;  // property_matching_version
        LocalZone zone{"UTC"};
        mutable std::size_t pattern_room = PortablePattern::kRoom;
    };

    /// Of a property's definition; `filter` is undefined where it has no "value".
    PropertyTest(std::string key, Value operator_name, Value filter, const Options& options, Heap& heap);

    const std::string& key() const { return key_; }
    Operator op() const { return op_; }
    /// Why the filter is of no use; empty if it is good.
    const std::string& fault() const { return fault_; }
    /// What is odd about a filter that is good as such: a pattern that can't be decided here, or is none.
    std::string_view warning() const;

    /// `actual` is a hole where the property is missing.
    Verdict verdict(Value actual, TestContext& context) const;

  private:
    void prepare(Value filter, const Options& options, Heap& heap);
    void prepare_exact(Value filter, const Options& options, Heap& heap);
    void prepare_date(Value filter);
    void prepare_version(const std::string& filter);

    Verdict missing() const { return inconclusive(fault_.empty() ? kMissing : kUnsupported); }
    Verdict decide(Value actual, TestContext& context) const;
    Verdict exact(Value actual, TestContext& context) const;
    Verdict equals_one(Value actual, TestContext& context) const;
    Verdict matches_pattern(Value actual, TestContext& context) const;
    bool finds(Value actual, TestContext& context) const;
    bool compares(Value actual, TestContext& context) const;
    Verdict date(Value actual, TestContext& context) const;
    Verdict version(Value actual, TestContext& context) const;

    /// An item of an exact filter: its text in lower case, or none where the text can't be told.
    using Item = std::optional<std::string>;

    std::string key_;
    Operator op_ = Operator::Unknown;
    std::string fault_;
    LocalZone zone_;

    // exact, is_not
    bool is_truth_ = false;        // compares truth instead of text
    bool is_truthy_ = false;       // the filter is
    bool never_a_number_ = false;  // a boolean-like filter under version 2
    bool is_list_ = false;
    std::vector<Item> items_;
    std::size_t longest_ = 0;  // of the items, in bytes

    std::string text_;   // String(filter), folded where the operator folds
    double number_ = 0;  // of a comparison; NaN if the filter is none
    double date_ms_ = 0;
    std::optional<RelativeDate> relative_;
    VersionRange versions_;  // .from alone where the operator compares
    std::optional<PortablePattern> pattern_;
};

}  // namespace hogvm::flags
