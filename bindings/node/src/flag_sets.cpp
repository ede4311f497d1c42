#include "flag_sets.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <hogvm/flags.h>

#include "guard.h"
#include "handles.h"
#include "read.h"
#include "write.h"

namespace hogvm::node {
namespace {

constexpr std::int64_t kBytesPerByte = 10;  // of definitions, as far as the garbage collector should know
constexpr std::size_t kMostNames = 32;      // of lib/flags.js, as kSlotBytes

/// How lib/flags.js tells what a property is.
enum class Tag : std::uint8_t { Lazy, Null, False, True, Number, Text, Missing, Undefined };

struct Handle {
    FlagSet set;
    std::int64_t reported = 0;
};

/// What is known of a flag from its evaluations.
struct FlagReads {
    std::string key;
    std::vector<std::string> names;                            // of the person's properties
    std::vector<std::pair<std::string, std::string>> answers;  // variants and payloads, by the numbers they are told by
};

Handle& handle_of(napi_env env, napi_value external) {
    void* handle = nullptr;
    if (napi_get_value_external(env, external, &handle) != napi_ok)
        throw Napi::TypeError::New(env, "expected a flag set");
    return *static_cast<Handle*>(handle);
}

FlagReads& reads_of(napi_env env, napi_value external) {
    void* reads = nullptr;
    if (napi_get_value_external(env, external, &reads) != napi_ok)
        throw Napi::TypeError::New(env, "expected a flag's reads");
    return *static_cast<FlagReads*>(reads);
}

Napi::String text(Environment& environment, std::string_view wtf8) {
    return {environment.env, write_string(environment, wtf8)};
}

void report_size(Handle& handle, napi_env env, std::size_t definitions) {
    const auto bytes = static_cast<std::int64_t>(definitions) * kBytesPerByte;
    Napi::MemoryManagement::AdjustExternalMemory(env, bytes - handle.reported);
    handle.reported = bytes;
}

napi_valuetype type_of(Environment& environment, napi_value value) {
    napi_valuetype type = napi_undefined;
    checked(environment, napi_typeof(environment.env, value, &type));
    return type;
}

/// A number as JSON has it.
Value number(double d) {
    constexpr double kLargestWhole = 0x1p53;
    if (!std::isfinite(d)) return Value::null();
    if (d == 0) return Value::integer(0);
    return std::abs(d) > kLargestWhole ? Value::real(d) : Value::number(d);
}

/// `v` with numbers as JSON has them, nested ones included.
Value numbers_as_json_has_them(Value v, Heap& heap) {
    if (v.is_number()) return number(v.as_number());
    if (v.is(Type::Array)) {
        for (std::uint32_t i = 0; i < v.as_array()->size; ++i)
            heap.set(v.as_array(), i, numbers_as_json_has_them(v.as_array()->items[i], heap));
    } else if (v.is(Type::Object)) {
        for (std::uint32_t i = 0; i < v.as_dict()->size; ++i) {
            Entry& entry = v.as_dict()->entries[i];
            entry.value = numbers_as_json_has_them(entry.value, heap);
        }
    }
    return v;
}

Value read_property(Environment& environment, napi_value value, Heap& heap) {
    switch (type_of(environment, value)) {
        case napi_string: return read_string(environment, value, heap);
        case napi_number: {
            double d = 0;
            checked(environment, napi_get_value_double(environment.env, value, &d));
            return number(d);
        }
        case napi_object:
        case napi_bigint: {
            napi_value undefined = nullptr;
            napi_value plain = nullptr;
            checked(environment, napi_get_undefined(environment.env, &undefined));
            checked(environment,
                    napi_call_function(environment.env, undefined, environment.as_json_has_it(), 1, &value, &plain));
            return numbers_as_json_has_them(Reader(environment, heap, Shape::Host).read(plain), heap);
        }
        case napi_boolean:
        case napi_null: return Reader(environment, heap, Shape::Host).read(value);
        default: return Value::undefined();
    }
}

/// Own properties of an object. What reading one throws is an error of the evaluation's, which the engine would take
/// for something that is not known of the person: it is kept, for `failed` to be asked.
class ObjectProperties : public PropertySource {
  public:
    ObjectProperties(Environment& environment, napi_value object, std::optional<Failure>& failed)
        : environment_(environment), object_(object), failed_(failed) {}

