#include "rule.h"

#include <hogvm/json.h>

namespace hogvm::matching {
namespace {

constexpr std::size_t kLargestHeap = 256 * 1024;  // bytes of programs that live and go together

std::string shortened(const boost::json::value& v) {
    std::string text = boost::json::serialize(v);
    if (text.size() > 60) text = text.substr(0, 60) + "...";
    return text;
}

std::string id_of(const boost::json::object& rule, const std::string& pointer) {
    const boost::json::value* id = rule.if_contains("id");
    if (id == nullptr) throw RuleError("", pointer, "a rule needs an \"id\"");
    if (!id->is_string() || id->get_string().empty())
        throw RuleError("", pointer + "/id", "a rule's id must be a string that is not empty, got " + shortened(*id));
    return std::string(id->get_string());
}

}  // namespace

std::optional<Reading> Rule::reading(const Host& host) const { return is_read ? read(*program, host) : std::nullopt; }

Loader::Loader(const RuleSetOptions& options)
    : options_(options), library_(options.library != nullptr ? *options.library : standard_library()) {}

std::shared_ptr<Rule> Loader::load(const boost::json::value& json, const std::string& pointer) {
    if (!json.is_object()) throw RuleError("", pointer, "a rule must be an object, got " + shortened(json));
    const boost::json::object& object = json.get_object();
    auto rule = std::make_shared<Rule>();
    rule->id = id_of(object, pointer);
    if (const boost::json::value* enabled = object.if_contains("enabled")) {
        if (!enabled->is_bool()) {
            throw RuleError(rule->id, pointer + "/enabled",
                            "\"enabled\" must be true or false, got " + shortened(*enabled));
        }
        rule->enabled = enabled->get_bool();
    }
    rule->program = program_of(object, rule->id, pointer, rule->is_read);
    return rule;
}

std::shared_ptr<const Program> Loader::program_of(const boost::json::object& rule, const std::string& id,
                                                  const std::string& pointer, bool& is_read) {
    const boost::json::value* filter = rule.if_contains("filter");
    const boost::json::value* bytecode = rule.if_contains("bytecode");
    if ((filter == nullptr) == (bytecode == nullptr))
        throw RuleError(id, pointer, R"(a rule needs either a "filter" or "bytecode")");
    const std::string place = pointer + (filter != nullptr ? "/filter" : "/bytecode");
    try {
        const boost::json::value tokens =
            filter != nullptr ? boost::json::value(filter_bytecode(*filter, options_.filters)) : *bytecode;
        if (!heap_ || heap_->bytes() > kLargestHeap) heap_ = std::make_shared<Heap>();
        std::shared_ptr<const Program> program = Program::load(json::from_boost(tokens, *heap_), heap_, library_);
        is_read = read(*program, options_.host).has_value();
        // A run may decode more of a program that is no straight line, on the program's heap.
        return is_read ? program : Program::load(tokens, library_);
    } catch (const FilterError& e) {
        throw RuleError(id, place + e.pointer, e.message);
    } catch (const LoadError& e) {
        throw RuleError(id, place, e.what());
    } catch (const Failure& e) {
        throw RuleError(id, place, e.message);
    }
}

}  // namespace hogvm::matching
