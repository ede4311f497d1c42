// Single operations of the engine and its library, for what the package exports beside runs. Values are of Shape::Hog.
#pragma once

#include <napi.h>

namespace hogvm::node {

Napi::Value library(const Napi::CallbackInfo& info);       ///< () → [{name, kind, minArgs, maxArgs, description}]
Napi::Value print_value(const Napi::CallbackInfo& info);   ///< (value) → text
Napi::Value print_syntax(const Napi::CallbackInfo& info);  ///< (HogQL syntax tree, pretty) → SQL
Napi::Value quote(const Napi::CallbackInfo& info);         ///< (text) → text in single quotes
Napi::Value identifier(const Napi::CallbackInfo& info);    ///< (name) → name, in backquotes where it must be
Napi::Value date_seconds(const Napi::CallbackInfo& info);  ///< (date-like text) → epoch seconds, or undefined

}  // namespace hogvm::node
