#include <hogvm/javascript.h>

#include "arguments.h"
#include "families.h"

namespace hogvm::stdlib {
namespace {

Value made(Call& call, Value type, Value message, Value payload) {
    if (!javascript::to_boolean(type)) type = Value::ascii("Error");
    if (!javascript::to_boolean(message)) message = Value::ascii("An error occurred");
    return call.heap.error(type, message, payload);
}

Value hog_error(Call& call) { return made(call, call[0], call[1], call[2]); }
Value error(Call& call) { return made(call, Value::ascii("Error"), call[0], call[1]); }
Value retry_error(Call& call) { return made(call, Value::ascii("RetryError"), call[0], call[1]); }
Value not_implemented_error(Call& call) { return made(call, Value::ascii("NotImplementedError"), call[0], call[1]); }

constexpr std::string_view kFamily = "errors";
constexpr Function kFunctions[] = {
    {"Error", 0, 2, error, "", false, kFamily, "Error(message?, payload?)",
     "An error to throw; its fields are type, message and payload. Without a message: 'An error occurred'.",
     "Error('no route').message = 'no route'"},
    {"HogError", 1, 3, hog_error, "", false, kFamily, "HogError(type, message?, payload?)",
     "An error of a type of its own, which catch can select by name.",
     "HogError('Timeout', 'too late').type = 'Timeout'"},
    {"NotImplementedError", 0, 2, not_implemented_error, "", false, kFamily, "NotImplementedError(message?, payload?)",
     "An error of type NotImplementedError.", "NotImplementedError().type = 'NotImplementedError'"},
    {"RetryError", 0, 2, retry_error, "", false, kFamily, "RetryError(message?, payload?)",
     "An error of type RetryError, which asks the host to try again.", "RetryError('busy', 5).payload = 5"},
};

}  // namespace

std::span<const Function> error_functions() { return kFunctions; }

}  // namespace hogvm::stdlib
