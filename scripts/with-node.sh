#!/usr/bin/env bash
# Runs a command with the Node that setup.sh installed, if it had to: with-node.sh COMMAND...
root=$(cd "$(dirname "$0")/.." && pwd)
PATH=$root/build/node/node_modules/.bin:$PATH exec "$@"
