#include "portable_pattern.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <hogvm/error.h>
#include <hogvm/work.h>

#include "../../vm/regex.h"

namespace hogvm::flags {
namespace {

using Characters = std::bitset<128>;

constexpr std::uint64_t kUnbounded = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kLargestCount = 0xffffffff;  // the server's bound
constexpr int kMostNested = 500;                     // groups in groups
constexpr std::size_t kLongest = 32 * 1024;          // bytes of a pattern, as RE2 takes them
constexpr std::size_t kSizeOfRefused = 10'000;       // what RE2 has made of a pattern before it refuses it

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
int hex_value(char c) { return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10; }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// Printable ASCII that is neither a letter nor a digit, without < and >, whose escapes are word boundaries elsewhere.
bool is_escapable_punctuation(char c) {
    return c >= ' ' && c <= '~' && !is_letter(c) && !is_digit(c) && c != '<' && c != '>';
}

Characters range(int low, int high) {
    Characters set;
    for (int c = low; c <= high; ++c) set.set(static_cast<std::size_t>(c));
    return set;
}

/// What \d \D \s \S \w \W stand for in JavaScript.
Characters shorthand(char letter) {
    switch (letter) {
        case 'd': return range('0', '9');
        case 's': return range('\t', '\r') | range(' ', ' ');
        case 'w': return range('0', '9') | range('A', 'Z') | range('a', 'z') | range('_', '_');
        default: return ~shorthand(static_cast<char>(letter | 0x20));
    }
}

int control(char letter) {
    switch (letter) {
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return '\v';
    }
}

// ---- Whether the syntax is shared ----

/// A `{n}`, `{n,}` or `{n,m}` at the start of `text`.
struct Count {
    std::uint64_t least;
    std::uint64_t most;
    std::size_t length;
};

std::optional<Count> read_count(std::string_view text) {
    std::size_t at = 1;
    const auto number = [&]() -> std::optional<std::uint64_t> {
        const std::size_t start = at;
        std::uint64_t n = 0;
        for (; at < text.size() && is_digit(text[at]); ++at)
            n = std::min(n * 10 + static_cast<std::uint64_t>(text[at] - '0'), kLargestCount + 1);
        return at > start ? std::optional(n) : std::nullopt;
    };
    const auto least = number();
    if (!least || at >= text.size()) return std::nullopt;
    Count count{*least, *least, 0};
    if (text[at] == ',') {
        ++at;
        count.most = number().value_or(kUnbounded);
    }
    if (at >= text.size() || text[at] != '}') return std::nullopt;
    count.length = at + 1;
    return count;
}

/// The check that comes before anything else, and looks at the text only. Collects the classes.
class Portability {
  public:
    explicit Portability(std::string_view pattern) : pattern_(pattern) {}

    bool check(std::vector<std::string_view>& classes) {
        constexpr std::size_t kNone = std::string_view::npos;
        std::size_t class_start = kNone;
        for (std::size_t i = 0; i < pattern_.size(); ++i) {
            const char c = pattern_[i];
            if (!is_ascii(c)) return false;
            if (c == '\\') {
                ++i;
                if (i == pattern_.size()) break;
                if (!check_escape(i, class_start != kNone)) return false;
                previous_ = kLiteral;
            } else if (class_start != kNone) {
                if (c == '[') return false;
                if (c == ']') {
                    const std::size_t content = class_start + (at(class_start + 1) == '^' ? 2 : 1);
                    if (i == content) return false;
                    classes.push_back(pattern_.substr(class_start, i + 1 - class_start));
                    class_start = kNone;
                    previous_ = kLiteral;
                } else if (is_one_of(c, "&-~") && at(i + 1) == c) {
                    return false;
                }
            } else if (!check_outside(i, class_start)) {
                return false;
            }
        }
        return true;
    }

  private:
    static constexpr char kStart = '\0';
    static constexpr char kLiteral = 'a';
    static constexpr char kEmptyGroup = 'e';

    char at(std::size_t i) const { return i < pattern_.size() ? pattern_[i] : '\0'; }

    /// `i` is at the escaped character, and moves over the digits of \xHH.
    bool check_escape(std::size_t& i, bool in_class) const {
        const char c = pattern_[i];
        if (c == 'x') {
            if (!is_hex(at(i + 1)) || !is_hex(at(i + 2))) return false;
            i += 2;
            return true;
        }
        if (!is_one_of(c, "dDsSwWbBfnrtv") && !is_escapable_punctuation(c)) return false;
        return in_class || !is_one_of(c, "bB");
    }

