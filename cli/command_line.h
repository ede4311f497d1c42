// The tool's subcommands and options.
#pragma once

namespace hogvm::cli {

/// Does what the arguments ask for. Gives the exit code; throws Stop if it can't be done.
int run_command_line(int argc, char** argv);

}  // namespace hogvm::cli
