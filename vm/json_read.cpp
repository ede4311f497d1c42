#include <algorithm>
#include <charconv>
#include <type_traits>
#include <utility>

#include <boost/json/value.hpp>

#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "json_plain.h"

namespace hogvm::json {
namespace {

constexpr std::size_t kMostMembers = 64;  // of an object, in a projection

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::size_t kLongText = 1024;  // bytes; what a shorter one takes is a step of its value

/// Reads one document. With a null heap it only checks.
class Reader {
  public:
    Reader(std::string_view text, Heap* heap) : text_(text), heap_(heap) {}

    Value document(const Projection* part = nullptr) {
        const Value v = value(0, part);
        skip_space();
        if (at_ != text_.size()) reject("unexpected text after the document");
        return v;
    }

  private:
    [[noreturn]] void reject(const std::string& what) const { reject(what, at_); }
    [[noreturn]] void reject(const std::string& what, std::size_t offset) const {
        throw ParseError{what + " at offset " + std::to_string(offset), offset};
    }

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_space() {
        for (; at_ < text_.size() && is_space(text_[at_]); ++at_) work_.step();
    }
    void expect(char c) {
        if (peek() != c) reject(std::string("expected '") + c + "'");
        ++at_;
    }
    void skip_digits() {
        constexpr std::size_t kStretch = 1 << 14;
        for (;;) {
            std::size_t at = at_;
            const std::size_t end = std::min(text_.size(), at + kStretch);
            while (at < end && is_digit(text_[at])) ++at;
            const bool is_whole = at - at_ == kStretch;
            at_ = at;
            if (!is_whole) return;
            work_.step(kStretch / 4);
        }
    }
    Value literal(std::string_view word, Value v) {
        if (text_.substr(at_, word.size()) != word) reject("expected a value");
        at_ += word.size();
        return v;
    }

    /// `part` says what of it to build, if that is not all.
    Value value(int depth, const Projection* part = nullptr) {
        work_.step(4);
        skip_space();
        if (at_ == text_.size()) reject("unexpected end of the text");
        switch (text_[at_]) {
            case '{': return object(depth + 1, part != nullptr && !part->is_whole ? part : nullptr);
            case '[': return array(depth + 1);
            case '"': return string();
            case 't': return literal("true", Value::boolean(true));
            case 'f': return literal("false", Value::boolean(false));
            case 'n': return literal("null", Value::null());
            default: return number();
        }
    }

    void check_depth(int depth) const {
        if (depth > kMaxDepth) reject("nested deeper than " + std::to_string(kMaxDepth) + " levels");
    }

    /// What the container being read holds waits on the heap's scratch, above what those around it hold.
    template <typename Item>
    class Pending {
      public:
        explicit Pending(Heap* heap) : heap_(heap), base_(heap != nullptr ? scratch().size() : 0) {}
        ~Pending() {
            if (heap_ != nullptr) scratch().resize(base_);
        }
        Pending(const Pending&) = delete;
        Pending& operator=(const Pending&) = delete;
        void add(Item item) {
            if (heap_ == nullptr) return;
            if (scratch().size() == scratch().capacity()) grow();
            scratch().push_back(item);
        }
        std::span<const Item> items() const { return std::span<const Item>(scratch()).subspan(base_); }

      private:
        std::vector<Item>& scratch() const {
            if constexpr (std::is_same_v<Item, Entry>) return heap_->scratch();
            if constexpr (std::is_same_v<Item, Value>) return heap_->items_scratch();
        }
        /// What waits grows to twice its size; for a while both are there.
        void grow() {
            constexpr std::size_t kFirst = 64;
            const std::size_t size = std::max(scratch().size() * 2, kFirst);
            if ((scratch().size() + size) * sizeof(Item) + heap_->bytes() > heap_->max_bytes())
                fail(ErrorKind::Memory, "Out of memory: a document that needs more than " +
                                            std::to_string(heap_->max_bytes()) + " bytes to be read");
            scratch().reserve(size);
        }

        Heap* heap_;
        std::size_t base_;
    };

    Value array(int depth) {
        check_depth(depth);
        expect('[');
        Pending<Value> pending(heap_);
        skip_space();
        if (peek() == ']') {
            ++at_;
        } else {
            for (;;) {
                Value v;
                pending.add(small_integer(v) ? v : value(depth));
                skip_space();
                if (peek() == ']') break;
                if (peek() != ',') reject("expected ',' or ']'");
                ++at_;
            }
            ++at_;
        }
        if (heap_ == nullptr) return {};
        return Value::array(heap_->array_of(pending.items()));
    }

