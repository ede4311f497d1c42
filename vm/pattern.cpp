#include <hogvm/pattern.h>

#include <algorithm>
#include <cctype>
#include <list>
#include <mutex>

#include <re2/re2.h>
#include <re2/set.h>

#include <hogvm/error.h>
#include <hogvm/hash.h>
#include <hogvm/javascript.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "regex.h"

namespace hogvm::pattern {
namespace {

constexpr std::size_t kDefaultCapacity = 1000;
constexpr std::int64_t kMemoryPerSet = 8 << 20;  // bytes: of patterns that are searched for together
constexpr std::size_t kLargestSet = 100'000;     // instructions
constexpr double kLongestSearchMs = 100;         // of a set

using Automaton = std::shared_ptr<const Regex>;

/// Hosts of the reference reach RE2 through packages that let patterns be written as in JavaScript here and there:
/// `\uXXXX` and `\u{X}` for a character, `(?<name>` for a named group.
std::string in_re2_syntax(std::string_view pattern) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const std::string_view rest = pattern.substr(i);
        const auto is_hex = [&](std::size_t at) {
            return at < rest.size() && std::isxdigit(static_cast<unsigned char>(rest[at]));
        };
        if (rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!")) {
            out += "(?P<";
            i += 2;
        } else if (rest.starts_with("\\u{")) {
            out += "\\x{";
            i += 2;
        } else if (rest.starts_with("\\u") && is_hex(2) && is_hex(3) && is_hex(4) && is_hex(5)) {
            out.append("\\x{").append(rest.substr(2, 4)).append("}");
            i += 5;
        } else {
            out.append(rest.substr(0, rest[0] == '\\' ? 2 : 1));
            if (rest[0] == '\\') ++i;
        }
    }
    return out;
}

Automaton compile(std::string_view pattern) { return std::make_shared<const Regex>(in_re2_syntax(pattern)); }

/// Least recently used out first. One lock: it is held for a look-up only, never while a pattern is compiled or run.
class Cache {
  public:
    Automaton get(std::string_view pattern) {
        {
            const std::lock_guard lock(mutex_);
            if (const auto found = by_text_.find(pattern); found != by_text_.end()) {
                ++hits_;
                recent_.splice(recent_.begin(), recent_, found->second);
                return found->second->compiled;
            }
            ++misses_;
        }
        Automaton compiled = compile(pattern);
        const std::lock_guard lock(mutex_);
        if (capacity_ == 0 || by_text_.contains(pattern)) return compiled;
        recent_.push_front({std::string(pattern), compiled});
        by_text_.emplace(recent_.front().text, recent_.begin());
        shrink();
        return compiled;
    }

    CacheStatistics statistics() {
        const std::lock_guard lock(mutex_);
        return {hits_, misses_, recent_.size(), capacity_};
    }

    void add_hits(std::uint64_t hits) {
        const std::lock_guard lock(mutex_);
        hits_ += hits;
    }

    void set_capacity(std::size_t capacity) {
        const std::lock_guard lock(mutex_);
        capacity_ = capacity;
        shrink();
    }

  private:
    struct Item {
        std::string text;
        Automaton compiled;
    };

    void shrink() {
        while (recent_.size() > capacity_) {
            by_text_.erase(recent_.back().text);
            recent_.pop_back();
        }
    }

    std::mutex mutex_;
    std::size_t capacity_ = kDefaultCapacity;
    std::list<Item> recent_;
    KeyedMap<std::string_view, std::list<Item>::iterator> by_text_;
    std::uint64_t hits_ = 0;
    std::uint64_t misses_ = 0;
};

Cache& cache() {
    static Cache the_cache;
    return the_cache;
}

/// The patterns that a thread used last, which need no lock. Its hits are added to the cache's by the hundred.
class ThreadPatterns {
  public:
    ~ThreadPatterns() { report_hits(); }

    /// `pattern` is one of `form`, and `expression_of` gives the regular expression that it stands for.
    template <typename Expression>
    const Regex& get(std::string_view pattern, Form form, Expression expression_of) {
        // A slot has one pattern, so that to collide on purpose gains nothing; and which ones do is not left to chance.
        Slot& slot = slots_[(std::hash<std::string_view>()(pattern) + static_cast<std::size_t>(form)) % kSlots];
        if (slot.compiled != nullptr && slot.form == form && slot.text == pattern) {
            if (++hits_ >= 100) report_hits();
        } else {
            Regex::check_length(pattern.size());
            slot.compiled = cache().get(expression_of());
            slot.text = pattern;
            slot.form = form;
        }
        return *slot.compiled;
    }

