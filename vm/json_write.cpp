#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include <boost/json/value.hpp>

#include <hogvm/convert.h>
#include <hogvm/hash.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "json_plain.h"

namespace hogvm::json {
namespace {

using namespace std::string_view_literals;

/// Appends to a string. The string is longer than what was written until this is gone, so that writing is a store.
class Output {
  public:
    explicit Output(std::string& text) : text_(text) { point(text.size()); }
    ~Output() { text_.resize(size()); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    std::size_t size() const { return static_cast<std::size_t>(at_ - text_.data()); }
    /// Where to write up to so many bytes, of which `wrote` then says how many they were.
    [[gnu::always_inline]] char* room(std::size_t bytes) {
        if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]]
            grow(bytes);
        return at_;
    }
    void wrote(std::size_t bytes) { at_ += bytes; }

    void put(char c) {
        *room(1) = c;
        ++at_;
    }
    void put(std::string_view text) {
        char* const at = room(text.size());
        if (!text.empty()) std::memcpy(at, text.data(), text.size());
        at_ += text.size();
    }

  private:
    void point(std::size_t size) {
        at_ = text_.data() + size;
        end_ = text_.data() + text_.size();
    }
    void grow(std::size_t more) {
        constexpr std::size_t kFirst = 256;
        constexpr std::size_t kStep = 1 << 20;
        const std::size_t used = size();
        check_text(used + more);
        if (used + more > text_.capacity()) text_.reserve(std::max({kFirst, used * 2, used + more}));
        // Not all at once: a new page takes longer than what is written to it.
        text_.resize(std::min(text_.capacity(), used + std::max(more, kStep)));
        point(used);
    }