    bool find(std::string_view name, Heap& heap, Value& value) const override {
        try {
            return read(name, heap, value);
        } catch (const Failure& failure) {
            if (!failed_) failed_ = failure;
            throw;
        }
    }

  private:
    bool read(std::string_view name, Heap& heap, Value& value) const {
        if (failed_) fail(failed_->kind, failed_->message);  // no more JavaScript runs
        const napi_env env = environment_.env;
        const HandleScope scope(env);
        const napi_value key = write_string(environment_, name);
        napi_value found = nullptr;
        bool is_own = false;
        checked(environment_, napi_has_own_property(env, object_, key, &is_own));
        if (!is_own) return false;
        checked(environment_, napi_get_property(env, object_, key, &found));
        value = read_property(environment_, found, heap);
        return true;
    }

    Environment& environment_;
    napi_value object_;
    std::optional<Failure>& failed_;
};

/// A person of whom the properties known to be read were looked up beforehand.
class Person : public PropertySource {
  public:
    Person(Environment& environment, FlagReads& reads, napi_value object, std::string_view bytes,
           std::optional<Failure>& failed)
        : object_(environment, object, failed),
          reads_(reads),
          count_(std::min(static_cast<std::size_t>(environment.registers[kPrefetched]), kMostNames)) {
        // A copy: what the evaluation calls may evaluate flags itself.
        std::memcpy(tags_, environment.tags, count_);
        std::memcpy(numbers_, environment.numbers, count_ * sizeof(double));
        bytes_ = bytes;
    }

    bool find(std::string_view name, Heap& heap, Value& value) const override {
        const std::size_t at = position(name);
        switch (at < count_ ? tags_[at] : Tag::Lazy) {
            case Tag::Lazy: return object_.find(name, heap, value);
            case Tag::Missing: return false;
            case Tag::Undefined: value = Value::undefined(); break;
            case Tag::Null: value = Value::null(); break;
            case Tag::False: value = Value::boolean(false); break;
            case Tag::True: value = Value::boolean(true); break;
            case Tag::Number: value = number(numbers_[at]); break;
            case Tag::Text: value = Value::ascii(text_at(at)); break;
        }
        return true;
    }

  private:
    std::size_t position(std::string_view name) const {
        const std::size_t known = reads_.names.size();
        for (std::size_t i = 0; i < known; ++i) {
            const std::size_t at = (next_ + i) % known;  // they are mostly read in one order
            if (reads_.names[at] != name) continue;
            next_ = at + 1;
            return at;
        }
        if (known < kMostNames) reads_.names.emplace_back(name);
        return kMostNames;
    }

    /// Its number is where it begins and, times 2^-16, how long it is.
    std::string_view text_at(std::size_t i) const {
        const auto packed = static_cast<std::uint32_t>(numbers_[i]);
        return bytes_.substr(std::min<std::size_t>(packed & 0xFFFF, bytes_.size()), packed >> 16);
    }

    ObjectProperties object_;
    FlagReads& reads_;
    std::size_t count_;
    std::string_view bytes_;
    mutable std::size_t next_ = 0;
    Tag tags_[kMostNames];
    double numbers_[kMostNames];
};

/// Whom the arguments and registers of an evaluation tell of.
class Asked {
  public:
    Asked(Environment& environment, FlagReads& reads, const Napi::CallbackInfo& info) : environment_(environment) {
        environment.thrown.reset();
        const double* registers = environment.registers;
        const auto size = std::min(static_cast<std::size_t>(registers[kTextBytes]), kSlotBytes);
        std::memcpy(bytes_, environment.bytes, size);
        context_.now_ms = registers[kNow];
        const double id_at = registers[kIdAt];
        if (id_at < 0) id_ = read_string(environment, info[5]);
        context_.distinct_id =
            id_at < 0 ? std::string_view(id_)
                      : std::string_view(bytes_, size).substr(std::min(static_cast<std::size_t>(id_at), size));
        if (info[2].IsObject()) {
            person_.emplace(environment, reads, info[2], std::string_view(bytes_, size), failed_);
            context_.person = *person_;
        }
        if (info[3].IsObject()) read_groups(info[3], info[4]);
    }

