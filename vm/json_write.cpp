#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>
#include <vector>

#include <boost/json/value.hpp>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "json_plain.h"

namespace hogvm::json {
namespace {

void write_unit(std::uint32_t unit, std::string& out) {
    static constexpr char kHex[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHex[unit >> shift & 15];
}

void write_escaped(char c, std::string& out) {
    switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: write_unit(static_cast<unsigned char>(c), out);
    }
}

/// The first lone surrogate's three bytes, or the end.
std::size_t find_lone_surrogate(std::string_view s) {
    std::size_t at = s.find('\xED');
    while (at != std::string_view::npos && static_cast<unsigned char>(s[at + 1]) < 0xA0) at = s.find('\xED', at + 1);
    return std::min(at, s.size());
}

void write_string(Value string, std::string& out) {
    std::string_view left = string.as_text();
    std::size_t lone = string.is_ascii() ? left.size() : find_lone_surrogate(left);
    if (lone == left.size() && plain_text(left).size == left.size()) {
        const std::size_t at = out.size();
        out.append(left.size() + 2, '"');
        if (!left.empty()) std::memcpy(out.data() + at + 1, left.data(), left.size());
        return;
    }
    out += '"';
    for (;;) {
        const std::size_t size = plain_text(left.substr(0, lone)).size;
        out.append(left.substr(0, size));
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
    out += '"';
}

/// Members as an object's are written: keys as strings, array indices first, a repeated key in its first place with its
/// last value.
class Members {
  public:
    explicit Members(const Dict* d) : entries_(d->items()) {
        bool in_order = true;
        for (const Entry& e : entries_)
            in_order = in_order && e.key.is_string() && !javascript::array_index(e.key.as_text());
        if (in_order || d->type == Type::Object) return;
        std::unordered_map<std::string_view, std::size_t> places;
        for (const Entry& e : d->items()) {
            const Value key = javascript::to_string(e.key, heap_);
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
        std::sort(ordered_.begin(), indices_end, [](const Entry& a, const Entry& b) {
            return *javascript::array_index(a.key.as_text()) < *javascript::array_index(b.key.as_text());
        });
        entries_ = ordered_;
    }
    std::span<const Entry> entries() const { return entries_; }

  private:
    Heap heap_;
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
            case Type::Int: javascript::append_number(v, out_); return true;
            case Type::Double:
                if (std::isfinite(v.as_double())) {
                    javascript::append_number(v.as_double(), out_);
                } else {
                    out_ += "null";
                }
                return true;
            case Type::Bool: out_ += v.as_bool() ? "true" : "false"; return true;
            case Type::Null: out_ += "null"; return true;
            case Type::Undefined:
            case Type::Hole: return false;
            case Type::String: write_string(v, out_); return true;
            default: write_node(v, depth); return true;
        }
    }

  private:
    void write_node(Value v, int depth) {
        check_text(out_.size());
        Node* n = v.as_node();
        if (n->visiting) {
            out_ += "null";
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
            out_ += "{}";
        } else {
            write_members(Members(d).entries(), depth);
        }
        is_kept_ = was_kept;
    }

    void write_array(const Array* a, int depth) {
        out_ += '[';
        bool first = true;
        for (const Value item : a->values()) {
            if (item.is(Type::Hole)) continue;  // squeezed out, as in every conversion
            separate(first, depth);
            if (!write(item, depth)) out_ += "null";
        }
        close(']', first, depth);
    }

    void write_members(std::span<const Entry> entries, int depth) {
        out_ += '{';
        bool first = true;
        for (const Entry& e : entries) member(e.key, e.value, first, depth);
        close('}', first, depth);
    }

    void member(Value key, Value v, bool& first, int depth) {
        if (is_left_out(key, v)) return;
        separate(first, depth);
        write_string(key, out_);
        out_ += indent_ != 0 ? ": " : ":";
        write(v, depth);
    }
    void member(std::string_view key, Value v, bool& first, int depth) { member(Value::ascii(key), v, first, depth); }

    void write_closure(const Closure* c, int depth) {
        out_ += '{';
        bool first = true;
        member("__hogClosure__", Value::boolean(true), first, depth);
        member("callable", Value::callable(c->callable), first, depth);
        separate(first, depth);
        out_ += indent_ != 0 ? "\"upvalues\": [" : "\"upvalues\":[";
        bool first_upvalue = true;
        for (std::uint32_t i = 0; i < c->upvalue_count; ++i) {
            separate(first_upvalue, depth + 1);
            out_ += c->upvalues[i] != 0 ? std::to_string(c->upvalues[i]) : "null";  // 0: there was none to capture
        }
        close(']', first_upvalue, depth + 1);
        close('}', first, depth);
    }

    void write_callable(const Callable* c, int depth) {
        out_ += '{';
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
        if (!first) out_ += ',';
        first = false;
        new_line(depth);
    }
    void close(char bracket, bool empty, int depth) {
        if (!empty) new_line(depth - 1);
        out_ += bracket;
    }
    void new_line(int depth) {
        if (indent_ == 0) return;
        out_ += '\n';
        out_.append(static_cast<std::size_t>(std::max(indent_, 0)) * static_cast<std::size_t>(depth), ' ');
    }

    std::string& out_;
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
