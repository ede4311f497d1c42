#include <csignal>
#include <exception>

#include "command_line.h"
#include "exit.h"
#include "output.h"

int main(int argc, char** argv) {
    // A reader that has had enough ends the tool quietly, also where a parent process ignored the signal.
    std::signal(SIGPIPE, SIG_DFL);
    try {
        return hogvm::cli::run_command_line(argc, argv);
    } catch (const std::exception& error) {
        hogvm::cli::complain(error.what());
        return hogvm::cli::kUnusable;
    }
}
