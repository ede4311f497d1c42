// The engine and its standard library: what a service that embeds Hog includes.
//
//     #include <hogvm/hogvm.h>
//
//     auto program = hogvm::load_program(bytecode_json);   // throws LoadError
//     hogvm::Vm vm;
//     hogvm::Outcome outcome = vm.run(*program, event_json);
//     std::cout << (outcome.finished() ? outcome.json() : outcome.error.text()) << '\n';
#pragma once

#include <hogvm/error.h>
#include <hogvm/host.h>
#include <hogvm/program.h>
#include <hogvm/standard_library.h>
#include <hogvm/state.h>
#include <hogvm/value.h>
#include <hogvm/vm.h>