    void report_hits() {
        if (hits_ > 0) cache().add_hits(hits_);
        hits_ = 0;
    }

  private:
    static constexpr std::size_t kSlots = 16;
    struct Slot {
        std::string text;
        Form form = Form::Regex;
        Automaton compiled;
    };
    Slot slots_[kSlots];
    std::uint64_t hits_ = 0;
};

ThreadPatterns& thread_patterns() {
    cache();  // made first, so that it outlives what reports to it
    thread_local ThreadPatterns patterns;
    return patterns;
}

const Regex& compiled(std::string_view pattern) {
    return thread_patterns().get(pattern, Form::Regex, [pattern] { return pattern; });
}

/// A value as the text that a search is in, or for: String(v), lone surrogates replaced.
class Text {
  public:
    explicit Text(Value v) {
        if (v.is_string()) {
            view_ = text::well_formed(v, buffer_);
        } else {
            std::string s = javascript::to_string(v);
            if (text::well_formed(s, buffer_).data() == s.data()) buffer_ = std::move(s);
            view_ = buffer_;
        }
    }
    std::string_view view() const { return view_; }

  private:
    std::string buffer_;
    std::string_view view_;
};

char lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); }

/// How many bytes of `text` at `i` are the ASCII letter or other character `wanted`, without regard to case; 0 if they
/// are not. RE2 folds two letters beyond ASCII into ASCII ones: the Kelvin sign into k, the long s into s.
std::size_t folded_length(std::string_view text, std::size_t i, char wanted) {
    const char c = lower(wanted);
    if (lower(text[i]) == c) return 1;
    if (c == 'k' && text.substr(i).starts_with("\u212A")) return 3;
    return c == 's' && text.substr(i).starts_with("\u017F") ? 2 : 0;
}

/// The text with each letter that is an ASCII one without regard to case as that letter in lower case.
std::string folded(std::string_view text) {
    check_text(text.size());
    std::string out;
    out.reserve(text.size());
    Work work;
    for (std::size_t i = 0; i < text.size(); work.step()) {
        const std::string_view rest = text.substr(i);
        const bool is_kelvin = rest.starts_with("\u212A");
        const bool is_long_s = rest.starts_with("\u017F");
        out += is_kelvin ? 'k' : is_long_s ? 's' : lower(rest[0]);
        i += is_kelvin ? 3 : is_long_s ? 2 : 1;
    }
    return out;
}

/// Whether the ASCII text `needle` is in `text` without regard to case.
bool contains_ignoring_case(std::string_view text, std::string_view needle) {
    constexpr std::size_t kShort = 64;
    if (needle.empty()) return true;
    if (needle.size() > kShort) return text::find(folded(text), folded(needle)) != std::string_view::npos;
    Work work;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::size_t at = i;
        std::size_t k = 0;
        for (; k < needle.size() && at < text.size(); ++k) {
            const std::size_t length = folded_length(text, at, needle[k]);
            if (length == 0) break;
            at += length;
        }
        if (k == needle.size()) return true;
        work.step(k + 1);
    }
    return false;
}

/// What is between the '%' at the ends of a LIKE pattern: they may match nothing, so the search is for the rest.
std::string_view core_of(std::string_view like) {
    Work work;
    for (; like.starts_with('%'); work.step()) like.remove_prefix(1);
    for (; like.ends_with('%'); work.step()) like.remove_suffix(1);
    return like;
}

bool is_literal(std::string_view core, bool ignore_case) {
    const bool has_wildcards = core.find('%') != std::string_view::npos || core.find('_') != std::string_view::npos;
    return !has_wildcards && (!ignore_case || text::is_ascii(core));
}

std::string expression_of(std::string_view core, bool ignore_case) {
    std::string re = ignore_case ? "(?i)" : "";
    for (std::size_t i = 0; i < core.size();) {
        const std::size_t special = std::min(core.find_first_of("%_", i), core.size());
        const std::string_view part = core.substr(i, special - i);
        re += RE2::QuoteMeta(re2::StringPiece(part.data(), part.size()));
        if (special < core.size()) re += core[special] == '%' ? ".*" : ".";
        i = special + 1;
    }
    return re;
}