    const FlagContext& context() const { return context_; }
    /// Raises what reading properties threw.
    void check() const {
        if (failed_) throw Failure(*failed_);
    }

  private:
    void read_groups(napi_value groups, napi_value properties) {
        const napi_env env = environment_.env;
        napi_value types = nullptr;
        checked(environment_,
                napi_get_all_property_names(env, groups, napi_key_own_only,
                                            static_cast<napi_key_filter>(napi_key_enumerable | napi_key_skip_symbols),
                                            napi_key_numbers_to_strings, &types));
        std::uint32_t count = 0;
        checked(environment_, napi_get_array_length(env, types, &count));
        for (std::uint32_t i = 0; i < count; ++i) {
            napi_value type = nullptr;
            napi_value key = nullptr;
            checked(environment_, napi_get_element(env, types, i, &type));
            checked(environment_, napi_get_property(env, groups, type, &key));
            const Value name = read_string(environment_, type, heap_);
            groups_.push_back(
                {name.as_text(), read_property(environment_, key, heap_), properties_of(properties, type)});
        }
        context_.groups = groups_;
    }

    Properties properties_of(napi_value all, napi_value type) {
        if (type_of(environment_, all) != napi_object) return {};
        napi_value found = nullptr;
        bool is_own = false;
        checked(environment_, napi_has_own_property(environment_.env, all, type, &is_own));
        if (!is_own) return {};
        checked(environment_, napi_get_property(environment_.env, all, type, &found));
        if (type_of(environment_, found) != napi_object) return {};
        return group_properties_.emplace_back(environment_, found, failed_);
    }

    Environment& environment_;
    Heap heap_;  // of groups
    std::optional<Failure> failed_;
    std::string id_;
    std::optional<Person> person_;
    std::deque<ObjectProperties> group_properties_;
    std::vector<FlagGroup> groups_;
    FlagContext context_{};
    char bytes_[kSlotBytes];
};

std::string json_of(const std::vector<FlagAnswer>& answers) {
    std::string out = "[";
    for (const FlagAnswer& answer : answers) {
        if (out.size() > 1) out += ',';
        out += answer.json();
    }
    return out + ']';
}

/// Tells an answer by the registers, and returns its texts where lib/flags.js doesn't know them.
Napi::Value tell(Environment& environment, FlagReads& reads, const FlagAnswer& answer) {
    double* registers = environment.registers;
    registers[kOutcome] = static_cast<double>(answer.outcome);
    registers[kReason] = static_cast<double>(answer.reason);
    registers[kCondition] = answer.condition;
    registers[kEnabled] = answer.enabled ? 1 : 0;
    registers[kAnswerTexts] = -1;
    registers[kNames] = static_cast<double>(reads.names.size());
    if (answer.variant.empty() && answer.payload.empty()) return {environment.env, nullptr};
    const auto known = std::find_if(reads.answers.begin(), reads.answers.end(), [&](const auto& texts) {
        return texts.first == answer.variant && texts.second == answer.payload;
    });
    registers[kAnswerTexts] = static_cast<double>(known - reads.answers.begin());
    if (known != reads.answers.end()) return {environment.env, nullptr};
    reads.answers.emplace_back(answer.variant, answer.payload);
    const auto texts = Napi::Array::New(environment.env, 2);
    texts.Set(0u, text(environment, answer.variant));
    texts.Set(1u, text(environment, answer.payload));
    return texts;
}

}  // namespace

Napi::Value open_flag_set(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) -> Napi::Value {
        const Entered entered(environment);
        const std::string definitions = read_document(environment, info[0]);
        std::unique_ptr<Handle> handle(
            new Handle{FlagSet(std::string_view(definitions), {.local_zone = read_string(environment, info[1])})});
        report_size(*handle, info.Env(), definitions.size());
        return Napi::External<Handle>::New(info.Env(), handle.release(), [](Napi::Env env, Handle* gone) {
            Napi::MemoryManagement::AdjustExternalMemory(env, -gone->reported);
            delete gone;
        });
    });
}