    /// Reads one of a digit or two, as most of a program's tokens are, if it is that.
    bool small_integer(Value& v) {
        if (text_.size() - at_ < 3 || !is_digit(text_[at_])) return false;
        const char* const at = text_.data() + at_;
        int n = at[0] - '0';
        std::size_t digits = 1;
        if (n != 0 && is_digit(at[1])) n = n * 10 + (at[digits++] - '0');
        if (at[digits] != ',' && at[digits] != ']') return false;
        at_ += digits;
        v = Value::integer(n);
        return true;
    }

    void pass_over_value(int depth) {
        Heap* const heap = std::exchange(heap_, nullptr);
        value(depth);
        heap_ = heap;
    }

    Value object(int depth, const Projection* part) {
        check_depth(depth);
        expect('{');
        Pending<Entry> pending(heap_);
        skip_space();
        if (peek() == '}') {
            ++at_;
        } else {
            for (;;) {
                skip_space();
                if (peek() != '"') reject("expected a key in double quotes");
                const Value key = string();
                skip_space();
                expect(':');
                const Projection* member = part != nullptr ? part->find(key.as_text()) : nullptr;
                if (part != nullptr && member == nullptr) {
                    pass_over_value(depth);
                } else {
                    pending.add({key, value(depth, member)});
                }
                skip_space();
                if (peek() == '}') break;
                if (peek() != ',') reject("expected ',' or '}'");
                ++at_;
            }
            ++at_;
        }
        if (heap_ == nullptr) return {};
        return Value::object(heap_->object_of(pending.items()));
    }

    /// Moves over plain text. Returns whether all was ASCII.
    bool skip_plain() {
        const Plain plain = plain_text(text_.substr(at_));
        at_ += plain.size;
        return plain.is_ascii;
    }

    void check_utf8(std::string_view part) const {
        std::size_t bad = 0;
        if (!text::is_utf8(part, &bad))
            reject("invalid UTF-8", static_cast<std::size_t>(part.data() - text_.data()) + bad);
    }

    Value string() {
        const std::size_t start = ++at_;
        const bool ascii = skip_plain();
        const std::string_view plain = text_.substr(start, at_ - start);
        if (plain.size() >= kLongText) work_.step(plain.size() / 16);
        if (!ascii) check_utf8(plain);
        if (peek() != '"' || at_ == text_.size()) return escaped_string(plain);
        ++at_;
        if (plain.size() > UINT32_MAX) reject("a string of more than 4 GiB", start);
        return ascii || heap_ == nullptr ? Value::ascii(plain) : Value::text(plain);
    }

    Value escaped_string(std::string_view before) {
        std::string scratch;
        scratch.append(before);
        for (;;) {
            if (at_ == text_.size()) reject("unexpected end of the text in a string");
            const char c = text_[at_];
            if (c == '"') break;
            if (c != '\\') reject("a control character in a string");
            ++at_;
            escape(scratch);
            work_.step();
            const std::size_t start = at_;
            if (!skip_plain()) check_utf8(text_.substr(start, at_ - start));
            scratch.append(text_.substr(start, at_ - start));
        }
        ++at_;
        return heap_ != nullptr ? heap_->string(scratch) : Value();
    }

    void escape(std::string& out) {
        const char c = peek();
        static constexpr std::string_view kLetters = "\"\\/bfnrt";
        static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        const std::size_t letter = kLetters.find(c);
        if (letter != std::string_view::npos && at_ < text_.size()) {
            out += kMeanings[letter];
            ++at_;
            return;
        }
        if (c != 'u') reject("a bad escape in a string");
        ++at_;
        std::uint32_t unit = 0;
        const char* first = text_.data() + at_;
        if (text_.size() - at_ < 4 || std::from_chars(first, first + 4, unit, 16).ptr != first + 4)
            reject("expected four hexadecimal digits");
        at_ += 4;
        text::append(unit, out);
    }

    Value number() {
        const std::size_t start = at_;
        const bool negative = peek() == '-';
        if (negative) ++at_;
        if (!is_digit(peek())) reject("expected a value", start);
        std::uint64_t n = 0;
        bool fits = true;
        if (peek() == '0') {
            ++at_;
        } else {
            for (; fits && is_digit(peek()); ++at_) {
                fits = n <= (UINT64_MAX - 9) / 10;
                n = n * 10 + static_cast<std::uint64_t>(peek() - '0');
            }
            if (!fits) skip_digits();
        }
        bool is_integer = true;
        if (peek() == '.') {
            is_integer = false;
            ++at_;
            if (!is_digit(peek())) reject("expected a digit");
            skip_digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            is_integer = false;
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            if (!is_digit(peek())) reject("expected a digit");
            skip_digits();
        }
        const std::uint64_t most = static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
        if (is_integer && fits && n <= most && !(negative && n == 0))
            return Value::integer(static_cast<std::int64_t>(negative ? 0 - n : n));
        if (heap_ == nullptr) return {};
        return Value::number(javascript::number_of(text_.substr(start, at_ - start)));
    }