bool contains(std::string_view text, std::string_view literal, bool ignore_case) {
    return ignore_case ? contains_ignoring_case(text, literal) : text::find(text, literal) != std::string_view::npos;
}

}  // namespace

bool search(Value text, Value pattern, bool ignore_case) {
    const Text p(pattern);
    const Text t(text);
    if (!ignore_case) return compiled(p.view()).is_in(t.view());
    const auto expression = [&p] { return "(?i)" + std::string(p.view()); };
    return thread_patterns().get(p.view(), Form::RegexIgnoringCase, expression).is_in(t.view());
}

bool extract(std::string_view text, std::string_view pattern, std::string& out) {
    re2::StringPiece match;
    re2::StringPiece group;
    if (!compiled(pattern).find(text, match, group)) return false;
    out = (group.data() != nullptr ? group : match).as_string();
    return true;
}

bool like(Value text, Value pattern, bool ignore_case) {
    const Text p(pattern);
    const Text t(text);
    const std::string_view core = core_of(p.view());
    if (is_literal(core, ignore_case)) return contains(t.view(), core, ignore_case);
    const auto expression = [core, ignore_case] { return expression_of(core, ignore_case); };
    const Form form = ignore_case ? Form::LikeIgnoringCase : Form::Like;
    return thread_patterns().get(core, form, expression).is_in(t.view());
}

Compiled::Compiled(Form form, Value pattern)
    : ignore_case_(form == Form::RegexIgnoringCase || form == Form::LikeIgnoringCase) {
    const Text p(pattern);
    if (form == Form::Like || form == Form::LikeIgnoringCase) {
        const std::string_view core = core_of(p.view());
        expression_ = expression_of(core, ignore_case_);
        if (is_literal(core, ignore_case_)) literal_ = core;
    } else {
        expression_ = in_re2_syntax((ignore_case_ ? "(?i)" : "") + std::string(p.view()));
    }
    if (!literal_) re_ = std::make_shared<const Regex>(expression_);
}

Compiled::~Compiled() = default;
Compiled::Compiled(Compiled&&) noexcept = default;
Compiled& Compiled::operator=(Compiled&&) noexcept = default;

bool Compiled::is_in(Value text) const {
    const Text t(text);
    return literal_ ? contains(t.view(), *literal_, ignore_case_) : re_->is_in(t.view());
}

std::size_t Compiled::size() const { return literal_ ? literal_->size() : re_->size(); }

class CompiledSet::Impl {
  public:
    Impl() : set(options(), RE2::UNANCHORED) {}

    RE2::Set set;
    std::size_t size = 0;
    bool is_ready = false;

  private:
    static RE2::Options options() {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(kMemoryPerSet);
        return options;
    }
};

CompiledSet::CompiledSet(std::span<const Compiled* const> patterns) : impl_(std::make_unique<Impl>()) {
    for (const Compiled* pattern : patterns) impl_->size += pattern->size();
    if (impl_->size > kLargestSet) return;
    for (const Compiled* pattern : patterns)
        if (impl_->set.Add(pattern->expression(), nullptr) < 0) return;
    impl_->is_ready = impl_->set.Compile();
}

CompiledSet::~CompiledSet() = default;
CompiledSet::CompiledSet(CompiledSet&&) noexcept = default;
CompiledSet& CompiledSet::operator=(CompiledSet&&) noexcept = default;

bool CompiledSet::search(Value text, std::vector<int>& found) const {
    found.clear();
    if (!impl_->is_ready) return false;
    const Text t(text);
    if (longest_search_ms(impl_->size, t.view().size()) > kLongestSearchMs) return false;
    RE2::Set::ErrorInfo error{RE2::Set::kNoError};
    const bool any = impl_->set.Match(re2::StringPiece(t.view().data(), t.view().size()), &found, &error);
    return any || error.kind == RE2::Set::kNoError;
}

CacheStatistics cache_statistics() {
    thread_patterns().report_hits();
    return cache().statistics();
}
void set_cache_capacity(std::size_t patterns) { cache().set_capacity(patterns); }

}  // namespace hogvm::pattern
