// The smallest program that runs Hog: it loads hello.hog's bytecode and runs it on an event.
#include <iostream>

#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

int main() {
    const auto program = hogvm::load_program(R"(["_H", 1, 32, "Hello, ", 32, "name", 1, 1, 32, "!", 2, "concat", 3,
        2, "print", 1, 35, 32, "greeted", 32, "email", 1, 1, 42, 1, 38])");
    hogvm::Vm vm;
    vm.host().print = [](std::string_view line) { std::cout << line << '\n'; };
    const hogvm::Outcome outcome = vm.run(*program, R"({"name": "Ada", "email": "ada@example.com"})");
    std::cout << (outcome.finished() ? outcome.json() : outcome.error.text()) << '\n';
}
