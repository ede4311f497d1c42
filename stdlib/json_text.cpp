#include "json_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "arguments.h"
#include "dates.h"

namespace hogvm::stdlib {
namespace {

/// The text with lone surrogates as JSON escapes. They can only be part of a string literal; where a backslash makes
/// one part of a (bad) escape, it stays as it is and the parser refuses it.
std::string escaped_surrogates(std::string_view s) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string out;
    bool is_escaped = false;
    Work work;
    for (std::size_t i = 0; i < s.size(); ++i) {
        work.step();
        const bool is_lone = s[i] == '\xED' && static_cast<unsigned char>(s[i + 1]) >= 0xA0;
        if (!is_lone || is_escaped) {
            is_escaped = s[i] == '\\' && !is_escaped;
            out += s[i];
            continue;
        }
        std::size_t at = i;
        const std::uint32_t unit = text::next(s, &at);
        out += "\\u";
        for (int shift = 12; shift >= 0; shift -= 4) out += kHex[unit >> shift & 15];
        i += 2;
    }
    return out;
}

/// What the parser takes in place of `text`: the text itself unless it has lone surrogates, which JSON.parse lets pass.
std::string_view parseable(Value text, std::string& buffer) {
    std::string replaced;
    if (text::well_formed(text, replaced).data() == text.as_text().data()) return text.as_text();
    buffer = escaped_surrogates(text.as_text());
    return buffer;
}

/// Makes of a parsed document what a program sees: dicts, and dates, datetimes and errors by their tags. Nothing else
/// refers to the document yet, so its objects become dicts where they are: the two have the same storage and cost.
class Restorer {
  public:
    explicit Restorer(Call& call) : call_(call), heap_(call.heap) {}

    Value restore(Value v) {
        if (v.is(Type::Array)) {
            Array* a = v.as_array();
            call_.check_time(1 + a->size);
            for (std::uint32_t i = 0; i < a->size; ++i) {
                if (!a->items[i].is_node()) continue;
                const Value fresh = restore(a->items[i]);
                if (fresh.as_node() == a->items[i].as_node()) {
                    a->items[i] = fresh;
                } else {
                    heap_.set(a, i, fresh);
                }
            }
        } else if (v.is(Type::Object)) {
            Dict* d = v.as_dict();
            call_.check_time(1 + d->size);
            const Value tagged = (d->traits & kMarked) != 0 ? restored(d) : Value::null();
            if (tagged.is_node()) return tagged;
            d->type = Type::Dict;
            d->traits = 0;
            for (std::uint32_t i = 0; i < d->size; ++i) {
                Entry& e = d->entries[i];
                if (!e.value.is_node()) continue;
                const Value fresh = restore(e.value);
                if (fresh.as_node() == e.value.as_node()) {
                    e.value = fresh;
                } else {
                    heap_.set(d, e.key, fresh);
                }
            }
            return Value::dict(d);
        }
        return v;
    }

  private:
    Value member(const Dict* d, std::string_view key) const {
        const Entry* e = heap_.find(d, key);
        return e != nullptr ? e->value : Value::undefined();
    }
    static Value if_falsy(Value v, std::string_view otherwise) {
        return javascript::to_boolean(v) ? v : Value::ascii(otherwise);
    }

    /// A date, datetime or error; null for an object that is none. Their fields stay as they were parsed.
    Value restored(const Dict* d) {
        if (javascript::to_boolean(member(d, "__hogDateTime__"))) {
            const Value dt = member(d, "dt");
            const Value zone = if_falsy(member(d, "zone"), "UTC");
            const bool is_date = dt.is(Type::Object) && (dt.as_dict()->traits & kDate) != 0;
            return heap_.datetime(is_date ? Value::number(day_number(call_, dt) * 86400) : dt, zone);
        }
        if (javascript::to_boolean(member(d, "__hogDate__")))
            return heap_.date(member(d, "year"), member(d, "month"), member(d, "day"));
        if (javascript::to_boolean(member(d, "__hogError__"))) {
            return heap_.error(if_falsy(member(d, "type"), "Error"),
                               if_falsy(member(d, "message"), "An error occurred"), member(d, "payload"));
        }
        return Value::null();
    }

    Call& call_;
    Heap& heap_;
};

constexpr unsigned kRecord = kDateTime | kDate | kError | kSyntax;

/// Looks through a value before it is written: is it written as it is, and how long does it get, roughly?
class Survey {
  public:
    Survey(Call& call, std::size_t indent) : call_(call), indent_(indent) {}

    bool is_plain() const { return is_plain_; }

    void visit(Value v, std::size_t depth = 0) {
        grow(2 + indent_ * depth + (v.is_string() ? v.as_text().size() : 0));
        if (v.is(Type::Hole)) is_plain_ = false;
        if (!v.is_node() || v.as_node()->visiting) return;
        check_depth(static_cast<int>(depth) + 1);
        const Visit visit_node(v.as_node());
        switch (v.type()) {
            case Type::Array:
                for (const Value item : v.as_array()->values()) visit(item, depth + 1);
                break;
            case Type::Dict:
            case Type::Object:
                if ((v.as_dict()->traits & (kCallable | kClosure)) != 0) is_plain_ = false;
                for (const Entry& e : v.as_dict()->items()) {
                    if (e.key.is_node() || ((v.as_dict()->traits & kRecord) != 0 && e.value.is_node()))
                        is_plain_ = false;
                    visit(e.value, depth + 1);
                }
                break;
            default: is_plain_ = false;
        }
    }

