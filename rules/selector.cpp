#include "selector.h"

#include <algorithm>
#include <cctype>

#include <hogvm/text.h>

namespace hogvm::selector {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80) != 0;
}

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return text;
}

constexpr std::size_t kMostAttributes = 500;  // tested of one element; the pattern for more is too long in any case

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::vector<Complex> list() {
        std::vector<Complex> complexes;
        do {
            complexes.push_back(complex());
        } while (take(','));
        if (!at_end()) fail(std::string("\"") + peek() + "\" makes no sense there");
        return complexes;
    }

  private:
    Complex complex() {
        Complex parts;
        skip_space();
        parts.push_back(compound());
        for (;;) {
            const bool is_apart = skip_space();
            if (at_end() || peek() == ',') break;
            if (peek() == '+' || peek() == '~') {
                fail(std::string("\"") + peek() +
                     "\" asks for an element beside another, which the chain of elements doesn't tell; use a space or "
                     ">");
            }
            const bool is_child = take('>');
            if (!is_child && !is_apart) fail(std::string("\"") + peek() + "\" makes no sense there");
            skip_space();
            parts.push_back(compound());
            parts.back().is_child = is_child;
        }
        std::reverse(parts.begin(), parts.end());
        return parts;
    }

    Compound compound() {
        Compound part;
        const std::size_t start = at_;
        if (!take('*') && (is_name(peek()) || peek() == '\\')) part.tag = lower(name("a tag"));
        for (;;) {
            if (take('.')) {
                part.classes.push_back(name("a class"));
            } else if (take('#')) {
                add_id(part, name("an id"));
            } else if (take('[')) {
                attribute(part);
            } else if (take(':')) {
                pseudo_class(part);
            } else {
                break;
            }
        }
        if (at_ == start) {
            fail(at_end() ? "it ends where an element belongs"
                          : std::string("\"") + peek() + "\" makes no sense there");
        }
        return part;
    }

    void attribute(Compound& part) {
        using enum Attribute::Match;
        Attribute test;
        skip_space();
        test.name = lower(name("an attribute"));
        skip_space();
        if (!take(']')) {
            test.match = take('=') ? Equal : match();
            skip_space();
            test.value = value();
            skip_space();
            if (peek() == 'i' || peek() == 'I' || peek() == 's' || peek() == 'S') {
                test.ignores_case = peek() == 'i' || peek() == 'I';
                ++at_;
                skip_space();
            }
            if (!take(']')) fail("an attribute's test must end with ]");
        }
        add(part, std::move(test));
    }
    /// As what it is said simplest by.
    void add(Compound& part, Attribute test) {
        using enum Attribute::Match;
        if (test.name == "id" && test.match == Equal && !test.ignores_case) return add_id(part, test.value);
        for (const Attribute& other : part.attributes) {
            if (other.name != test.name) continue;
            if (other.match == test.match && other.value == test.value && other.ignores_case == test.ignores_case)
                return;
            fail("it tests the attribute \"" + test.name + "\" twice; say what it must be in one test");
        }
        if (part.attributes.size() == kMostAttributes)
            fail("it tests more than " + std::to_string(kMostAttributes) + " attributes of one element");
        part.attributes.push_back(std::move(test));
    }
    Attribute::Match match() {
        using enum Attribute::Match;
        const char sign = peek();
        ++at_;
        if (!take('=')) fail("after an attribute's name belongs ], =, ^=, $=, *=, ~= or |=");
        switch (sign) {
            case '^': return Begins;
            case '$': return Ends;
            case '*': return Contains;
            case '~': return Word;
            case '|': return Language;
            default: fail(std::string("there is no test \"") + sign + "=\" of attributes");
        }
    }
    std::string value() {
        const char quote = peek();
        if (quote != '"' && quote != '\'') return name("an attribute's value");
        ++at_;
        std::string text;
        while (!at_end() && peek() != quote) text += character();
        if (!take(quote)) fail(std::string("there is no closing ") + quote);
        return text;
    }

    static void add_id(Compound& part, const std::string& id) {
        if (part.ids.empty()) part.ids.push_back(id);
        if (part.ids[0] != id) fail("no element has two ids: " + part.ids[0] + " and " + id);
    }

    void pseudo_class(Compound& part) {
        if (peek() == ':') fail("there are no elements for ::before and the like in the chain; leave it out");
        const std::string which = lower(name("a pseudo-class"));
        if (which == "first-child") return place(part.nth_child, "1");
        if (which == "first-of-type") return place(part.nth_of_type, "1");
        if (which != "nth-child" && which != "nth-of-type") {
            fail("\":" + which +
                 "\" is nothing that the chain of elements tells; there are :nth-child(2) and :nth-of-type(2)");
        }
        if (!take('(')) fail("\":" + which + "\" needs a number in parentheses");
        skip_space();
        std::string digits;
        while (is_digit(peek())) digits += text_[at_++];
        skip_space();
        if (digits.empty() || !take(')')) fail("\":" + which + "\" takes a number only, such as :" + which + "(2)");
        digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
        place(which == "nth-child" ? part.nth_child : part.nth_of_type, digits);
    }
    void place(std::string& slot, const std::string& number) {
        if (!slot.empty() && slot != number) fail("no element is in two places at once: " + slot + " and " + number);
        slot = number;
    }

    std::string name(const char* what) {
        if (is_digit(peek()))
            fail(std::string(what) + " can't begin with a digit; write it as \\3" + peek() + " and a space");
        std::string text;
        while (is_name(peek()) || (peek() == '\\' && at_ + 1 < text_.size())) text += character();
        if (text.empty())
            fail(std::string(what) + " has no name; a special character in one needs a backslash before it");
        return text;
    }
    /// One byte, or what an escape stands for.
    std::string character() {
        if (text_[at_] != '\\' || at_ + 1 >= text_.size()) return std::string(1, text_[at_++]);
        ++at_;
        if (text_[at_] == '\n') return ++at_, std::string();
        if (!is_hex(text_[at_])) return std::string(1, text_[at_++]);
        std::uint32_t code = 0;
        for (int i = 0; i < 6 && is_hex(peek()); ++i) {
            const char c = lower(std::string(1, text_[at_++]))[0];
            code = code * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : c - 'a' + 10);
        }
        if (is_space(peek())) ++at_;
        const bool is_scalar = code != 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
        std::string out;
        text::append(is_scalar ? code : 0xFFFD, out);
        return out;
    }

    bool at_end() const { return at_ >= text_.size(); }
    /// The next character; at the end, 0.
    char peek() const { return at_end() ? '\0' : text_[at_]; }
    bool take(char c) {
        if (at_end() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool skip_space() {
        const std::size_t start = at_;
        while (is_space(peek())) ++at_;
        return at_ > start;
    }
    [[noreturn]] static void fail(std::string message) { throw SyntaxError{std::move(message)}; }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<Complex> parse(std::string_view text) { return Parser(text).list(); }

}  // namespace hogvm::selector