    std::string_view text_;
    Heap* heap_;
    std::size_t at_ = 0;
    Work work_;
};

constexpr std::size_t kManyMembers = 32;  // made whole: in whichever order they come, it takes as long

Value from_boost_at(const boost::json::value& json, Heap& heap, Texts texts, int depth) {
    const auto text = [&](std::string_view t) { return texts == Texts::Copied ? heap.string(t) : Value::text(t); };
    if (depth > kMaxDepth) fail(ErrorKind::Depth, "JSON nested deeper than " + std::to_string(kMaxDepth) + " levels");
    switch (json.kind()) {
        case boost::json::kind::null: return Value::null();
        case boost::json::kind::bool_: return Value::boolean(json.get_bool());
        case boost::json::kind::int64: return Value::integer(json.get_int64());
        case boost::json::kind::uint64: {
            const std::uint64_t n = json.get_uint64();
            return n <= INT64_MAX ? Value::integer(static_cast<std::int64_t>(n)) : Value::real(static_cast<double>(n));
        }
        case boost::json::kind::double_: return Value::number(json.get_double());
        case boost::json::kind::string: return text({json.get_string().data(), json.get_string().size()});
        case boost::json::kind::array: {
            Array* a = heap.array(json.get_array().size());
            for (const auto& item : json.get_array()) heap.append(a, from_boost_at(item, heap, texts, depth + 1));
            return Value::array(a);
        }
        case boost::json::kind::object: break;
    }
    const boost::json::object& object = json.get_object();
    const auto key_of = [&](const auto& member) { return text({member.key().data(), member.key().size()}); };
    if (object.size() > kManyMembers) {
        std::vector<Entry> members;
        members.reserve(object.size());
        for (const auto& member : object)
            members.push_back({key_of(member), from_boost_at(member.value(), heap, texts, depth + 1)});
        return Value::object(heap.object_of(members));
    }
    Dict* o = heap.object(object.size());
    for (const auto& member : object)
        heap.set_member(o, key_of(member), from_boost_at(member.value(), heap, texts, depth + 1));
    return Value::object(o);
}

}  // namespace

void Projection::add(std::span<const Value> path) {
    Projection* at = this;
    for (const Value name : path) {
        if (at->is_whole) return;
        const Projection* found = at->find(name.as_text());
        if (found == nullptr) {
            if (at->members.size() == kMostMembers) break;  // they are searched one by one
            at->members.push_back({name.as_text()});
            found = &at->members.back();
        }
        at = const_cast<Projection*>(found);
    }
    at->is_whole = true;
    at->members.clear();
}

bool Projection::covers(std::span<const Value> path) const {
    const Projection* at = this;
    for (const Value name : path) {
        if (at->is_whole) return true;
        at = name.is_string() ? at->find(name.as_text()) : nullptr;
        if (at == nullptr) return false;
    }
    return at->is_whole;
}

const Projection* Projection::find(std::string_view name) const {
    const auto is_named = [name](const Projection& member) {
        // Keys tend to begin alike and to end differently.
        if (member.key.size() != name.size()) return false;
        return name.empty() || (member.key.back() == name.back() && member.key == name);
    };
    const auto found = std::ranges::find_if(members, is_named);
    return found != members.end() ? &*found : nullptr;
}

Value parse(std::string_view text, Heap& heap) { return Reader(text, &heap).document(); }
Value parse_copy(std::string_view text, Heap& heap) {
    return parse(heap.string_units(text, 0).as_text(), heap);  // nobody asks for the text's units
}
Value parse(std::string_view text, Heap& heap, const Projection& part) { return Reader(text, &heap).document(&part); }

bool is_valid(std::string_view text) {
    try {
        Reader(text, nullptr).document();
        return true;
    } catch (const ParseError&) {
        return false;
    }
}

Value from_boost(const boost::json::value& json, Heap& heap, Texts texts) {
    return from_boost_at(json, heap, texts, 0);
}

}  // namespace hogvm::json
