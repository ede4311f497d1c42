"""A native engine for HogVM bytecode, PostHog's compiled form of Hog."""

from __future__ import annotations

from hogvm._engine import Program, Result
from hogvm.exceptions import (
    HogVMException,
    HogVMHostException,
    HogVMInputException,
    HogVMLoadException,
    HogVMMemoryExceededException,
    HogVMRuntimeExceededException,
    UncaughtHogVMException,
)
from hogvm.execute import BytecodeResult, execute_bytecode

__all__ = [
    "BytecodeResult",
    "HogVMException",
    "HogVMHostException",
    "HogVMInputException",
    "HogVMLoadException",
    "HogVMMemoryExceededException",
    "HogVMRuntimeExceededException",
    "Program",
    "Result",
    "UncaughtHogVMException",
    "execute_bytecode",
]
