// hogvm_exchange: answers the requests of the exchange (README.md), a JSON line each, so that the Node runners can
// compare this VM with the reference.
#include <iostream>
#include <string>

#include "exchange.h"

int main() {
    std::ios::sync_with_stdio(false);
    hogvm::Exchange exchange;
    for (std::string line; std::getline(std::cin, line);) std::cout << exchange.answer(line) << std::endl;
}
