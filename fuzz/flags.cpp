// Flag definitions: {"definitions", "person"}. They load or are refused as a whole; every flag is decided or says why
// not, alone as among all, and the same once more.
#include <optional>
#include <string>

#include <boost/json.hpp>

#include <hogvm/error.h>
#include <hogvm/flags.h>
#include <hogvm/json.h>

#include "check.h"
#include "document.h"

using namespace hogvm;

namespace {

/// A member of the input as a text: numbers are to be read from text, as a service does.
std::string text_of(Value member) {
    if (member.is(Type::Undefined)) return "null";
    return member.is_string() ? std::string(member.as_text()) : json::to_text(member);
}

void evaluate(const FlagSet& flags, const FlagContext& context) {
    const std::vector<FlagAnswer> all = flags.evaluate_all(context);
    const std::vector<std::string> keys = flags.keys();
    fuzz::require(all.size() == keys.size(), "there is an answer to each flag");
    for (std::size_t k = 0; k < keys.size(); ++k) {
        const std::string among = all[k].json();
        fuzz::require(json::is_valid(among), "an answer is JSON", among);
        fuzz::require(all[k].decided() || all[k].outcome != FlagAnswer::Outcome::Inconclusive ||
                          all[k].reason != FlagReason::None,
                      "what is not decided has a reason", among);
        const std::string alone = flags.evaluate(keys[k], context).json();
        fuzz::require(alone == among, "a flag alone is as among all", among, alone);
        flags.disassemble(keys[k]);
    }
}

std::optional<FlagPerson> person_of(const std::string& text) {
    try {
        return std::optional<FlagPerson>(std::in_place, text);
    } catch (const LoadError&) {
        return std::nullopt;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Document input(data, size);
    if (!input.is_json()) return 0;
    static const FlagPerson nobody(R"({"distinctId":"x","now":1709210096789})");
    const auto person = person_of(text_of(input["person"]));
    const std::string definitions = text_of(input["definitions"]);
    try {
        FlagSet flags(definitions);
        for (const FlagProblem& problem : flags.problems()) fuzz::require(!problem.text().empty(), "a problem is said");
        FlagContext context = person ? person->context() : nobody.context();
        if (!context.now_ms) context.now_ms = 1709210096789;
        evaluate(flags, context);
        flags.replace(definitions);
        evaluate(flags, nobody.context());
    } catch (const LoadError& e) {
        fuzz::require(*e.what() != 0, "a refusal says why");
    }
    return 0;
}