    bool check_outside(std::size_t& i, std::size_t& class_start) {
        const char c = pattern_[i];
        if (c == '[') {
            class_start = i;
        } else if (c == '(' && at(i + 1) == '?') {
            if (at(i + 2) != ':') return false;
            i += 2;
        } else if (c == '{') {
            const auto count = read_count(pattern_.substr(i));
            if (!count || is_one_of(previous_, std::string_view("\0|(", 3))) return false;
            if (count->least > kLargestCount || (count->most != kUnbounded && count->most > kLargestCount))
                return false;
        } else if (is_one_of(c, "*+?}") && (at(i + 1) == '+' || at(i + 1) == '{')) {
            return false;
        }
        if (is_one_of(c, "*+?{") && is_one_of(previous_, "^$e")) return false;
        const bool closes_empty = c == ')' && (previous_ == '(' || previous_ == kEmptyGroup);
        // Letters and NUL must not pass for the marks.
        previous_ = closes_empty ? kEmptyGroup : is_letter(c) || c == kStart ? kLiteral : c;
        return true;
    }

    std::string_view pattern_;
    char previous_ = kStart;
};

}  // namespace

// ---- Parsing ----

struct PortablePattern::Node {
    enum class Op : std::uint8_t { Set, Start, End, Sequence, Choice, Repeat };
    Op op;
    Characters set;
    std::vector<Node> parts;
    std::uint64_t least = 0;
    std::uint64_t most = 0;
};

namespace {

using Node = PortablePattern::Node;
using Op = Node::Op;

struct Syntax {};       // thrown: no regular expression
struct NotPortable {};  // thrown: what only the server knows

/// The members of a class; `text` is from "[" to "]".
class ClassParser {
  public:
    explicit ClassParser(std::string_view text) : text_(text.substr(1, text.size() - 2)) {}

    Characters parse() {
        const bool negated = text_.starts_with('^');
        if (negated) at_ = 1;
        Characters set;
        while (at_ < text_.size()) {
            const Member low = member();
            if (at_ + 1 < text_.size() && text_[at_] == '-') {
                ++at_;
                const Member high = member();
                if (low.single < 0 || high.single < 0) {
                    legacy_ = true;  // a shorthand as an end: both and the hyphen, without the `u` flag
                    set |= low.set | high.set | range('-', '-');
                } else if (low.single > high.single) {
                    throw Syntax{};
                } else {
                    set |= range(low.single, std::min(high.single, 127));
                }
            } else {
                set |= low.set;
            }
        }
        return negated ? ~set : set;
    }

    /// Whether only the grammar without the `u` flag takes it.
    bool is_legacy() const { return legacy_; }

  private:
    struct Member {
        Characters set;
        int single;  // -1: a shorthand
    };

    static Member one(int c) { return {c < 128 ? range(c, c) : Characters(), c}; }

    Member member() {
        const char c = text_[at_++];
        if (c != '\\') return one(c);
        const char escaped = text_[at_++];
        if (escaped == 'x') {
            at_ += 2;
            return one(hex_value(text_[at_ - 2]) * 16 + hex_value(text_[at_ - 1]));
        }
        if (is_one_of(escaped, "dDsSwW")) return {shorthand(escaped), -1};
        if (escaped == 'b') return one('\b');
        if (escaped == 'B') {
            legacy_ = true;
            return one('B');
        }
        if (is_letter(escaped)) return one(control(escaped));
        if (!is_one_of(escaped, "^$\\.*+?()[]{}|/-")) legacy_ = true;
        return one(escaped);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool legacy_ = false;
};

class PatternParser {
  public:
    explicit PatternParser(std::string_view pattern) : pattern_(pattern) {}

    Node parse() {
        Node node = choice(0);
        if (at_ < pattern_.size()) throw Syntax{};  // a ")" too many
        return node;
    }
    bool has_legacy_class() const { return has_legacy_class_; }

  private:
    bool at_end() const { return at_ >= pattern_.size(); }  // beyond it after a backslash that ends the pattern
    bool skip(char c) {
        if (at_end() || pattern_[at_] != c) return false;
        ++at_;
        return true;
    }

    Node choice(int depth) {
        if (depth > kMostNested) throw NotPortable{};
        Node node{Op::Choice, {}, {}};
        do {
            Node branch{Op::Sequence, {}, {}};
            while (!at_end() && pattern_[at_] != '|' && pattern_[at_] != ')') branch.parts.push_back(term(depth));
            node.parts.push_back(std::move(branch));
        } while (skip('|'));
        return node.parts.size() == 1 ? std::move(node.parts[0]) : std::move(node);
    }