Napi::Value replace_flags(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Handle& handle = handle_of(info.Env(), info[0]);
        const std::string definitions = read_document(environment, info[1]);
        handle.set.replace(std::string_view(definitions));
        report_size(handle, info.Env(), definitions.size());
        return info.Env().Undefined();
    });
}

Napi::Value flag_keys(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const std::vector<std::string> keys = handle_of(info.Env(), info[0]).set.keys();
        const auto out = Napi::Array::New(info.Env(), keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i)
            out.Set(static_cast<std::uint32_t>(i), text(environment, keys[i]));
        return out;
    });
}

Napi::Value flag_problems(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const std::vector<FlagProblem> problems = handle_of(info.Env(), info[0]).set.problems();
        const auto out = Napi::Array::New(info.Env(), problems.size());
        for (std::size_t i = 0; i < problems.size(); ++i) {
            auto row = Napi::Object::New(info.Env());
            row.Set("flag", text(environment, problems[i].flag));
            row.Set("pointer", text(environment, problems[i].pointer));
            row.Set("message", text(environment, problems[i].message));
            out.Set(static_cast<std::uint32_t>(i), row);
        }
        return out;
    });
}

Napi::Value disassemble_flag(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        return text(environment, handle_of(info.Env(), info[0]).set.disassemble(read_string(environment, info[1])));
    });
}

Napi::Value flag_reads(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        return Napi::External<FlagReads>::New(info.Env(), new FlagReads{read_string(environment, info[0]), {}, {}},
                                              [](Napi::Env, FlagReads* gone) { delete gone; });
    });
}

Napi::Value names_read(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const std::vector<std::string>& names = reads_of(info.Env(), info[0]).names;
        const auto out = Napi::Array::New(info.Env(), names.size());
        for (std::size_t i = 0; i < names.size(); ++i)
            out.Set(static_cast<std::uint32_t>(i), text(environment, names[i]));
        return out;
    });
}

Napi::Value evaluate_flag(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) -> Napi::Value {
        const Entered entered(environment);
        FlagReads& reads = reads_of(info.Env(), info[1]);
        const Asked asked(environment, reads, info);
        const FlagAnswer answer = handle_of(info.Env(), info[0]).set.evaluate(reads.key, asked.context());
        asked.check();
        return tell(environment, reads, answer);
    });
}

Napi::Value evaluate_flags(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        FlagReads& reads = reads_of(info.Env(), info[1]);
        const Asked asked(environment, reads, info);
        const std::string answers = json_of(handle_of(info.Env(), info[0]).set.evaluate_all(asked.context()));
        asked.check();
        environment.registers[kNames] = static_cast<double>(reads.names.size());
        return text(environment, answers);
    });
}

Napi::Value evaluate_flag_text(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) -> Napi::Value {
        const Entered entered(environment);
        const FlagSet& set = handle_of(info.Env(), info[0]).set;
        const std::string document = read_document(environment, info[2]);
        const FlagPerson person(document);
        FlagContext context = person.context();
        if (!context.now_ms) context.now_ms = environment.registers[kNow];
        if (info[1].IsUndefined()) return text(environment, json_of(set.evaluate_all(context)));
        return text(environment, set.evaluate(read_string(environment, info[1]), context).json());
    });
}

}  // namespace hogvm::node
