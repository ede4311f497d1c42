#include "filters.h"

#include <string>

#include <boost/json.hpp>

#include <hogvm/filter.h>
#include <hogvm/json.h>

#include "guard.h"
#include "read.h"
#include "write.h"

namespace hogvm::node {

boost::json::value read_json(Environment& environment, napi_value text, const char* what) {
    const std::string document = read_document(environment, text);
    Heap heap;
    try {
        return json::to_boost(json::parse(document, heap));
    } catch (const json::ParseError& error) {
        throw FilterError("", std::string(what) + ": not JSON: " + error.message);
    } catch (const Failure& error) {
        throw FilterError("", std::string(what) + ": " + error.message);
    }
}

Napi::Value compile_filter(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) -> Napi::Value {
        const Entered entered(environment);
        const FilterOptions options = FilterOptions::from_json(read_json(environment, info[1], "options"));
        const boost::json::value tokens = filter_bytecode(read_json(environment, info[0], "filter"), options);
        Heap heap;
        return {info.Env(), write_string(environment, json::to_text(json::from_boost(tokens, heap)))};
    });
}

}  // namespace hogvm::node
