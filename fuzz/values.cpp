#include "values.h"

#include <cmath>
#include <cstdio>
#include <span>
#include <unordered_map>

#include "../vm/opcode.h"
#include "opcodes.h"

namespace hogvm::fuzz {
namespace {

using Texts = std::span<const std::string_view>;

constexpr std::string_view kNumbers[] = {"0",
                                         "1",
                                         "-1",
                                         "2",
                                         "3",
                                         "5",
                                         "10",
                                         "31",
                                         "100",
                                         "255",
                                         "1000",
                                         "65535",
                                         "86400",
                                         "0.5",
                                         "-0.0",
                                         "1.5",
                                         "-2.5",
                                         "2147483648",
                                         "-2147483649",
                                         "1704067200",
                                         "1e21",
                                         "1e-7",
                                         "5e-324",
                                         "-1e300",
                                         "9007199254740992",
                                         "9007199254740993",
                                         "-9223372036854775808",
                                         "1709210096.789",
                                         "8640000000000001",
                                         "-62135596800",
                                         "253402300800",
                                         "4294967296",
                                         "0.1",
                                         "0.30000000000000004",
                                         "1e308",
                                         "300"};
constexpr std::string_view kSmall[] = {"0", "1", "2", "3", "4", "5", "7", "-1", "-2", "1.5", "12", "64"};
constexpr std::string_view kTexts[] = {
    "",
    "a",
    "b",
    "abc",
    "Hello World",
    "10",
    "3.14",
    " 42 ",
    "-0",
    "0x1F",
    "1e3",
    "NaN",
    "Infinity",
    "true",
    "null",
    "it's",
    "a\\b",
    "tab\tnew\nline",
    "%",
    "a_b%",
    "a.b.c",
    "a,b,,c",
    "  padded  ",
    "$&",
    "__hogError__",
    "constructor",
    "length",
    "__proto__",
    "\xD8\x3D\xDE\x00",
    "a\xD8\x3D",
    "\xDE\x00z",
    "\x80\xDF",
    "\x83\xA3",
    "e\x83\x01",
    "a longer piece of text, with more words than the others have in them, to be cut, counted and searched"};
constexpr std::string_view kTimes[] = {
    "2024-02-29 12:34:56.789", "2024-03-31T02:30:00",       "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
    "1969-12-31T23:59:59.5Z",  "2023-12-31T23:30:00-05:00", "2024-10-27T02:30:00",  "1883-11-18T17:00:00Z"};
constexpr std::string_view kTimeTexts[] = {"2024-01-31",
                                           "2024-01-31T23:59:59",
                                           "2024-01-31 23:59:59.123456789",
                                           " 2024-01-31 ",
                                           "2024-01-31t10:20z",
                                           "2024-01-31T10:20+0530",
                                           "2024-01-31T24:00",
                                           "2024-13-01",
                                           "2024",
                                           "yesterday",
                                           "2024-02-30",
                                           "0000-01-01",
                                           "+275760-09-13",
                                           "12:30"};
constexpr std::string_view kZones[] = {"UTC",          "Europe/Brussels",     "America/New_York", "Asia/Kolkata",
                                       "Pacific/Apia", "Australia/Lord_Howe", "Etc/GMT+5",        "local",
                                       "+05:30",       "../etc/passwd",       "Nowhere/Land",     ""};
constexpr std::string_view kUnits[] = {"day",  "hour",    "minute", "second", "week",        "month",
                                       "year", "quarter", "DAY",    "days",   "millisecond", ""};
constexpr std::string_view kFormats[] = {"%Y-%m-%d %H:%i:%S",
                                         "%d/%m/%y at %h:%i %p",
                                         "%a %b %c %C %D %e %f %F",
                                         "%g %G %I %j %k %l %M",
                                         "%n|%t|%Q|%r|%R|%s|%T",
                                         "it''s %u %V %w %W %z",
                                         "100%% %",
                                         "%q"};
constexpr std::string_view kJson[] = {
    R"({"a":{"b":[1,2.5,"x",null,true]}})",
    "[1,2,3]",
    "{}",
    "12.75",
    "{",
    "[1,",
    R"({"2":"b","1":"a","x":{"y":{}}})",
    R"({"a":1,"a":2})",
    R"("\ud83d\ude00\u0041\ud83d")",
    "[1e2,-0,0.10]",
    "tru",
    "01",
    R"({"__hogError__":true,"type":"T","message":"m"})",
    R"({"__hogDateTime__":true,"dt":5,"zone":"UTC"})",
    R"({"__hogDate__":true,"year":2024,"month":2,"day":29})",
    R"({"__hogDateTime__":true,"dt":"x","zone":7})",
    R"({"__hogClosure__":true,"callable":{"__hogCallable__":"local","name":"f","argCount":1,"ip":3,"upvalueCount":0,"chunk":"root"},"upvalues":[]})",
    R"({"__hogCallable__":"stl","name":"upper","argCount":1,"upvalueCount":0,"ip":-1,"chunk":"stl"})",
    R"({"__hx_ast":"Field","chain":["a",1]})",
    R"({"__hx_ast":"SelectQuery","select":[{"__hx_ast":"Constant","value":1}]})"};
constexpr std::string_view kPatterns[] = {
    "a",   "^h", "o$",  "[0-9]+",    R"((\d+)\.(\d+))", "(?i)HELLO", "(x)?b",   R"(\bworld\b)",
    ".",   "",   "(",   "(?:ab)+c?", R"(\p{L}+)",       "[a-",       "a{1000}", "((a*)*)*",
    "%a%", "_",  "a\\", "100\\%",    R"(\w{2,3})",      "(?P<n>a)"};
constexpr std::string_view kKeys[] = {"a",       "b",       "x",         "1",        "length", "k",    "type",
                                      "message", "payload", "__proto__", "upvalues", "dt",     "zone", "__isHogTuple"};
constexpr std::string_view kEncodings[] = {"hex", "base64", "base64url", "binary", "utf8"};
constexpr std::string_view kEncoded[] = {"aGVsbG8=", "8J+YgA==", "_-8",          "!!!", "YQ==YQ==", "gICA",
                                         "a%20b",    "a+b",      "%F0%9F%98%80", "%zz", "%C3",      "%"};
constexpr std::string_view kAddresses[] = {"192.168.1.5", "10.0.0.0/8", "256.1.1.1",     "2001:db8::1",
                                           "::/0",        "::1/128",    "1.2.3.4/33",    "fe80::1%eth0",
                                           "1.2.3",       "1.2.3.4/",   "::ffff:1.2.3.4"};
constexpr std::string_view kVersions[] = {"1.2.3", "v10.20",    "1.2.3-beta.4",          "none", "0.0.1", "1",
                                          "",      "1.2.3.4.5", "99999999999999999999.1"};

void push(Tokens& out, Opcode op) { out.push_back(number(op)); }

void push_text(std::string_view text, Tokens& out) {
    push(out, Opcode::OP_STRING);
    out.push_back(quoted(text));
}

void push_one_of(Texts texts, Choices& choices, Tokens& out) {
    // One in four is the input's own text.
    push_text(choices.below(4) == 3 ? choices.text(24) : choices.pick(texts), out);
}

void push_number(Choices& choices, Tokens& out) {
    const std::size_t way = choices.below(6);
    std::string text;
    if (way == 4) {
        text = std::to_string(choices.integer());
    } else if (way == 5) {
        char buffer[40];
        const double d = choices.real();
        std::snprintf(buffer, sizeof buffer, "%.17g", std::isfinite(d) ? d : 0.5);
        text = buffer;
    } else {
        text = choices.pick(kNumbers);
    }
    const bool is_integer = text.find_first_of(".e") == std::string::npos;
    push(out, is_integer ? Opcode::OP_INTEGER : Opcode::OP_FLOAT);
    out.push_back(std::move(text));
}

void push_call(std::string_view name, int args, Tokens& out) {
    push(out, Opcode::OP_CALL_GLOBAL);
    out.push_back(quoted(name));
    out.push_back(std::to_string(args));
}

void push_array(Choices& choices, Tokens& out) {
    const std::size_t size = choices.below(5);
    const Kind kind = static_cast<Kind>(choices.below(5));
    for (std::size_t k = 0; k < size; ++k) push_leaf(kind == Kind::Any ? Kind::Bool : kind, choices, out);
    push(out, choices.chance(25) ? Opcode::OP_TUPLE : Opcode::OP_ARRAY);
    out.push_back(std::to_string(size));
}

void push_dict(Choices& choices, Tokens& out) {
    const std::size_t size = choices.below(4);
    for (std::size_t k = 0; k < size; ++k) {
        push_leaf(Kind::Key, choices, out);
        push_leaf(choices.chance(50) ? Kind::Text : Kind::Number, choices, out);
    }
    push(out, Opcode::OP_DICT);
    out.push_back(std::to_string(size));
}

void push_time(Choices& choices, Tokens& out) {
    switch (choices.below(4)) {
        case 0: return push_call("now", 0, out);
        case 1: push_one_of(kTimeTexts, choices, out); return push_call("toDate", 1, out);
        case 2: push_number(choices, out); return push_call("fromUnixTimestamp", 1, out);
        default:
            push_one_of(kTimes, choices, out);
            push_one_of(kZones, choices, out);
            return push_call("toDateTime", 2, out);
    }
}

void push_strange(Choices& choices, Tokens& out) {
    switch (choices.below(6)) {
        case 0: return push(out, Opcode::OP_NULL);
        case 1:  // undefined
            push(out, Opcode::OP_GET_LOCAL);
            out.emplace_back("90");
            return;
        case 2:
        case 3:  // NaN, or an infinity
            push_leaf(Kind::Small, choices, out);
            push_leaf(Kind::Small, choices, out);
            return push(out, Opcode::OP_DIVIDE);
        case 4:
            push_one_of(kTexts, choices, out);
            push_one_of(kTexts, choices, out);
            return push_call(choices.chance(50) ? "HogError" : "RetryError", 2, out);
        default: push_one_of(kJson, choices, out); return push_call("jsonParse", 1, out);
    }
}

}  // namespace

Kind kind_of(std::string_view parameter) {
    static const std::unordered_map<std::string_view, Kind> kinds = {
        {"text", Kind::Text},        {"prefix", Kind::Text},       {"part", Kind::Unit},
        {"replacement", Kind::Text}, {"separator", Kind::Text},    {"message", Kind::Text},
        {"type", Kind::Text},        {"unit", Kind::Unit},         {"json", Kind::Json},
        {"pattern", Kind::Pattern},  {"array", Kind::Array},       {"parts", Kind::Array},
        {"texts", Kind::Array},      {"ids", Kind::Array},         {"function", Kind::Function},
        {"number", Kind::Number},    {"start", Kind::Small},       {"length", Kind::Small},
        {"limit", Kind::Small},      {"count", Kind::Number},      {"amount", Kind::Number},
        {"days", Kind::Number},      {"seconds", Kind::Number},    {"milliseconds", Kind::Number},
        {"indent", Kind::Small},     {"id", Kind::Small},          {"date", Kind::Time},
        {"datetime", Kind::Time},    {"end", Kind::Time},          {"zone", Kind::Zone},
        {"format", Kind::Format},    {"encoding", Kind::Encoding}, {"address", Kind::Address},
        {"range", Kind::Address},    {"version", Kind::Version},   {"object", Kind::Dict},
        {"key", Kind::Key},          {"condition", Kind::Bool}};
    const auto found = kinds.find(parameter);
    return found != kinds.end() ? found->second : Kind::Any;
}

std::string quoted(std::string_view bytes) {
    std::string out = "\"";
    char escape[8];
    for (std::size_t k = 0; k < bytes.size(); ++k) {
        const auto c = static_cast<unsigned char>(bytes[k]);
        if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
            out += static_cast<char>(c);
            continue;
        }
        unsigned unit = c;
        if (c >= 0x80 && k + 1 < bytes.size()) unit = unit << 8 | static_cast<unsigned char>(bytes[++k]);
        std::snprintf(escape, sizeof escape, "\\u%04x", unit);
        out += escape;
    }
    return out += '"';
}

