// Rule sets as JavaScript holds them: an External, used by the environment that made it.
//
// Rules are handed over as JSON text. Events are objects, of which each global that a rule reads is read as a whole, or
// JSON text. `host` is an object as host.h has it, always the same for a set: what its rules may call.
//
// What is wrong with rules is told as {id, pointer, message}, and a rule's failure as {id, error}, where the error is
// as runs.h has it for failed runs. What a getter or a host function throws is such a failure, with the thrown's
// message.
#pragma once

#include <napi.h>

namespace hogvm::node {

// Functions of the addon. The limits of openRuleSet are in the registers.
Napi::Value open_rule_set(const Napi::CallbackInfo& info);    ///< (rules, options of filters, host) → set
Napi::Value rule_set_errors(const Napi::CallbackInfo& info);  ///< (set) → what is wrong with the first rules
Napi::Value rule_set_size(const Napi::CallbackInfo& info);    ///< (set) → how many rules
Napi::Value match_rules(const Napi::CallbackInfo& info);      ///< (set, event, host) → {ids, failures}
Napi::Value explain_rule(const Napi::CallbackInfo& info);     ///< (set, id, event, host) → explanation or undefined
Napi::Value set_rule(const Napi::CallbackInfo& info);         ///< (set, rule)
Napi::Value set_rules(const Napi::CallbackInfo& info);        ///< (set, rules) → what is wrong with them
Napi::Value remove_rule(const Napi::CallbackInfo& info);      ///< (set, id) → whether it was there

}  // namespace hogvm::node