  private:
    void grow(std::size_t bytes) {
        if (++steps_ % kBetweenChecks == 0) call_.check_time(kBetweenChecks);
        size_ += bytes;
        if (size_ > call_.heap.max_bytes()) {
            fail(ErrorKind::Memory, "Function jsonStringify can not write argument 1: it takes more than " +
                                        std::to_string(call_.heap.max_bytes()) + " bytes");
        }
    }

    static constexpr std::size_t kBetweenChecks = 256;

    Call& call_;
    std::size_t indent_;
    std::size_t size_ = 0;
    std::size_t steps_ = 0;
    bool is_plain_ = true;
};

/// What jsonStringify makes of a value before it is written: functions become text, holes null. What is in an error or
/// a date is written as JavaScript would, to which a dict has no properties.
class Converter {
  public:
    explicit Converter(Call& call) : call_(call), heap_(call.heap) {}

    Value convert(Value v, int depth = 0) {
        if (v.is(Type::Hole)) return Value::null();
        if (!v.is_node()) return v;
        if (v.as_node()->visiting) return Value::null();
        check_depth(depth + 1);
        const Visit visit(v.as_node());
        switch (v.type()) {
            case Type::Closure: return function_text(v.as_closure()->callable);
            case Type::Callable: return function_text(v.as_callable());
            case Type::Array: {
                Array* out = heap_.array(v.as_array()->size);
                for (const Value item : v.as_array()->values()) heap_.append(out, convert(item, depth + 1));
                return Value::array(out);
            }
            default: break;
        }
        const Dict* d = v.as_dict();
        if ((d->traits & kRecord) != 0) return as_it_is(v);
        if ((d->traits & (kCallable | kClosure)) != 0) return function_text(d);
        Dict* out = heap_.object(d->size);
        for (const Entry& e : d->items()) {
            const Value key = javascript::to_string(convert(e.key, depth + 1), heap_);
            const Value value = convert(e.value, depth + 1);
            if (key.as_text() != "__proto__") heap_.set_member(out, key, value);
        }
        return Value::object(out);
    }

  private:
    Value as_it_is(Value v) {
        if (v.is(Type::Hole)) return Value::null();
        if (v.is(Type::Dict)) return Value::object(heap_.object());
        if (!v.is(Type::Array) && !v.is(Type::Object)) return v;
        if (std::find(path_.begin(), path_.end(), v.as_node()) != path_.end())
            call_.fail("Function jsonStringify can not write argument 1: an error or a date holds itself");
        path_.push_back(v.as_node());
        check_depth(static_cast<int>(path_.size()));
        Value written;
        if (v.is(Type::Array)) {
            Array* out = heap_.array(v.as_array()->size);
            for (const Value item : v.as_array()->values()) heap_.append(out, as_it_is(item));
            written = Value::array(out);
        } else {
            Dict* out = heap_.object(v.as_dict()->size);
            for (const Entry& e : v.as_dict()->items()) heap_.set(out, e.key, as_it_is(e.value));
            written = Value::object(out);
        }
        path_.pop_back();
        return written;
    }

    Value function_text(Value name, Value arg_count) {
        if (!javascript::to_boolean(name)) name = Value::ascii("lambda");
        std::string out = "fn<";
        javascript::append_string(name, out);
        out += '(';
        javascript::append_string(arg_count, out);
        return heap_.string(out + ")>");
    }
    Value function_text(const Callable* c) { return function_text(c->name, Value::integer(c->arg_count)); }

    /// An object with a function's keys, but not made by a program.
    Value function_text(const Dict* d) {
        const Dict* callable = d;
        if ((d->traits & kCallable) == 0) {
            const Value field = member(d, "callable");
            if (field.is(Type::Callable)) return function_text(field.as_callable());
            if (field.is_nullish())
                call_.fail("Function jsonStringify can not write argument 1: a closure without callable");
            callable = field.is(Type::Object) ? field.as_dict() : heap_.object();
        }
        return function_text(member(callable, "name"), member(callable, "argCount"));
    }

    Value member(const Dict* d, std::string_view key) const {
        const Entry* e = heap_.find(d, key);
        return e != nullptr ? e->value : Value::undefined();
    }

    Call& call_;
    Heap& heap_;
    std::vector<const Node*> path_;
};

}  // namespace

Value parse_json(Value text, Heap& heap) {
    std::string buffer;
    const std::string_view json = parseable(text, buffer);
    // The result's strings are views of the text, so that must stay.
    return json::parse(json.data() == buffer.data() ? heap.string(json).as_text() : json, heap);
}

bool is_json(Value text) {
    std::string buffer;
    return json::is_valid(parseable(text, buffer));
}

Value json_parse(Call& call) {
    const Value text = javascript::to_string(call[0], call.heap);
    try {
        return Restorer(call).restore(parse_json(text, call.heap));
    } catch (const json::ParseError& error) {
        call.fail("Function jsonParse expects JSON as argument 1: " + error.message);
    }
}

Value json_stringify(Call& call) {
    const double spaces = call[1].is_number() && call[1].as_number() > 0 ? std::min(call[1].as_number(), 10.0) : 0;
    const int indent =
        spaces > 0 && spaces < 1 ? -1 : static_cast<int>(spaces);  // V8 breaks lines at a part of a space
    Survey survey(call, static_cast<std::size_t>(std::max(indent, 0)));
    survey.visit(call[0]);
    const Value v = survey.is_plain() ? call[0] : Converter(call).convert(call[0]);
    std::string out;
    out.reserve(256);
    return json::write(v, out, indent) ? call.heap.string(out) : Value::undefined();
}

}  // namespace hogvm::stdlib
