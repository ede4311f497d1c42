// Somebody else's project, as it would use the installed library.
#include <iostream>

#include <hogvm/print.h>
#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

int main() {
    // return concat(event, toString(dateDiff('day', toDate('2024-02-28', 'UTC'), toDate('2024-03-01', 'UTC'))))
    const auto program = hogvm::load_program(R"(["_H", 1, 32, "2024-03-01", 2, "length", 1, 32, "event", 1, 1,
        2, "upper", 1, 2, "concat", 2, 38])");
    hogvm::Vm vm;
    const hogvm::Outcome outcome = vm.run(*program, R"({"event": "größe"})");
    if (!outcome.finished()) {
        std::cerr << outcome.error.text() << '\n';
        return 1;
    }
    std::cout << hogvm::printed(outcome.result) << '\n';
}