void push_leaf(Kind kind, Choices& choices, Tokens& out) {
    switch (kind) {
        case Kind::Any:
            if (choices.chance(25)) return push_strange(choices, out);
            return push_leaf(static_cast<Kind>(1 + choices.below(kKinds - 1)), choices, out);
        case Kind::Number: return push_number(choices, out);
        case Kind::Small:
            push(out, Opcode::OP_INTEGER);
            out.emplace_back(choices.pick(kSmall));
            return;
        case Kind::Text: return push_one_of(kTexts, choices, out);
        case Kind::Bool: return push(out, choices.below(2) == 0 ? Opcode::OP_TRUE : Opcode::OP_FALSE);
        case Kind::Array: return push_array(choices, out);
        case Kind::Dict: return push_dict(choices, out);
        case Kind::Time: return push_time(choices, out);
        case Kind::TimeText: return push_one_of(kTimeTexts, choices, out);
        case Kind::Zone: return push_one_of(kZones, choices, out);
        case Kind::Unit: return push_one_of(kUnits, choices, out);
        case Kind::Format: return push_one_of(kFormats, choices, out);
        case Kind::Json: return push_one_of(kJson, choices, out);
        case Kind::Pattern: return push_one_of(kPatterns, choices, out);
        case Kind::Key:
            return choices.chance(30) ? push_leaf(Kind::Small, choices, out) : push_one_of(kKeys, choices, out);
        case Kind::Encoding: return push_one_of(kEncodings, choices, out);
        case Kind::Encoded: return push_one_of(kEncoded, choices, out);
        case Kind::Address: return push_one_of(kAddresses, choices, out);
        case Kind::Version: return push_one_of(kVersions, choices, out);
        case Kind::Function:
            push_text("typeof", out);
            push(out, Opcode::OP_GET_GLOBAL);
            out.emplace_back("1");
            return;
    }
}

}  // namespace hogvm::fuzz
