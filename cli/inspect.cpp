#include "inspect.h"

#include "exit.h"
#include "input.h"
#include "output.h"

namespace hogvm::cli {

int disassemble(const std::string& path) {
    write(load(path)->disassemble());
    flush();
    return kDone;
}

int check(const std::string& path) {
    const std::vector<Program::Finding> findings = load(path)->check();
    for (const Program::Finding& finding : findings) {
        write_line(finding.chunk + ':' + std::to_string(finding.ip) + ": " + finding.message);
    }
    flush();
    return findings.empty() ? kDone : kFailed;
}

}  // namespace hogvm::cli
