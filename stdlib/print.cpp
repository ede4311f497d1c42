#include <hogvm/print.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <hogvm/error.h>
#include <hogvm/heap.h>
#include <hogvm/host.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/library.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include "arguments.h"
#include "families.h"
#include "syntax.h"

namespace hogvm {
namespace {

/// What stands for a character between quotes; empty for the character itself.
std::string_view escape_of(char c) {
    switch (c) {
        case '\b': return "\\b";
        case '\f': return "\\f";
        case '\r': return "\\r";
        case '\n': return "\\n";
        case '\t': return "\\t";
        case '\0': return "\\0";
        case '\v': return "\\v";
        case '\\': return "\\\\";
        default: return {};
    }
}

/// `text` between quotes. The quote itself is written as `escaped_quote`.
void quote(std::string_view text, char mark, std::string_view escaped_quote, std::string& out) {
    out += mark;
    std::size_t kept = 0;
    Work work;
    for (std::size_t i = 0; i < text.size(); ++i) {
        work.step();
        const std::string_view escape = text[i] == mark ? escaped_quote : escape_of(text[i]);
        if (escape.empty()) continue;
        out.append(text.substr(kept, i - kept)).append(escape);
        kept = i + 1;
    }
    out.append(text.substr(kept));
    out += mark;
}

bool is_identifier(std::string_view name) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
    };
    if (name.empty() || !is_letter(name[0])) return false;
    for (const char c : name)
        if (!is_letter(c) && !(c >= '0' && c <= '9')) return false;
    return true;
}

/// Text in a date or an error. There are strings in those that programs make, but any JSON can pass for one.
void print_text_of(const Dict* record, std::string_view kind, std::string_view key, std::string& out) {
    const Value v = field_of(record, key);
    if (!v.is_string()) {
        fail(ErrorKind::Argument, "Can not print " + std::string(kind) + " whose " + std::string(key) +
                                      " is not a string but " + std::string(stdlib::type_name(v, Heap())));
    }
    print_quoted(v.as_text(), out);
}

void print_array(const Array* a, std::string& out, PrintPath& path) {
    const bool is_short = a->size < 2;
    out += !a->is_tuple ? "[" : is_short ? "tuple(" : "(";
    bool is_first = true;
    for (const Value item : a->values()) {
        if (!is_first) out += ", ";
        is_first = false;
        if (!item.is(Type::Hole)) print_value(item, out, path);
    }
    out += a->is_tuple ? ')' : ']';
}

void print_entries(const Dict* d, std::string& out, PrintPath& path) {
    out += '{';
    bool is_first = true;
    for (const Entry& e : d->items()) {
        if (!is_first) out += ", ";
        is_first = false;
        print_value(e.key, out, path);
        out += ": ";
        print_value(e.value, out, path);
    }
    out += '}';
}

void print_function(Value name, Value arg_count, std::string& out, PrintPath& path) {
    out += "fn<";
    if (name.is_nullish()) {
        out += "lambda";
    } else {
        print_identifier(name, out, path);
    }
    out += '(';
    const PrintPath::Unmarked anew(path);
    print_value(arg_count, out, path);
    out += ")>";
}

void print_datetime(const Dict* record, std::string& out, PrintPath& path) {
    out += "DateTime(";
    const std::size_t start = out.size();
    print_string_of(field_of(record, "dt"), out, path);
    if (out.find('.', start) == std::string::npos) out += ".0";
    out += ", ";
    print_text_of(record, "a datetime", "zone", out);
    out += ')';
}

void print_date(const Dict* record, std::string& out, PrintPath& path) {
    out += "Date(";
    print_string_of(field_of(record, "year"), out, path);
    out += ", ";
    print_string_of(field_of(record, "month"), out, path);
    out += ", ";
    print_string_of(field_of(record, "day"), out, path);
    out += ')';
}

void print_error(const Dict* record, std::string& out, PrintPath& path) {
    print_string_of(field_of(record, "type"), out, path);
    out += '(';
    print_text_of(record, "an error", "message", out);
    const Value payload = field_of(record, "payload");
    if (javascript::to_boolean(payload)) {
        out += ", ";
        print_value(payload, out, path);
    }
    out += ')';
}

constexpr unsigned kRecord = kDateTime | kDate | kError | kClosure | kCallable;

/// An object that passes for something else; where it does for several things, the first of these wins.
void print_record(const Dict* record, std::string& out, PrintPath& path) {
    if (record->traits & kDateTime) return print_datetime(record, out, path);
    if (record->traits & kDate) return print_date(record, out, path);
    if (record->traits & kError) return print_error(record, out, path);
    if (record->traits & kClosure) return print_value(field_of(record, "callable"), out, path);
    return print_function(field_of(record, "name"), field_of(record, "argCount"), out, path);
}