    Node term(int depth) {
        if (skip('^')) return {Op::Start, {}, {}};
        if (skip('$')) return {Op::End, {}, {}};
        Node node = atom(depth);
        if (at_end() || !is_one_of(pattern_[at_], "*+?{")) return node;
        Node repeat{Op::Repeat, {}, {}};
        if (pattern_[at_] == '{') {
            const Count count = read_count(pattern_.substr(at_)).value();
            if (count.least > count.most) throw Syntax{};
            repeat.least = count.least;
            repeat.most = count.most;
            at_ += count.length;
        } else {
            const char c = pattern_[at_++];
            repeat.least = c == '+' ? 1 : 0;
            repeat.most = c == '?' ? 1 : kUnbounded;
        }
        skip('?');  // which of several matches it is does not matter
        repeat.parts.push_back(std::move(node));
        return repeat;
    }

    Node atom(int depth) {
        const char c = pattern_[at_++];
        switch (c) {
            case '(': {
                if (skip('?')) ++at_;
                Node inner = choice(depth + 1);
                if (!skip(')')) throw Syntax{};
                return inner;
            }
            case '[': return {Op::Set, class_set(), {}};
            case '\\': return {Op::Set, escape(), {}};
            case '.': return {Op::Set, ~(range('\n', '\n') | range('\r', '\r')), {}};
            case '*':
            case '+':
            case '?': throw Syntax{};  // nothing to repeat
            default: return {Op::Set, range(c, c), {}};
        }
    }

    Characters class_set() {
        const std::size_t start = at_ - 1;
        for (; !at_end() && pattern_[at_] != ']'; ++at_)
            if (pattern_[at_] == '\\') ++at_;
        if (at_ >= pattern_.size()) throw Syntax{};
        ++at_;
        ClassParser parser(pattern_.substr(start, at_ - start));
        const Characters set = parser.parse();
        has_legacy_class_ = has_legacy_class_ || parser.is_legacy();
        return set;
    }

    Characters escape() {
        if (at_end()) throw Syntax{};
        const char c = pattern_[at_++];
        if (c == 'x') {
            at_ += 2;
            const int code = hex_value(pattern_[at_ - 2]) * 16 + hex_value(pattern_[at_ - 1]);
            return code < 128 ? range(code, code) : Characters();
        }
        if (is_one_of(c, "dDsSwW")) return shorthand(c);
        return is_letter(c) ? range(control(c), control(c)) : range(c, c);
    }

    std::string_view pattern_;
    std::size_t at_ = 0;
    bool has_legacy_class_ = false;
};

// ---- Writing for RE2 ----

void append_hex(int c, std::string& out) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += "\\x";
    out += kDigits[static_cast<std::size_t>(c / 16)];
    out += kDigits[static_cast<std::size_t>(c % 16)];
}

void append_set(const Characters& set, std::string& out) {
    if (set.all()) {
        out += "(?s:.)";
        return;
    }
    if (set.none()) {
        out += "[^\\x00-\\x{10ffff}]";
        return;
    }
    if (set.count() == 1) {
        char only = 0;
        while (!set[static_cast<std::size_t>(only)]) ++only;
        return is_letter(only) || is_digit(only) ? void(out += only) : append_hex(only, out);
    }
    out += '[';
    for (int c = 0; c < 128; ++c) {
        if (!set[static_cast<std::size_t>(c)]) continue;
        int last = c;
        while (last < 127 && set[static_cast<std::size_t>(last) + 1]) ++last;
        append_hex(c, out);
        if (last > c) {
            out += '-';
            append_hex(last, out);
        }
        c = last;
    }
    out += ']';
}

void append_re2(const Node& node, std::string& out) {
    switch (node.op) {
        case Op::Set: append_set(node.set, out); break;
        case Op::Start: out += '^'; break;
        case Op::End: out += '$'; break;
        case Op::Sequence:
            for (const Node& part : node.parts) append_re2(part, out);
            break;
        case Op::Choice:
            out += "(?:";
            for (const Node& part : node.parts) {
                if (&part != &node.parts.front()) out += '|';
                append_re2(part, out);
            }
            out += ')';
            break;
        case Op::Repeat:
            out += "(?:";
            append_re2(node.parts[0], out);
            out += "){" + std::to_string(node.least);
            if (node.most != node.least) out += node.most == kUnbounded ? "," : "," + std::to_string(node.most);
            out += '}';
            break;
    }
}

// ---- Matching without RE2 ----

/// Where a part of a pattern can end, given where it can start: sets of positions. Takes time in proportion to the
/// text's length for each node, and for each level of repeats once more, so it is bounded by steps: a position that is
/// looked at, copied or compared.
class PositionSearch {
  public:
    explicit PositionSearch(std::string_view text) : text_(text) {}