    std::string& text_;
    char* at_;
    char* end_;
};

void write_unit(std::uint32_t unit, Output& out) {
    static constexpr char kHex[] = "0123456789abcdef";
    out.put("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) out.put(kHex[unit >> shift & 15]);
}

void write_escaped(char c, Output& out) {
    switch (c) {
        case '"': return out.put("\\\"");
        case '\\': return out.put("\\\\");
        case '\b': return out.put("\\b");
        case '\f': return out.put("\\f");
        case '\n': return out.put("\\n");
        case '\r': return out.put("\\r");
        case '\t': return out.put("\\t");
        default: return write_unit(static_cast<unsigned char>(c), out);
    }
}

/// The first lone surrogate's three bytes, or the end.
std::size_t find_lone_surrogate(std::string_view s) {
    std::size_t at = s.find('\xED');
    while (at != std::string_view::npos && static_cast<unsigned char>(s[at + 1]) < 0xA0) at = s.find('\xED', at + 1);
    return std::min(at, s.size());
}

/// The text in quotes, if it is so plain that it can be copied.
bool write_plain(Value string, Output& out) {
    const std::string_view text = string.as_text();
    if (!string.is_ascii() && find_lone_surrogate(text) != text.size()) return false;
    char* const at = out.room(text.size() + 2);
    if (!copy_plain(text, at + 1)) return false;
    at[0] = at[text.size() + 1] = '"';
    out.wrote(text.size() + 2);
    return true;
}

void write_string(Value string, Output& out) {
    if (write_plain(string, out)) return;
    std::string_view left = string.as_text();
    std::size_t lone = string.is_ascii() ? left.size() : find_lone_surrogate(left);
    out.put('"');
    for (Work work;; work.step(4)) {
        const std::size_t size = plain_text(left.substr(0, lone)).size;
        out.put(left.substr(0, size));
        if (size == left.size()) break;
        if (size < lone) {
            write_escaped(left[size], out);
            left.remove_prefix(size + 1);
            lone -= size + 1;
        } else {
            std::size_t after = size;
            write_unit(text::next(left, &after), out);
            left.remove_prefix(after);
            lone = find_lone_surrogate(left);
        }
    }
    out.put('"');
}

/// Members as an object's are written: keys as strings, array indices first, a repeated key in its first place with its
/// last value.
class Members {
  public:
    explicit Members(const Dict* d) : entries_(d->items()) {
        bool in_order = true;
        for (const Entry& e : entries_)
            in_order = in_order && e.key.is_string() && !javascript::array_index(e.key.as_text());
        if (!in_order && d->type != Type::Object) put_in_order(d);
    }
    std::span<const Entry> entries() const { return entries_; }

  private:
    static constexpr std::size_t kStepsPerKey = 16;

    void put_in_order(const Dict* d) {
        keys_ = std::make_unique<Heap>();
        KeyedMap<std::string_view, std::size_t> places;
        Work work;
        for (const Entry& e : d->items()) {
            work.step(kStepsPerKey);
            const Value key = javascript::to_string(e.key, *keys_);
            const auto [place, is_new] = places.try_emplace(key.as_text(), ordered_.size());
            if (is_new) {
                ordered_.push_back({key, e.value});
            } else {
                ordered_[place->second].value = e.value;
            }
        }
        const auto indices_end = std::stable_partition(ordered_.begin(), ordered_.end(), [](const Entry& e) {
            return javascript::array_index(e.key.as_text()).has_value();
        });
        std::sort(ordered_.begin(), indices_end, [&work](const Entry& a, const Entry& b) {
            work.step();
            return *javascript::array_index(a.key.as_text()) < *javascript::array_index(b.key.as_text());
        });
        entries_ = ordered_;
    }

    std::unique_ptr<Heap> keys_;
    std::vector<Entry> ordered_;
    std::span<const Entry> entries_;
};

/// What JSON.stringify leaves out of an object. Assigning to __proto__ makes no member in JavaScript.
bool is_left_out(Value key, Value v) {
    return v.is(Type::Undefined) || v.is(Type::Hole) || key.as_text() == "__proto__";
}

class Writer {
  public:
    Writer(std::string& out, int indent) : out_(out), indent_(indent) {}

    /// False, with nothing written, for what JSON.stringify leaves out.
    bool write(Value v, int depth) {
        work_.step(v.is_string() ? 4 + v.as_text().size() / 16 : 4);
        switch (v.type()) {
            case Type::Int: write_integer(v.as_int()); return true;
            case Type::Double:
                if (std::isfinite(v.as_double())) {
                    char digits[kLongestNumber];
                    out_.put({digits, javascript::format_number(v.as_double(), digits)});
                } else {
                    out_.put("null");
                }
                return true;
            case Type::Bool: out_.put(v.as_bool() ? "true"sv : "false"sv); return true;
            case Type::Null: out_.put("null"); return true;
            case Type::Undefined:
            case Type::Hole: return false;
            case Type::String: write_string(v, out_); return true;
            default: write_node(v, depth); return true;
        }
    }

  private:
    static constexpr std::size_t kLongestNumber = 32;

    void write_integer(std::int64_t i) {
        char digits[kLongestNumber];
        out_.put({digits, static_cast<std::size_t>(std::to_chars(digits, digits + kLongestNumber, i).ptr - digits)});
    }

    void write_node(Value v, int depth) {
        check_text(out_.size());
        Node* n = v.as_node();
        if (n->visiting) {
            out_.put("null");
            return;
        }
        check_depth(depth + 1);
        const Visit visit(n);
        switch (v.type()) {
            case Type::Array: return write_array(v.as_array(), depth + 1);
            case Type::Closure: return write_closure(v.as_closure(), depth + 1);
            case Type::Callable: return write_callable(v.as_callable(), depth + 1);
            default: return write_dict(v.as_dict(), depth + 1);
        }
    }

    void write_dict(const Dict* d, int depth) {
        const bool was_kept = is_kept_;
        if (d->type == Type::Object && stays_as_it_is(d)) is_kept_ = true;
        if (is_kept_ && d->type == Type::Dict) {
            out_.put("{}");
        } else {
            write_members(Members(d).entries(), depth);
        }
        is_kept_ = was_kept;
    }

    void write_array(const Array* a, int depth) {
        out_.put('[');
        bool first = true;
        for (const Value item : a->values()) {
            if (item.is(Type::Hole)) continue;  // squeezed out, as in every conversion
            separate(first, depth);
            if (!write(item, depth)) out_.put("null");
        }
        close(']', first, depth);
    }

    void write_members(std::span<const Entry> entries, int depth) {
        out_.put('{');
        bool first = true;
        for (const Entry& e : entries) member(e.key, e.value, first, depth);
        close('}', first, depth);
    }

    void member(Value key, Value v, bool& first, int depth) {
        if (is_left_out(key, v)) return;
        if (write_plain_key(key, first)) {
            first = false;
            write(v, depth);
            return;
        }
        separate(first, depth);
        write_string(key, out_);
        out_.put(indent_ != 0 ? ": "sv : ":"sv);
        write(v, depth);
    }
    void member(std::string_view key, Value v, bool& first, int depth) { member(Value::ascii(key), v, first, depth); }

    /// `,"key":` in one step, where the key is such that it can be.
    bool write_plain_key(Value key, bool is_first) {
        if (indent_ != 0 || !key.is_ascii()) return false;
        const std::string_view text = key.as_text();
        char* const start = out_.room(text.size() + 4);
        char* at = start;
        if (!is_first) *at++ = ',';
        *at++ = '"';
        if (!copy_plain(text, at)) return false;
        at += text.size();
        *at++ = '"';
        *at++ = ':';
        out_.wrote(static_cast<std::size_t>(at - start));
        return true;
    }

    void write_closure(const Closure* c, int depth) {
        out_.put('{');
        bool first = true;
        member("__hogClosure__", Value::boolean(true), first, depth);
        member("callable", Value::callable(c->callable), first, depth);
        separate(first, depth);
        out_.put(indent_ != 0 ? "\"upvalues\": [" : "\"upvalues\":[");
        bool first_upvalue = true;
        for (std::uint32_t i = 0; i < c->upvalue_count; ++i) {
            separate(first_upvalue, depth + 1);
            out_.put(c->upvalues[i] != 0 ? std::to_string(c->upvalues[i]) : "null");  // 0: there was none to capture
        }
        close(']', first_upvalue, depth + 1);
        close('}', first, depth);
    }

    void write_callable(const Callable* c, int depth) {
        out_.put('{');
        bool first = true;
        member("__hogCallable__", Value::ascii(name_of(c->kind)), first, depth);
        member("name", c->name, first, depth);
        member("chunk", c->chunk, first, depth);
        member("argCount", Value::integer(c->arg_count), first, depth);
        member("upvalueCount", Value::integer(c->upvalue_count), first, depth);
        member("ip", Value::integer(c->ip), first, depth);
        close('}', first, depth);
    }

    void separate(bool& first, int depth) {
        if (!first) out_.put(',');
        first = false;
        new_line(depth);
    }
    void close(char bracket, bool empty, int depth) {
        if (!empty) new_line(depth - 1);
        out_.put(bracket);
    }
    void new_line(int depth) {
        if (indent_ == 0) return;
        out_.put('\n');
        const std::size_t spaces = static_cast<std::size_t>(std::max(indent_, 0)) * static_cast<std::size_t>(depth);
        std::memset(out_.room(spaces), ' ', spaces);
        out_.wrote(spaces);
    }

    Output out_;
    int indent_;
    Work work_;
    bool is_kept_ = false;  // inside an object that stays as it is
};

}  // namespace

bool write(Value v, std::string& out, int indent) { return Writer(out, std::min(indent, 10)).write(v, 0); }

std::string to_text(Value v, int indent) {
    std::string out;
    if (!write(v, out, indent)) out = "null";
    return out;
}

namespace {

boost::json::value to_boost_at(Value v, int depth, bool is_kept) {
    if (v.is_number()) {
        if (v.is(Type::Int)) return v.as_int();
        if (!std::isfinite(v.as_double())) return nullptr;
        if (v.as_double() == 0) return 0;  // -0
        return v.as_double();
    }
    if (v.is(Type::Bool)) return v.as_bool();
    std::string buffer;
    const auto text_of = [&buffer](Value string) {
        const std::string_view s = text::well_formed(string, buffer);
        return boost::json::string_view(s.data(), s.size());
    };
    if (v.is_string()) return boost::json::value(text_of(v));
    if (!v.is_node() || v.as_node()->visiting) return nullptr;
    if (v.is(Type::Closure) || v.is(Type::Callable)) {
        Heap heap;
        return to_boost_at(json::parse(to_text(v), heap), depth, is_kept);
    }
    check_depth(depth);
    const Visit visit(v.as_node());
    if (v.is(Type::Array)) {
        boost::json::array out;
        for (const Value item : v.as_array()->values())
            if (!item.is(Type::Hole)) out.push_back(to_boost_at(item, depth + 1, is_kept));
        return out;
    }
    boost::json::object out;
    is_kept = is_kept || (v.is(Type::Object) && stays_as_it_is(v.as_dict()));
    if (is_kept && v.is(Type::Dict)) return out;
    const Members members(v.as_dict());
    for (const Entry& e : members.entries())
        if (!is_left_out(e.key, e.value)) out[text_of(e.key)] = to_boost_at(e.value, depth + 1, is_kept);
    return out;
}

}  // namespace

boost::json::value to_boost(Value v) { return to_boost_at(v, 1, false); }

}  // namespace hogvm::json