void print_node(Value v, std::string& out, PrintPath& path) {
    // Records, functions and syntax trees are never null: one that holds itself is too deep to print.
    if (v.is(Type::Closure)) {
        const Callable* callable = v.as_closure()->callable;
        return print_function(callable->name, Value::integer(callable->arg_count), out, path);
    }
    if (v.is(Type::Callable)) {
        const Callable* callable = v.as_callable();
        return print_function(callable->name, Value::integer(callable->arg_count), out, path);
    }
    if (v.is(Type::Object) && (v.as_node()->traits & kRecord) != 0) {
        const PrintPath::Step step(path);
        return print_record(v.as_dict(), out, path);
    }
    if (is_syntax_tree(v)) {
        const PrintPath::Step step(path);
        out += "sql(";
        print_syntax_tree(v, out, path);
        out += ')';
        return;
    }
    if (v.as_node()->visiting) {
        out += "null";
        return;
    }
    check_printed(out.size());
    const PrintPath::Step step(path, v.as_node());
    if (v.is(Type::Array)) return print_array(v.as_array(), out, path);
    print_entries(v.as_dict(), out, path);
}

}  // namespace

void check_printed(std::size_t bytes) {
    constexpr std::size_t kMost = std::size_t{512} * 1024 * 1024;
    check_text(bytes);
    if (bytes > kMost) fail(ErrorKind::Memory, "Out of memory: a value prints as more than 512 MiB of text");
}

Value field_of(const Dict* record, std::string_view key) {
    for (const Entry& e : record->items())
        if (e.key.is_string() && e.key.as_text() == key) return e.value;
    return Value::undefined();
}

bool has_field(const Dict* record, std::string_view key) {
    for (const Entry& e : record->items())
        if (e.key.is_string() && e.key.as_text() == key) return true;
    return false;
}

void print_string_of(Value v, std::string& out, PrintPath& path) {
    if (!v.is_node()) return javascript::append_string(v, out);
    const PrintPath::Unmarked anew(path);
    javascript::append_string(v, out);
}

void print_identifier(Value name, std::string& out, PrintPath& path) {
    if (name.is_string()) return print_identifier(name.as_text(), out);
    const std::size_t start = out.size();
    print_string_of(name, out, path);
    if (name.is_number() || is_identifier(std::string_view(out).substr(start))) return;
    fail(ErrorKind::Argument,
         "Can not print an identifier that is not a string but " + std::string(stdlib::type_name(name, Heap())));
}

void print_value(Value v, std::string& out, PrintPath& path) {
    work_done(v.is_string() ? 4 + v.as_text().size() / 16 : 4);
    switch (v.type()) {
        case Type::Int:
        case Type::Double: return javascript::append_number(v, out);
        case Type::Bool: out += v.as_bool() ? "true" : "false"; return;
        case Type::Null:
        case Type::Undefined:
        case Type::Hole: out += "null"; return;
        case Type::String: return print_quoted(v.as_text(), out);
        default: return print_node(v, out, path);
    }
}

void print_value(Value v, std::string& out) {
    PrintPath path;
    print_value(v, out, path);
}

std::string printed(Value v) {
    std::string out;
    print_value(v, out);
    return out;
}

void print_text(Value v, std::string& out) {
    if (v.is_string()) return javascript::append_string(v, out);
    print_value(v, out);
}

void print_quoted(std::string_view text, std::string& out) { quote(text, '\'', "\\'", out); }

void print_identifier(std::string_view name, std::string& out) {
    if (is_identifier(name)) {
        out += name;
    } else {
        quote(name, '`', "``", out);
    }
}

}  // namespace hogvm

// The function `print` is JavaScript's console.log: with two or more arguments the first is a format, as Node.js's
// util.format has it. Each argument has been made a string before, which decides what the directives do.
namespace hogvm::stdlib {
namespace {

constexpr char kLowerHex[] = "0123456789abcdef";
constexpr char kUpperHex[] = "0123456789ABCDEF";

/// The quotes in which Node.js shows a string: the first kind that takes no escape, single ones if all would.
char quotes_for(std::string_view text) {
    const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
    if (!has("'")) return '\'';
    if (!has("\"")) return '"';
    return has("`") || has("${") ? '\'' : '`';
}

void append_inspected_line(std::string_view line, TextBuilder& out) {
    const char mark = quotes_for(line);
    const auto byte = [&](std::size_t i) { return i < line.size() ? static_cast<unsigned char>(line[i]) : 0u; };
    const auto append_hex = [&](unsigned c) {
        out.append("\\x");
        out.append(kUpperHex[c >> 4]);
        out.append(kUpperHex[c & 15]);
    };
    out.append(mark);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const unsigned c = byte(i);
        const bool is_control = c < 0x20 || c == 0x7F;
        const bool is_late_control = c == 0xC2 && byte(i + 1) < 0xA0;  // U+0080 to U+009F
        const bool is_lone_surrogate = c == 0xED && byte(i + 1) >= 0xA0;
        const bool is_escaped_quote = c == '\'' && mark == '\'';
        if (!is_control && !is_late_control && !is_lone_surrogate && !is_escaped_quote && c != '\\') continue;
        out.append(line.substr(kept, i - kept));
        if (is_lone_surrogate) {
            const std::uint32_t unit = text::next(line, &i);
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) out.append(kLowerHex[unit >> shift & 15]);
            --i;
        } else if (is_late_control) {
            append_hex(byte(++i));
        } else if (is_escaped_quote) {
            out.append("\\'");
        } else if (const std::string_view escape = c == 0 || c == '\v' ? std::string_view() : escape_of(line[i]);
                   !escape.empty()) {
            out.append(escape);
        } else {
            append_hex(c);
        }
        kept = i + 1;
    }
    out.append(line.substr(kept));
    out.append(mark);
}