    PortablePattern::Found search(const Node& node) {
        try {
            spend(1);
            const Positions ends = after(node, Positions(text_.size() + 1, true));
            const bool found = std::find(ends.begin(), ends.end(), true) != ends.end();
            return found ? PortablePattern::Found::Yes : PortablePattern::Found::No;
        } catch (const Spent&) {
            return PortablePattern::Found::Undecided;
        }
    }

  private:
    using Positions = std::vector<bool>;
    struct Spent {};

    // Measured: up to 1.7 ns a step.
    static constexpr std::size_t kMostSteps = 20'000'000;
    static constexpr std::size_t kStepsOfSet = 16;

    /// Before so many sets of all positions are made, or gone through.
    void spend(std::size_t sets) {
        steps_ += sets * (text_.size() + kStepsOfSet);
        if (steps_ > kMostSteps) throw Spent{};
    }

    Positions after(const Node& node, Positions from) {
        switch (node.op) {
            case Op::Set: {
                spend(1);
                Positions to(from.size(), false);
                for (std::size_t i = 0; i < text_.size(); ++i)
                    to[i + 1] = from[i] && node.set[static_cast<unsigned char>(text_[i])];
                return to;
            }
            case Op::Start: {
                spend(1);
                Positions to(from.size(), false);
                to[0] = from[0];
                return to;
            }
            case Op::End: {
                spend(1);
                Positions to(from.size(), false);
                to.back() = from.back();
                return to;
            }
            case Op::Sequence:
                steps_ += node.parts.size();
                for (const Node& part : node.parts) from = after(part, std::move(from));
                return from;
            case Op::Choice: {
                spend(1);
                Positions to(from.size(), false);
                for (const Node& part : node.parts) {
                    spend(2);
                    add(to, after(part, from));
                }
                return to;
            }
            default: return repeated(node, std::move(from));
        }
    }

    /// Whatever the counts are, the sets come to rest, or to nothing, within as many turns as the text is long.
    Positions repeated(const Node& node, Positions from) {
        for (std::uint64_t turn = 0; turn < node.least; ++turn) {
            spend(2);
            Positions next = after(node.parts[0], from);
            if (next == from) break;
            from = std::move(next);
        }
        spend(1);
        Positions reached = from;
        for (std::uint64_t turn = node.least; turn < node.most; ++turn) {
            spend(1);
            from = after(node.parts[0], std::move(from));
            if (!add(reached, from)) break;
        }
        return reached;
    }

    static bool add(Positions& all, const Positions& more) {
        bool grew = false;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (!more[i] || all[i]) continue;
            all[i] = true;
            grew = true;
        }
        return grew;
    }

    std::string_view text_;
    std::size_t steps_ = 0;
};

}  // namespace

struct PortablePattern::Matcher {
    Node node;
    std::unique_ptr<const Regex> re2;  // null where RE2 refuses the pattern
};

PortablePattern::PortablePattern(std::string_view pattern, std::size_t& room) : matches_all_(pattern.empty()) {
    if (matches_all_) return;
    if (pattern.size() > kLongest || room == 0) {
        kind_ = Kind::TooLarge;
        return;
    }
    std::vector<std::string_view> classes;
    if (!Portability(pattern).check(classes)) {
        kind_ = Kind::NotPortable;
        return;
    }
    try {
        PatternParser parser(pattern);
        Matcher matcher{parser.parse(), nullptr};
        if (parser.has_legacy_class()) throw NotPortable{};
        std::string text;
        append_re2(matcher.node, text);
        try {
            matcher.re2 = std::make_unique<const Regex>(text);
        } catch (const Failure&) {
        }
        const std::size_t size = matcher.re2 != nullptr ? matcher.re2->size() : kSizeOfRefused;
        room -= std::min(room, size + pattern.size());
        matcher_ = std::make_unique<const Matcher>(std::move(matcher));
    } catch (const Syntax&) {
        kind_ = Kind::Invalid;
    } catch (const NotPortable&) {
        kind_ = Kind::NotPortable;
    }
}

PortablePattern::~PortablePattern() = default;
PortablePattern::PortablePattern(PortablePattern&&) noexcept = default;
PortablePattern& PortablePattern::operator=(PortablePattern&&) noexcept = default;

PortablePattern::Found PortablePattern::search(std::string_view text) const {
    if (matches_all_) return Found::Yes;
    if (!std::all_of(text.begin(), text.end(), [](char c) { return is_ascii(c) && c != '\r'; }))
        return Found::Undecided;
    if (matcher_->re2 == nullptr) return PositionSearch(text).search(matcher_->node);
    if (longest_search_ms(matcher_->re2->size(), text.size()) > kPatienceMs) return Found::Undecided;
    return matcher_->re2->is_in(text) ? Found::Yes : Found::No;
}

}  // namespace hogvm::flags