/// util.inspect of a string: cut where it is very long, and broken after its newlines where it is longer than a line.
void append_inspected(Value string, TextBuilder& out, Heap& heap) {
    constexpr std::size_t kMostUnits = 10000;
    constexpr std::size_t kLineUnits = 76;
    const std::size_t units = string.units();
    const Value shown = units > kMostUnits ? text::slice(string, 0, kMostUnits, heap) : string;
    std::string_view rest = shown.as_text();
    if (units > kLineUnits) {
        for (std::size_t end; (end = rest.find('\n')) < rest.size() - 1;) {
            append_inspected_line(rest.substr(0, end + 1), out);
            out.append(" +\n  ");
            rest.remove_prefix(end + 1);
        }
    }
    append_inspected_line(rest, out);
    if (units <= kMostUnits) return;
    out.append("... ");
    out.append(std::to_string(units - kMostUnits));
    out.append(units - kMostUnits > 1 ? " more characters" : " more character");
}

void append_number(double d, TextBuilder& out) {
    char buffer[32];
    if (d == 0 && __builtin_signbit(d)) out.append('-');
    out.append(std::string_view(buffer, javascript::format_number(d, buffer)));
}

/// Appends what directive `code` makes of an argument; returns false if there is no such directive.
bool append_converted(char code, Value argument, TextBuilder& out, Heap& heap) {
    switch (code) {
        case 's': out.append(argument); return true;
        case 'd': append_number(javascript::number_of(argument.as_text()), out); return true;
        case 'i': append_number(javascript::parse_int(argument.as_text()), out); return true;
        case 'f': append_number(javascript::parse_float(argument.as_text()), out); return true;
        case 'j': out.append(json::to_text(argument)); return true;
        case 'o':
        case 'O': append_inspected(argument, out, heap); return true;
        case 'c': return true;  // a style, which text has none of
        default: return false;
    }
}

bool is_directive(char code) { return std::string_view("sdifjoOc").find(code) != std::string_view::npos; }

/// The line that two or more strings make, the first of them being a format.
Value formatted(std::span<const Value> texts, Heap& heap) {
    TextBuilder line(heap);
    const std::string_view format = texts[0].as_text();
    std::size_t used = 1;
    std::size_t kept = 0;
    for (std::size_t i = 0; i + 1 < format.size(); ++i) {
        if (format[i] != '%') continue;
        const char code = format[++i];
        if (code == '%') {
            line.append(format.substr(kept, i - kept));
        } else if (used < texts.size() && is_directive(code)) {
            line.append(format.substr(kept, i - 1 - kept));
            append_converted(code, texts[used++], line, heap);
        } else {
            continue;
        }
        kept = i + 1;
    }
    line.append(format.substr(kept));
    for (; used < texts.size(); ++used) {
        line.append(' ');
        line.append(texts[used]);
    }
    return line.finish();
}

Value text_of(Value v, Heap& heap) {
    if (v.is_string()) return v;
    std::string out;
    print_value(v, out);
    return heap.string(out);
}

Value print(Call& call) {
    if (call.size() < 2) {
        call.print(call.size() == 0 ? std::string_view() : text_of(call[0], call.heap).as_text());
        return Value::undefined();
    }
    Array* texts = call.heap.array(call.size());
    for (const Value v : call.args) call.heap.append(texts, text_of(v, call.heap));
    call.print(formatted(texts->values(), call.heap).as_text());
    return Value::undefined();
}

constexpr Function kFunctions[] = {
    {"print", 0, kAnyNumber, print, "", false, "output", "print(value, ...)",
     "Writes a line: its arguments with spaces between. With two or more of them, the first can say where the others "
     "go: %s as they are, %d, %i and %f as a number, an integer and the number that they begin with, %j as JSON, %o "
     "in quotes, %c nowhere; %% is a percent sign.",
     "typeof(print('%s has %d', 'x', 5)) = 'null'"},
};

}  // namespace

std::span<const Function> output_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
